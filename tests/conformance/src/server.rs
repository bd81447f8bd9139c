//! The scripted server: loopback listeners that answer as the case says, byte by byte where it asks for that.

use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::case::{Case, Exchange, Greeting, Read, Then};
use crate::http::{Reader, Request};
use crate::proxy::{self, Targets};
use crate::reply;
use crate::script::Script;
use crate::tls::identity;

/// The API key of the default client.
pub(crate) const API_KEY: &str = "oc_live_0123456789abcdef0123456789abcdef";

/// The sockets of one case: the scripted server, plain and over TLS, a proxy, another origin that must see nothing, a port
/// that refuses, and one that refuses until the case says `listen`.
#[derive(Debug)]
pub(crate) struct Sockets {
    main: TcpListener,
    secure: TcpListener,
    proxy: TcpListener,
    other: TcpListener,
    late: TcpSocket,
    refused: TcpSocket,
}

impl Sockets {
    pub(crate) async fn bind() -> std::io::Result<Self> {
        let listener = || TcpListener::bind("127.0.0.1:0");
        Ok(Self {
            main: listener().await?,
            secure: listener().await?,
            proxy: listener().await?,
            other: listener().await?,
            late: bound()?,
            refused: bound()?,
        })
    }

    /// Their URLs by name: `server`, `secure`, `other`, `late`, `refused`; and `proxy`, which has no scheme, because it
    /// understands several.
    pub(crate) fn variables(&self) -> std::io::Result<Map<String, Value>> {
        let url = |address: SocketAddr| Value::from(format!("http://{address}"));
        let secure = format!("https://localhost:{}", self.secure.local_addr()?.port());
        let named =
            [("secure", Value::from(secure)), ("proxy", Value::from(self.proxy.local_addr()?.to_string()))];
        let addresses = [
            ("server", self.main.local_addr()?),
            ("other", self.other.local_addr()?),
            ("late", self.late.local_addr()?),
            ("refused", self.refused.local_addr()?),
        ];
        let urls = addresses.into_iter().map(|(name, address)| (name, url(address)));
        Ok(urls.chain(named).map(|(name, value)| (name.to_owned(), value)).collect())
    }
}

/// The servers of one case.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) script: Arc<Script>,
    late: Option<TcpSocket>,
    // Bound and never listening: the system refuses connections to it.
    _refused: TcpSocket,
    tasks: JoinSet<()>,
    stop: CancellationToken,
}

impl Server {
    pub(crate) fn start(sockets: Sockets, case: &Case) -> Result<Self, String> {
        let text = |error: std::io::Error| error.to_string();
        let targets = Targets {
            plain: sockets.main.local_addr().map_err(text)?,
            secure: sockets.secure.local_addr().map_err(text)?,
        };
        let mut server = Self {
            script: Arc::new(Script::new(case)),
            late: Some(sockets.late),
            _refused: sockets.refused,
            tasks: JoinSet::new(),
            stop: CancellationToken::new(),
        };
        server.tasks.spawn(proxy::serve(sockets.proxy, targets, Arc::clone(&server.script)));
        server.serve(sockets.main, None);
        server.serve(sockets.secure, Some(identity()?.acceptor));
        server.watch(sockets.other);
        Ok(server)
    }

    /// Lets the late port take connections.
    pub(crate) fn listen(&mut self) -> std::io::Result<()> {
        if let Some(late) = self.late.take() {
            let listener = late.listen(64)?;
            self.serve(listener, None);
        }
        Ok(())
    }

    /// Ends all connections; the complaints of the case.
    pub(crate) async fn finish(mut self) -> Vec<String> {
        self.stop.cancel();
        self.tasks.shutdown().await;
        self.script.verdict()
    }

    fn serve(&mut self, listener: TcpListener, tls: Option<TlsAcceptor>) {
        let (script, stop) = (Arc::clone(&self.script), self.stop.clone());
        self.tasks.spawn(async move {
            let mut connections = JoinSet::new();
            let name = if tls.is_some() { "localhost" } else { "127.0.0.1" };
            let host =
                listener.local_addr().map(|address| format!("{name}:{}", address.port())).unwrap_or_default();
            loop {
                tokio::select! {
                    () = stop.cancelled() => break,
                    accepted = listener.accept() => {
                        let Ok((stream, _)) = accepted else { break };
                        connections.spawn(connection(stream, tls.clone(), Arc::clone(&script), host.clone()));
                    }
                    Some(_) = connections.join_next() => {}
                }
            }
            connections.shutdown().await;
        });
    }

    /// The other origin: whatever it sees is a complaint.
    fn watch(&mut self, listener: TcpListener) {
        let script = Arc::clone(&self.script);
        self.tasks.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let head = Reader::new(stream).head().await;
                script.complain(format!("the other origin was called: {head:?}"));
            }
        });
    }
}

fn bound() -> std::io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
    Ok(socket)
}

/// Serves one connection until somebody leaves.
async fn connection(mut stream: TcpStream, tls: Option<TlsAcceptor>, script: Arc<Script>, host: String) {
    match script.greet() {
        Greeting::Serve => {}
        Greeting::Close => return,
        Greeting::Reset => return reset(&stream),
    }
    let _ = stream.set_nodelay(true);
    let then = match tls {
        None => {
            let (input, output) = stream.split();
            exchanges(input, output, &script, &host).await
        }
        Some(acceptor) => {
            // Whom the client does not trust, or who leaves before, gets no request; the case says what it expects.
            let Ok(mut secure) = acceptor.accept(&mut stream).await else { return };
            let (input, output) = tokio::io::split(&mut secure);
            let then = exchanges(input, output, &script, &host).await;
            if then != Then::Reset {
                let _ = secure.shutdown().await;
            }
            then
        }
    };
    if then == Then::Reset {
        reset(&stream);
    }
}

/// Answers one request after the other; how the connection ends.
async fn exchanges(
    input: impl AsyncRead + Unpin,
    mut output: impl AsyncWrite + Unpin,
    script: &Script,
    host: &str,
) -> Then {
    let mut reader = Reader::new(input);
    loop {
        let Some(exchange) = next(&mut reader, script, host).await else { return Then::Close };
        let then = match exchange {
            Some(exchange) => tokio::select! {
                then = reply::perform(&exchange, &mut output, script) => then,
                // A client that leaves in the middle ends the reply.
                () = reader.until_left() => Then::Close,
            },
            None => reply::refuse(&mut output).await,
        };
        match then {
            Then::Keep => {}
            Then::Hang => {
                reader.until_left().await;
                return Then::Close;
            }
            then => return then,
        }
    }
}

/// Reads the next request and compares it; nothing when the client left, no exchange when it was not expected.
async fn next<R: AsyncRead + Unpin>(
    reader: &mut Reader<R>,
    script: &Script,
    host: &str,
) -> Option<Option<Exchange>> {
    let mut request = match reader.head().await {
        Ok(request) => request?,
        Err(problem) => {
            script.complain(format!("unreadable request: {problem}"));
            return None;
        }
    };
    let Some(exchange) = script.choose(&request).cloned() else {
        let _ = reader.body(&request).await;
        return Some(None);
    };
    script.check_head(&exchange, &request, &fixed_headers(&request, host));
    if exchange.read == Read::All {
        match reader.body(&request).await {
            Ok(body) => request.body = body,
            Err(problem) => {
                script.complain(format!("{}: {problem}", exchange.on));
                return None;
            }
        }
        script.check_body(&exchange, &request);
    }
    Some(Some(exchange))
}

/// The headers that every request carries.
fn fixed_headers(request: &Request, host: &str) -> Map<String, Value> {
    let accept = if request.path == "/api/stream" { "text/event-stream" } else { "application/json" };
    let fixed = [
        ("x-api-key", API_KEY),
        ("accept", accept),
        ("host", host),
        ("user-agent", "$has:dashclaw/"),
        ("authorization", "$absent"),
        ("cookie", "$absent"),
        ("referer", "$absent"),
    ];
    fixed.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect()
}

/// Ends the connection with a RST.
fn reset(stream: &TcpStream) {
    let _ = stream.set_zero_linger();
}

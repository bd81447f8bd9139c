//! The scripted server: loopback listeners that answer as the case says, byte by byte where it asks for that.

use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::case::{Case, Exchange, Greeting, Read, Then};
use crate::http::{Reader, Request};
use crate::reply;
use crate::script::Script;

/// The API key of the default client.
pub(crate) const API_KEY: &str = "oc_live_0123456789abcdef0123456789abcdef";

/// The sockets of one case: the scripted server, another origin that must see nothing, a port that refuses, and one that
/// refuses until the case says `listen`.
#[derive(Debug)]
pub(crate) struct Sockets {
    main: TcpListener,
    other: TcpListener,
    late: TcpSocket,
    refused: TcpSocket,
}

impl Sockets {
    pub(crate) async fn bind() -> std::io::Result<Self> {
        let main = TcpListener::bind("127.0.0.1:0").await?;
        let other = TcpListener::bind("127.0.0.1:0").await?;
        Ok(Self { main, other, late: bound()?, refused: bound()? })
    }

    /// Their URLs by name: `server`, `other`, `late`, `refused`.
    pub(crate) fn variables(&self) -> std::io::Result<Map<String, Value>> {
        let url = |address: SocketAddr| Value::from(format!("http://{address}"));
        let addresses = [
            ("server", self.main.local_addr()?),
            ("other", self.other.local_addr()?),
            ("late", self.late.local_addr()?),
            ("refused", self.refused.local_addr()?),
        ];
        Ok(addresses.into_iter().map(|(name, address)| (name.to_owned(), url(address))).collect())
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
    pub(crate) fn start(sockets: Sockets, case: &Case) -> Self {
        let mut server = Self {
            script: Arc::new(Script::new(case)),
            late: Some(sockets.late),
            _refused: sockets.refused,
            tasks: JoinSet::new(),
            stop: CancellationToken::new(),
        };
        server.serve(sockets.main);
        server.watch(sockets.other);
        server
    }

    /// Lets the late port take connections.
    pub(crate) fn listen(&mut self) -> std::io::Result<()> {
        if let Some(late) = self.late.take() {
            let listener = late.listen(64)?;
            self.serve(listener);
        }
        Ok(())
    }

    /// Ends all connections; the complaints of the case.
    pub(crate) async fn finish(mut self) -> Vec<String> {
        self.stop.cancel();
        self.tasks.shutdown().await;
        self.script.verdict()
    }

    fn serve(&mut self, listener: TcpListener) {
        let (script, stop) = (Arc::clone(&self.script), self.stop.clone());
        self.tasks.spawn(async move {
            let mut connections = JoinSet::new();
            let host = listener.local_addr().map(|address| address.to_string()).unwrap_or_default();
            loop {
                tokio::select! {
                    () = stop.cancelled() => break,
                    accepted = listener.accept() => {
                        let Ok((stream, _)) = accepted else { break };
                        connections.spawn(connection(stream, Arc::clone(&script), host.clone()));
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
async fn connection(mut stream: TcpStream, script: Arc<Script>, host: String) {
    match script.greet() {
        Greeting::Serve => {}
        Greeting::Close => return,
        Greeting::Reset => return reset(&stream),
    }
    let _ = stream.set_nodelay(true);
    let (input, mut output) = stream.split();
    let mut reader = Reader::new(input);
    let then = loop {
        let Some(exchange) = next(&mut reader, &script, &host).await else { break Then::Close };
        let then = match exchange {
            Some(exchange) => tokio::select! {
                then = reply::perform(&exchange, &mut output, &script) => then,
                // A client that leaves in the middle ends the reply.
                () = reader.until_left() => Then::Close,
            },
            None => reply::refuse(&mut output).await,
        };
        match then {
            Then::Keep => {}
            Then::Hang => {
                reader.until_left().await;
                break Then::Close;
            }
            then => break then,
        }
    };
    if then == Then::Reset {
        reset(&stream);
    }
}

/// Reads the next request and compares it; nothing when the client left, no exchange when it was not expected.
async fn next<R: tokio::io::AsyncRead + Unpin>(
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

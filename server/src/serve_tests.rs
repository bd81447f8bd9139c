use std::sync::mpsc;

use axum::body::Body;
use axum::routing::get;
use futures_util::stream;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinHandle;

use super::*;

/// Longer than anything here takes; a test that waits for it has failed.
const PATIENCE: Duration = Duration::from_secs(20);
/// A phase that is not what a test is about.
const LONG: Duration = Duration::from_secs(3600);

fn limits(connections: usize) -> Limits {
    Limits { connections, head: LONG, idle: LONG, write: LONG }
}

struct Server {
    address: SocketAddr,
    stop: CancellationToken,
    served: JoinHandle<io::Result<()>>,
}

async fn server(router: Router, limits: Limits) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let served = tokio::spawn(serve(listener, router, limits, stop.clone()));
    Server { address, stop, served }
}

fn router() -> Router {
    Router::new().route("/", get(|| async { "here" })).route(
        "/address",
        get(|ConnectInfo(address): ConnectInfo<SocketAddr>| async move { address.to_string() }),
    )
}

impl Server {
    async fn send(&self, text: &str) -> TcpStream {
        let mut socket = TcpStream::connect(self.address).await.unwrap();
        socket.write_all(text.as_bytes()).await.unwrap();
        socket
    }

    /// What a request on a connection of its own is answered.
    async fn ask(&self, path: &str) -> String {
        let head = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        read(self.send(&head).await).await
    }
}

/// Everything up to the end of the connection, however it ends.
async fn read(mut socket: TcpStream) -> String {
    let mut text = Vec::new();
    let end = tokio::time::timeout(PATIENCE, socket.read_to_end(&mut text)).await;
    let _ = end.expect("the connection is neither answered nor closed");
    String::from_utf8(text).unwrap()
}

#[tokio::test]
async fn half_open_requests_do_not_keep_others_out() {
    let server = server(router(), limits(50)).await;
    let mut open = Vec::new();
    for head in ["", "G", "GET / HTTP/1.1\r\nhost: x\r\n", "PRI * HTTP/2.0\r\n"] {
        for _ in 0..50 {
            open.push(server.send(head).await);
        }
        assert!(server.ask("/").await.ends_with("here"), "{head:?}");
    }
}

#[tokio::test]
async fn who_is_answered_is_not_sent_away_and_further_ones_are_told() {
    let (begun, mut has_begun) = tokio::sync::mpsc::unbounded_channel();
    let held = get(move || {
        begun.send(()).unwrap();
        std::future::pending::<()>()
    });
    let server = server(router().route("/held", held), limits(3)).await;
    let mut open = Vec::new();
    for _ in 0..3 {
        open.push(server.send("GET /held HTTP/1.1\r\nhost: x\r\n\r\n").await);
        has_begun.recv().await.unwrap();
    }
    let answer = server.ask("/").await;
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("retry-after: 1\r\n"), "{answer}");
    open.pop();
    // Until the server has seen that one has gone.
    let again = async { while !server.ask("/").await.ends_with("here") {} };
    tokio::time::timeout(PATIENCE, again).await.expect("no place comes free");
}

#[tokio::test]
async fn every_phase_has_its_time() {
    const SHORT: Duration = Duration::from_millis(60);
    for head in ["", "GET / HTTP/1.1\r\nx: ", "PRI * HT"] {
        let server = server(router(), Limits { head: SHORT, ..limits(10) }).await;
        let mut socket = server.send(head).await;
        let trickle = async {
            while socket.write_all(b"y").await.is_ok() && !head.is_empty() {
                tokio::time::sleep(SHORT / 10).await;
            }
        };
        tokio::time::timeout(PATIENCE, trickle).await.expect("a head may take for ever");
    }
    let server = server(router(), Limits { idle: SHORT, ..limits(10) }).await;
    let socket = server.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert!(read(socket).await.ends_with("here"));
}

#[tokio::test]
async fn the_second_head_on_a_connection_has_its_time_as_well() {
    const SHORT: Duration = Duration::from_millis(60);
    let server = server(router(), Limits { head: SHORT, ..limits(10) }).await;
    let mut socket = server.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let mut first = [0; 1024];
    let length = socket.read(&mut first).await.unwrap();
    assert!(first[..length].ends_with(b"here"));
    socket.write_all(b"GET / HT").await.unwrap();
    assert_eq!(read(socket).await, "");
    // Without a second head it rests as long as it likes.
    let mut socket = server.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    tokio::time::sleep(SHORT * 4).await;
    socket.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
    assert_eq!(read(socket).await.matches("here").count(), 2);
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_given_up() {
    let (dropped, gone) = mpsc::channel::<()>();
    let router = Router::new().route(
        "/",
        get(move || {
            let dropped = dropped.clone();
            let endless = stream::repeat_with(move || {
                let _ = &dropped;
                Ok::<_, io::Error>("x".repeat(65_536))
            });
            async move { Body::from_stream(endless) }
        }),
    );
    let server = server(router.clone(), Limits { write: Duration::from_millis(60), ..limits(10) }).await;
    drop(router);
    let mut socket = server.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    // From its first bytes on it is answered; nothing more is taken.
    socket.read_exact(&mut [0; 15]).await.unwrap();
    // The answer is dropped with its connection, and the last of its owners with the server.
    server.stop.cancel();
    tokio::time::timeout(PATIENCE, server.served).await.expect("it is still answered").unwrap().unwrap();
    assert_eq!(gone.try_recv(), Err(mpsc::TryRecvError::Disconnected));
    drop(socket);
}

#[tokio::test]
async fn a_stop_finishes_what_is_under_way() {
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let (go, wait) = tokio::sync::oneshot::channel::<()>();
    let once = Arc::new(std::sync::Mutex::new(Some((begun, wait))));
    let router = Router::new().route(
        "/",
        get(move || async move {
            let (begun, wait) = once.lock().unwrap().take().unwrap();
            begun.send(()).unwrap();
            wait.await.unwrap();
            "finished"
        }),
    );
    let server = server(router, limits(10)).await;
    let socket = server.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    has_begun.await.unwrap();
    server.stop.cancel();
    // Nobody else is let in from here on.
    let closed = async { while TcpStream::connect(server.address).await.is_ok() {} };
    tokio::time::timeout(PATIENCE, closed).await.expect("it still listens");
    assert!(!server.served.is_finished(), "a request is still under way");
    go.send(()).unwrap();
    assert!(read(socket).await.ends_with("finished"));
    tokio::time::timeout(PATIENCE, server.served).await.expect("it does not stop").unwrap().unwrap();
}

#[tokio::test]
async fn a_handler_sees_the_client_address() {
    let server = server(router(), limits(10)).await;
    assert!(server.ask("/address").await.contains("127.0.0.1:"));
}

#[tokio::test]
async fn who_makes_room_is_really_gone() {
    let server = server(router(), limits(2)).await;
    let first = server.send("").await;
    let mut second = server.send("").await;
    assert!(server.ask("/").await.ends_with("here"));
    assert_eq!(read(first).await, "");
    second.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
    assert!(read(second).await.ends_with("here"));
}

#[tokio::test]
async fn a_stream_that_is_silent_is_not_sent_away() {
    let (tell, news) = tokio::sync::mpsc::unbounded_channel::<&str>();
    let news = Arc::new(tokio::sync::Mutex::new(news));
    let silent = get(move || async move {
        let told = stream::unfold(news, |news| async move {
            let next = news.lock().await.recv().await;
            next.map(|text| (Ok::<_, io::Error>(text), news))
        });
        Body::from_stream(told)
    });
    let server = server(router().route("/silent", silent), limits(1)).await;
    let mut socket = server.send("GET /silent HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let mut head = [0; 15];
    socket.read_exact(&mut head).await.unwrap();
    let answer = server.ask("/").await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    tell.send("the news").unwrap();
    drop(tell);
    let told = async {
        let mut text = Vec::new();
        while !text.ends_with(b"\r\n0\r\n\r\n") {
            assert_ne!(socket.read_buf(&mut text).await.unwrap(), 0, "it was cut off");
        }
        String::from_utf8(text).unwrap()
    };
    let text = tokio::time::timeout(PATIENCE, told).await.expect("nothing is told");
    assert!(text.contains("the news"), "{text}");
}

#[tokio::test]
async fn a_head_may_be_only_so_long() {
    let server = server(router(), limits(10)).await;
    for (length, status) in [(MAX_HEAD / 2, "200"), (MAX_HEAD * 2, "431")] {
        let head =
            format!("GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx: {}\r\n\r\n", "y".repeat(length));
        let mut socket = TcpStream::connect(server.address).await.unwrap();
        // The rest of it may meet a connection that is closed.
        let _ = socket.write_all(head.as_bytes()).await;
        let mut first = [0; 12];
        socket.read_exact(&mut first).await.unwrap();
        assert_eq!(first, format!("HTTP/1.1 {status}").as_bytes(), "{length}");
    }
}

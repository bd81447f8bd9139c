//! How long after it was told an event has reached every reader of the stream, and a server that does nothing else.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{broadcast, mpsc};

use crate::meter::{percentile, print};
use crate::{Problem, Target, serve};

/// How long a reader may be waited for.
const PATIENCE: Duration = Duration::from_secs(20);
/// Trials that are not counted.
const WARM_UP: usize = 2;
/// How many events the control server keeps for a slow reader.
const KEPT: usize = 64;

/// Opens `readers` streams, as many with each key, and tells `trials` events, one after the other.
pub(crate) async fn run(
    target: &Target,
    keys: &[String],
    readers: usize,
    trials: usize,
) -> Result<(), Problem> {
    let address = target.url.trim_start_matches("http://").to_owned();
    let (heard, mut notices) = mpsc::unbounded_channel();
    for reader in 0..readers {
        let stream = open(&address, &keys[reader % keys.len()]).await?;
        tokio::spawn(read(stream, heard.clone()));
    }
    let (mut to_the_first, mut to_the_last) = (Vec::new(), Vec::new());
    for trial in 0..WARM_UP + trials {
        let mark = format!("trial-{trial:06}");
        let begin = Instant::now();
        tell(&address, &target.key, &mark).await?;
        let mut times = Vec::with_capacity(readers);
        while times.len() < readers {
            let told = tokio::time::timeout(PATIENCE, notices.recv()).await;
            let (number, at): (usize, Instant) = told?.ok_or("every reader is gone")?;
            if number == trial {
                times.push(at.duration_since(begin));
            }
        }
        times.sort_unstable();
        if trial >= WARM_UP {
            to_the_first.extend(times.first());
            to_the_last.extend(times.last());
        }
    }
    let summary = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        json!({ "p50_us": percentile(times, 0.5), "max_us": percentile(times, 1.0) })
    };
    print(&json!({
        "name": "fanout", "readers": readers, "calls": trials,
        "first": summary(&mut to_the_first), "last": summary(&mut to_the_last),
    }))
}

/// Opens a stream and reads to the end of its first event, `connected`.
async fn open(address: &str, key: &str) -> Result<BufReader<TcpStream>, Problem> {
    let mut stream = TcpStream::connect(address).await?;
    let head = format!("GET /api/stream HTTP/1.1\r\nhost: {address}\r\nx-api-key: {key}\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    while !line.contains("event: connected") {
        line.clear();
        if stream.read_line(&mut line).await? == 0 || line.starts_with("HTTP/1.1 4") {
            return Err(format!("the stream did not open: {line}").into());
        }
    }
    Ok(stream)
}

/// Notes when each event is there.
async fn read(mut stream: BufReader<TcpStream>, heard: mpsc::UnboundedSender<(usize, Instant)>) {
    let mut line = String::new();
    while matches!(stream.read_line(&mut line).await, Ok(1..)) {
        let found = line.split_once("\"trial-").and_then(|(_, rest)| rest.get(..6)?.parse().ok());
        if let Some(number) = found.filter(|_| line.starts_with("data:")) {
            let _ = heard.send((number, Instant::now()));
        }
        line.clear();
    }
}

/// Makes something happen, on a connection of its own.
async fn tell(address: &str, key: &str, mark: &str) -> Result<(), Problem> {
    let body = json!({ "agent_id": mark }).to_string();
    let head = format!(
        "POST /api/agents/heartbeat HTTP/1.1\r\nhost: {address}\r\nx-api-key: {key}\r\nconnection: close\r\n\
        content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(head.as_bytes()).await?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).await?;
    if answer.starts_with("HTTP/1.1 200") { Ok(()) } else { Err(format!("not told: {answer}").into()) }
}

/// The control: hands what is posted to every stream, until standard input closes or the time is up.
pub(crate) async fn control(seconds: u64) -> Result<(), Problem> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    print(&json!({ "url": format!("http://{}", listener.local_addr()?) }))?;
    let (told, _) = broadcast::channel(KEPT);
    let accept = async {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = stream.set_nodelay(true);
            tokio::spawn(answer(BufReader::new(stream), told.clone()));
        }
    };
    tokio::select! {
        () = accept => {}
        () = serve::parent_gone() => {}
        () = tokio::time::sleep(Duration::from_secs(seconds)) => {}
    }
    Ok(())
}

async fn answer(mut stream: BufReader<TcpStream>, told: broadcast::Sender<String>) -> Result<(), Problem> {
    let mut hears = told.subscribe();
    let (mut first, mut line, mut length) = (String::new(), String::new(), 0);
    stream.read_line(&mut first).await?;
    while line != "\r\n" {
        line.clear();
        stream.read_line(&mut line).await?;
        length = line.strip_prefix("content-length: ").map_or(Ok(length), |text| text.trim().parse())?;
    }
    if first.starts_with("POST") {
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await?;
        told.send(String::from_utf8(body)?)?;
        let answer = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}";
        return Ok(stream.write_all(answer).await?);
    }
    stream
        .write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\nevent: connected\n\n")
        .await?;
    while let Ok(event) = hears.recv().await {
        stream.write_all(format!("event: agent.heartbeat\ndata: {event}\n\n").as_bytes()).await?;
    }
    Ok(())
}

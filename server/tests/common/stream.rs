//! The event stream over a real socket.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A stream, read frame by frame. Every read is bounded.
pub(crate) struct Frames {
    socket: TcpStream,
    pub(crate) text: String,
}

impl Frames {
    pub(crate) async fn open(address: std::net::SocketAddr, key: &str, extra: &str) -> Self {
        let mut socket = TcpStream::connect(address).await.unwrap();
        let request =
            format!("GET /api/stream HTTP/1.1\r\nhost: localhost\r\nx-api-key: {key}\r\n{extra}\r\n");
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut frames = Self { socket, text: String::new() };
        let head = frames.until("\r\n\r\n").await.unwrap();
        assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
        assert!(head.contains("content-type: text/event-stream"), "{head}");
        frames
    }

    /// Reads up to a mark; nothing at the end of the stream.
    pub(crate) async fn until(&mut self, mark: &str) -> Option<String> {
        loop {
            if let Some(end) = self.text.find(mark) {
                let rest = self.text.split_off(end + mark.len());
                return Some(std::mem::replace(&mut self.text, rest));
            }
            let mut buffer = [0; 4096];
            let read = tokio::time::timeout(Duration::from_secs(10), self.socket.read(&mut buffer));
            let count = read.await.expect("the stream is silent").unwrap();
            if count == 0 {
                return None;
            }
            self.text.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
        }
    }

    /// The next frame's lines, without the chunk sizes of HTTP around it.
    pub(crate) async fn frame(&mut self) -> Option<Vec<String>> {
        let text = self.until("\n\n").await?;
        let named = |line: &&str| ["id: ", "event: ", "data: "].iter().any(|name| line.starts_with(name));
        Some(text.lines().filter(named).map(str::to_owned).collect())
    }
}

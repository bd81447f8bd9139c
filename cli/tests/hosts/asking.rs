//! An HTTP client that keeps a connection to each host. An answer that does not come is none: whether it was done is not known.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use super::fleet::Fleet;

/// How long an answer may take, whatever happens to the hosts.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Asker {
    pub(crate) fleet: Arc<Fleet>,
    key: String,
    lines: BTreeMap<SocketAddr, TcpStream>,
}

/// An answer, and when it was asked for and came.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) begun: Instant,
    pub(crate) ended: Instant,
}

impl Answer {
    pub(crate) fn text(&self, name: &str) -> String {
        self.body[name].as_str().unwrap_or_default().to_owned()
    }
}

impl Asker {
    pub(crate) fn new(fleet: &Arc<Fleet>, key: &str) -> Self {
        Self { fleet: Arc::clone(fleet), key: key.to_owned(), lines: BTreeMap::new() }
    }

    /// Asks a host; nothing when it is down or goes down before the whole answer is there.
    pub(crate) async fn ask(
        &mut self,
        host: usize,
        method: &str,
        path: &str,
        body: &Value,
    ) -> Option<Answer> {
        let begun = Instant::now();
        let Some(address) = self.fleet.address(host) else {
            sleep(Duration::from_millis(5)).await;
            return None;
        };
        let asked = timeout(PATIENCE, self.exchange(address, method, path, body)).await;
        let (status, body) = asked.expect("a host is silent").ok()?;
        Some(Answer { status, body, begun, ended: Instant::now() })
    }

    /// Asks hosts by chance until one says what it did, or refuses for good. The answer begins when it was first asked for.
    pub(crate) async fn insist(&mut self, method: &str, path: &str, body: &Value) -> Answer {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let host = self.fleet.any_host();
            match self.ask(host, method, path, body).await {
                Some(answer) if answer.status < 500 => return Answer { begun, ..answer },
                _ => sleep(Duration::from_millis(20)).await,
            }
        }
        panic!("no host did {method} {path}");
    }

    async fn exchange(
        &mut self,
        address: SocketAddr,
        method: &str,
        path: &str,
        body: &Value,
    ) -> std::io::Result<(u16, Value)> {
        let mut line = match self.lines.remove(&address) {
            Some(line) => line,
            None => TcpStream::connect(address).await?,
        };
        line.set_nodelay(true)?;
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nx-api-key: {}\r\ncontent-length: {}\r\n\r\n",
            self.key,
            text.len()
        );
        line.write_all((head + &text).as_bytes()).await?;
        let mut read = Vec::new();
        loop {
            if let Some(answer) = parse(&read) {
                self.lines.insert(address, line);
                return Ok(answer);
            }
            if line.read_buf(&mut read).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

fn parse(read: &[u8]) -> Option<(u16, Value)> {
    let end = read.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&read[..end]).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let body = read.get(end..end + length.trim().parse::<usize>().unwrap())?;
    Some((status, serde_json::from_slice(body).unwrap()))
}

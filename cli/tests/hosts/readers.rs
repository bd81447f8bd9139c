//! Readers of the event stream, each of which goes away again and again and comes back to another host.

use std::hash::{DefaultHasher, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use super::fleet::Fleet;
use super::seen::{Findings, Rule};

/// What a reader has seen: how far it is, and a digest of all that it was told.
pub(crate) struct Sight {
    pub(crate) last: i64,
    digest: DefaultHasher,
    pub(crate) wrong: Vec<String>,
}

impl Default for Sight {
    fn default() -> Self {
        Self { last: 0, digest: DefaultHasher::new(), wrong: Vec::new() }
    }
}

impl Sight {
    /// Takes an event up, which must be the next one.
    pub(crate) fn take(&mut self, position: i64, name: &str, data: &str) {
        if position != self.last + 1 {
            self.wrong.push(format!("{position} came behind {}", self.last));
        }
        self.last = position;
        self.digest.write_i64(position);
        self.digest.write(name.as_bytes());
        self.digest.write(data.as_bytes());
    }

    pub(crate) fn digest(&self) -> u64 {
        self.digest.finish()
    }
}

/// What all readers share.
pub(crate) struct Reading {
    fleet: Arc<Fleet>,
    /// What the ids of the events begin with.
    prefix: String,
    /// The longest that a reader stays with one host.
    stay: Duration,
    /// Where they may end; 0 before that is known.
    end: watch::Sender<i64>,
    pub(crate) visits: AtomicUsize,
    pub(crate) frames: AtomicUsize,
}

/// Readers at work.
pub(crate) struct Readers {
    pub(crate) shared: Arc<Reading>,
    tasks: Vec<JoinHandle<Sight>>,
}

impl Readers {
    /// Each key may have many of them; they start before the first event.
    pub(crate) fn start(
        fleet: &Arc<Fleet>,
        epoch: &str,
        keys: &[String],
        count: usize,
        stay: Duration,
    ) -> Self {
        let shared = Arc::new(Reading {
            fleet: Arc::clone(fleet),
            prefix: format!("log-{epoch}-"),
            stay,
            end: watch::Sender::new(0),
            visits: AtomicUsize::new(0),
            frames: AtomicUsize::new(0),
        });
        let tasks = (0..count).map(|n| {
            let (shared, key) = (Arc::clone(&shared), keys[n % keys.len()].clone());
            tokio::spawn(async move { shared.read_all(&key).await })
        });
        let tasks = tasks.collect();
        Self { shared, tasks }
    }

    /// Lets them read to the end, and compares what they saw with what there is.
    pub(crate) async fn finish(self, truth: &Sight, patience: Duration, found: &mut Findings) {
        self.shared.end.send_replace(truth.last);
        let begin = Instant::now();
        for (n, mut task) in self.tasks.into_iter().enumerate() {
            found.looked("readers", 1);
            let left = patience.saturating_sub(begin.elapsed()).max(Duration::from_millis(1));
            let Ok(sight) = timeout(left, &mut task).await else {
                task.abort();
                found.wrong(Rule::Order, format!("reader {n} does not come to the end, {}", truth.last));
                continue;
            };
            compare(n, &sight.unwrap(), truth, found);
        }
        found.looked("visits of readers to a host", self.shared.visits.load(Ordering::Relaxed));
        found.looked("events seen by readers", self.shared.frames.load(Ordering::Relaxed));
    }
}

/// Compares what a reader saw with what there is.
pub(crate) fn compare(reader: usize, sight: &Sight, truth: &Sight, found: &mut Findings) {
    for wrong in &sight.wrong {
        found.wrong(Rule::Order, format!("reader {reader}: {wrong}"));
    }
    if sight.last != truth.last || sight.digest() != truth.digest() {
        let text = format!("reader {reader} saw something else than what is kept, up to {}", sight.last);
        found.wrong(Rule::Order, text);
    }
}

impl Reading {
    async fn read_all(&self, key: &str) -> Sight {
        let mut sight = Sight::default();
        while !self.is_over(&sight) {
            if let Some(address) = self.fleet.address(self.fleet.any_host()) {
                let chance = u32::try_from(self.fleet.below(1000)).unwrap();
                let stay = self.stay * chance / 1000;
                // A host that goes away is no failure of the reader.
                let _ = timeout(stay, self.visit(address, key, &mut sight)).await;
            }
            sleep(Duration::from_millis(u64::try_from(self.fleet.below(200)).unwrap())).await;
        }
        sight
    }

    fn is_over(&self, sight: &Sight) -> bool {
        let end = *self.end.borrow();
        end > 0 && sight.last >= end
    }

    async fn visit(
        &self,
        address: std::net::SocketAddr,
        key: &str,
        sight: &mut Sight,
    ) -> std::io::Result<()> {
        let mut socket = TcpStream::connect(address).await?;
        let request = format!(
            "GET /api/stream HTTP/1.1\r\nhost: localhost\r\nx-api-key: {key}\r\nlast-event-id: {}{}\r\n\r\n",
            self.prefix, sight.last
        );
        socket.write_all(request.as_bytes()).await?;
        self.visits.fetch_add(1, Ordering::Relaxed);
        let mut read = Vec::with_capacity(4096);
        let mut end = self.end.subscribe();
        loop {
            let mut taken = 0;
            while let Some(length) = read[taken..].windows(2).position(|two| two == b"\n\n") {
                self.frame(&read[taken..taken + length], sight);
                taken += length + 2;
            }
            read.drain(..taken);
            if self.is_over(sight) {
                return Ok(());
            }
            tokio::select! {
                count = socket.read_buf(&mut read) => if count? == 0 { return Ok(()) },
                _ = end.changed() => {}
            }
        }
    }

    /// Takes a frame up, which has the lengths of HTTP between its lines.
    fn frame(&self, text: &[u8], sight: &mut Sight) {
        let text = std::str::from_utf8(text).unwrap();
        let line = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
        let Some(id) = line("id: ") else { return };
        let position = id.strip_prefix(&self.prefix).and_then(|digits| digits.parse().ok());
        let Some(position) = position else { return sight.wrong.push(format!("the id {id}")) };
        sight.take(position, line("event: ").unwrap_or_default(), line("data: ").unwrap_or_default());
        self.frames.fetch_add(1, Ordering::Relaxed);
    }
}

//! The hosts: `dashclaw up` processes on one database, which come and go.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use super::database::TestDatabase;
use super::process::Server;

pub(crate) const OPERATOR: &str = "oc_live_the_operators";

/// How a host reaches the database: arguments of `dashclaw up`.
#[derive(Clone)]
pub(crate) struct Way(Vec<String>);

impl Way {
    pub(crate) fn direct(database: &TestDatabase) -> Self {
        Self::by(&database.direct_url(), None)
    }

    /// By a database's address, and one to listen at.
    pub(crate) fn by(database: &str, listen: Option<&str>) -> Self {
        let listen = listen.iter().flat_map(|url| ["--listen-url", url]);
        Self(["--database", database].into_iter().chain(listen).map(str::to_owned).collect())
    }

    /// By a file that shares the organisations out.
    pub(crate) fn map(file: &Path) -> Self {
        Self(vec!["--shard-map".to_owned(), file.to_str().unwrap().to_owned()])
    }
}

/// Hosts of one database.
pub(crate) struct Fleet {
    way: Way,
    servers: Vec<Mutex<Option<Server>>>,
    /// Where each host is; nothing while it is down.
    addresses: Vec<RwLock<Option<SocketAddr>>>,
    chance: AtomicU64,
    /// One host comes and goes at a time.
    turn: Mutex<()>,
}

impl Fleet {
    pub(crate) fn start(count: usize, way: Way) -> Arc<Self> {
        let fleet = Self {
            way,
            servers: (0..count).map(|_| Mutex::default()).collect(),
            addresses: (0..count).map(|_| RwLock::default()).collect(),
            chance: AtomicU64::new(std::process::id().into()),
            turn: Mutex::default(),
        };
        (0..count).for_each(|host| fleet.raise(host));
        Arc::new(fleet)
    }

    pub(crate) fn count(&self) -> usize {
        self.servers.len()
    }

    /// Starts a host.
    pub(crate) fn raise(&self, host: usize) {
        let way = self.way.0.iter().map(String::as_str);
        let arguments: Vec<&str> = ["--api-key", OPERATOR].into_iter().chain(way).collect();
        let server = Server::start_without_folder(&arguments);
        *self.addresses[host].write().unwrap() = Some(server.address);
        *self.servers[host].lock().unwrap() = Some(server);
    }

    /// Kills a host and starts it again, `down` later.
    pub(crate) fn restart(&self, host: usize, down: Duration) {
        let _turn = self.turn.lock().unwrap();
        self.kill(host);
        std::thread::sleep(down);
        self.raise(host);
    }

    /// Kills a host by SIGKILL.
    pub(crate) fn kill(&self, host: usize) {
        *self.addresses[host].write().unwrap() = None;
        if let Some(mut server) = self.servers[host].lock().unwrap().take() {
            server.kill();
        }
    }

    /// Where a host is; nothing while it is down.
    pub(crate) fn address(&self, host: usize) -> Option<SocketAddr> {
        *self.addresses[host % self.count()].read().unwrap()
    }

    /// A number below `end`, by chance.
    pub(crate) fn below(&self, end: usize) -> usize {
        // SplitMix64, which threads may share.
        let mut mixed = self.chance.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(end).unwrap()).unwrap()
    }

    pub(crate) fn any_host(&self) -> usize {
        self.below(self.count())
    }
}

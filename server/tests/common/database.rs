//! A PostgreSQL database for one test, where the tests run on PostgreSQL: `DASHCLAW_TEST_STORE=postgres`, on the server at
//! `DASHCLAW_TEST_POSTGRES`, as `scripts/postgres run` starts one; or `pgbouncer`, through that at `DASHCLAW_TEST_PGBOUNCER`.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    clippy::allow_attributes,
    reason = "a test that cannot be set up has failed, and each uses a part of it"
)]

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio_postgres::{Config, NoTls, SimpleQueryMessage};

/// Databases that are empty again: to make one, and to remove it, takes longer than most tests.
static EMPTY: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// A database that is gone with this.
#[derive(Debug)]
pub(crate) struct TestDatabase {
    server: Config,
    name: String,
    url: String,
    /// Whether it is emptied for another test instead, by which nothing but its tables is used.
    kept: bool,
}

impl TestDatabase {
    /// Whether the tests run on PostgreSQL.
    pub(crate) fn is_wanted() -> bool {
        server().is_some()
    }

    /// A new one; nothing where the tests run on SQLite.
    pub(crate) fn where_wanted() -> Option<Self> {
        let server = server()?;
        let empty = EMPTY.lock().unwrap().pop();
        let made = empty.is_none();
        let database = Self::named(server, empty.unwrap_or_else(new_name), true);
        if made {
            database.run(&format!("CREATE DATABASE {}", database.name));
        }
        Some(database)
    }

    /// A new one on the server that this variable names.
    pub(crate) fn new(server: &str) -> Self {
        let database = Self::named(server, new_name(), false);
        database.run(&format!("CREATE DATABASE {}", database.name));
        database
    }

    fn named(server: &str, name: String, kept: bool) -> Self {
        let address =
            variable(server).unwrap_or_else(|| panic!("{server} is not set: use scripts/postgres run"));
        let (before, _) = address.rsplit_once('/').unwrap();
        let url = format!("{before}/{name}");
        // Databases are made and removed on the server itself: a pooler would keep connections to them.
        let direct = variable("DASHCLAW_TEST_POSTGRES").unwrap_or(address);
        Self { server: direct.parse().unwrap(), name, url, kept }
    }

    /// Its address.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Its address without a pooler.
    pub(crate) fn direct_url(&self) -> String {
        let server = variable("DASHCLAW_TEST_POSTGRES").unwrap();
        format!("{}/{}", server.rsplit_once('/').unwrap().0, self.name)
    }

    /// Runs a statement on the server, not in this database.
    fn run(&self, sql: &str) -> Vec<Vec<String>> {
        ask(self.server.clone(), sql)
    }

    /// Runs statements in this database.
    pub(crate) fn run_in(&self, sql: &str) {
        ask(self.direct(), sql);
    }

    /// The first column of all rows that a query in this database answers.
    pub(crate) fn texts(&self, sql: &str) -> BTreeSet<String> {
        self.rows(sql).into_iter().filter_map(|row| row.into_iter().next()).collect()
    }

    /// The rows that a query in this database answers. What is NULL is no part of them.
    pub(crate) fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        ask(self.direct(), sql)
    }

    /// Ends one of the connections to this database, as an administrator may.
    pub(crate) fn cut_one(&self) {
        self.cut("true", 1);
    }

    /// Ends connections to this database, at most so many, for which a condition on `pg_stat_activity` holds. Answers how
    /// many there were.
    pub(crate) fn cut(&self, which: &str, most: usize) -> usize {
        let sql = format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}' AND {which}
            ORDER BY random() LIMIT {most}",
            self.name
        );
        self.run(&sql).len()
    }

    /// Ends all connections to this database and refuses new ones, also those of administrators.
    pub(crate) fn close_to_all(&self) {
        self.run(&format!("ALTER DATABASE {} ALLOW_CONNECTIONS false", self.name));
        self.cut("true", 1000);
    }

    /// Admits connections again.
    pub(crate) fn open_to_all(&self) {
        self.run(&format!("ALTER DATABASE {} ALLOW_CONNECTIONS true", self.name));
    }

    /// Has connections from now on look for names in this schema before PostgreSQL's own.
    pub(crate) fn search_first(&self, schema: &str) {
        self.run(&format!("ALTER DATABASE {} SET search_path = {schema}, pg_catalog", self.name));
    }

    /// Gives it to an account that is no superuser, and answers its address for that.
    pub(crate) fn give_away(&self) -> String {
        let name = self.owner_name();
        // An account may be left from a run that was killed.
        self.run(&format!("DROP ROLE IF EXISTS {name}"));
        self.run(&format!("CREATE ROLE {name} LOGIN PASSWORD 'owner'"));
        self.run(&format!("ALTER DATABASE {} OWNER TO {name}", self.name));
        let (_, place) = self.url.rsplit_once('@').unwrap();
        format!("postgres://{name}:owner@{place}")
    }

    fn owner_name(&self) -> String {
        format!("owner_of_{}", self.name)
    }

    /// How to connect to it, without a pooler.
    pub(crate) fn direct(&self) -> Config {
        let mut config = self.server.clone();
        config.dbname(&self.name);
        config
    }
}

/// Runs statements, and answers the rows.
fn ask(server: Config, sql: &str) -> Vec<Vec<String>> {
    let sql = sql.to_owned();
    // A test may be inside of a runtime.
    let ran = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (client, connection) = server.connect(NoTls).await.unwrap();
            tokio::spawn(connection);
            let messages = client.simple_query(&sql).await.unwrap();
            let texts = |message| match message {
                SimpleQueryMessage::Row(row) => {
                    Some((0..row.len()).filter_map(|n| row.get(n).map(str::to_owned)).collect())
                }
                _ => None,
            };
            messages.into_iter().filter_map(texts).collect()
        })
    });
    ran.join().unwrap()
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if self.kept {
            self.run(&format!(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'",
                self.name
            ));
            self.run_in("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
            EMPTY.lock().unwrap().push(std::mem::take(&mut self.name));
            return;
        }
        self.run(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
        self.run(&format!("DROP ROLE IF EXISTS {}", self.owner_name()));
    }
}

fn new_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// The variable that names the server which the tests run on.
fn server() -> Option<&'static str> {
    match variable("DASHCLAW_TEST_STORE").as_deref() {
        None | Some("sqlite") => None,
        Some("postgres") => Some("DASHCLAW_TEST_POSTGRES"),
        Some("pgbouncer") => Some("DASHCLAW_TEST_PGBOUNCER"),
        Some(other) => panic!("DASHCLAW_TEST_STORE is {other}: it must be sqlite, postgres or pgbouncer"),
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place of the tests")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

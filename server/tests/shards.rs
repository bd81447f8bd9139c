//! Several databases among which the organisations are shared out: each is where the map puts it, and nowhere else.
#![cfg(feature = "postgres")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot be set up has failed")]

mod common;

#[path = "shards/maps.rs"]
mod maps;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use common::database::TestDatabase;
use common::stream::Frames;
use common::{Folder, World, told};
use dashclaw_server::{Database, Instance, InstanceOptions, Role};
use futures_util::future::join_all;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const NAMES: [&str; 4] = ["north", "east", "south", "west"];

/// Databases, and a folder for the files that share the organisations out among them.
struct Shards {
    all: BTreeMap<&'static str, TestDatabase>,
    // Gone before the databases, after the hosts.
    folder: Folder,
}

impl Shards {
    fn new(name: &str) -> Self {
        let all = NAMES.map(|name| (name, TestDatabase::new("DASHCLAW_TEST_POSTGRES"))).into();
        Self { all, folder: Folder::new(name) }
    }

    /// A map of these databases in this order, the organisation `org_NAME` in the database NAME, and that of the hosts in
    /// `north`.
    fn map(&self, databases: &[&str]) -> PathBuf {
        let places = databases.iter().map(|name| (format!("org_{name}"), *name));
        let places: Vec<_> = places.chain([("org_default".to_owned(), "north")]).collect();
        self.map_with(&databases.iter().map(|name| (*name, *name)).collect::<Vec<_>>(), &places)
    }

    /// A map of databases, by what it calls each and what it is called here, with these organisations in their places.
    fn map_with(&self, databases: &[(&str, &str)], named: &[(String, &str)]) -> PathBuf {
        let mut text = "databases:\n".to_owned();
        for (called, name) in databases {
            writeln!(text, "- {{name: {called}, url: '{}'}}", self.all[name].url()).unwrap();
        }
        text.push_str("organisations:\n");
        for (org_id, name) in named {
            writeln!(text, "  {org_id}: {name}").unwrap();
        }
        let file = self.folder.0.join(format!("{}.yaml", dashclaw::clock::unix_millis()));
        std::fs::create_dir_all(&self.folder.0).unwrap();
        std::fs::write(&file, text).unwrap();
        std::thread::sleep(Duration::from_millis(2));
        file
    }

    /// A key of an organisation in a database, where it is put without asking any map.
    fn key(&self, org_id: &str, name: &str, role: &str) -> String {
        let key = format!("oc_live_{org_id}_{role}");
        let hash = Sha256::digest(&key).iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        self.all[name].run_in(&format!(
            "INSERT INTO api_keys (key_hash, id, org_id, key_prefix, label, role, created_at)
            VALUES (decode('{hash}', 'hex'), 'key_{org_id}_{role}', '{org_id}', 'oc_live', 'test', '{role}',
                '2026-01-01T00:00:00.000Z')"
        ));
        key
    }

    /// How many rows of an organisation each table of a database has, where there are any.
    fn rows_of(&self, name: &str, org_id: &str) -> BTreeMap<String, usize> {
        let tables = "SELECT table_name FROM information_schema.columns
            WHERE table_schema = 'public' AND column_name = 'org_id'";
        let count = |table: String| {
            let rows = self.all[name].rows(&format!("SELECT 1 FROM {table} WHERE org_id = '{org_id}'")).len();
            (table, rows)
        };
        self.all[name].texts(tables).into_iter().map(count).filter(|(_, rows)| *rows > 0).collect()
    }
}

fn options(map: PathBuf) -> InstanceOptions {
    InstanceOptions {
        shard_map: Some(map),
        api_key: Some("oc_live_the_operators".into()),
        ..InstanceOptions::default()
    }
}

fn problem(map: PathBuf) -> String {
    let problem = Instance::open(&options(map)).expect_err("it was opened").to_string();
    assert!(!problem.contains('\n') && !problem.contains("postgres://"), "{problem}");
    problem
}

fn look() -> Value {
    json!({ "agent_id": "a", "action_type": "look", "declared_goal": "see" })
}

async fn ask(host: &World, key: &str, method: &str, path: &str, body: Value) -> (u16, Value) {
    let reply = host.as_key(key, method, path, body).await;
    (reply.status.as_u16(), reply.body)
}

async fn guard(host: &World, key: &str) -> (u16, Value) {
    ask(host, key, "POST", "/api/guard", look()).await
}

async fn serve(host: &Arc<World>) -> std::net::SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let host = Arc::clone(host);
    tokio::spawn(async move { host.instance.serve(listener).await.unwrap() });
    address
}

#[tokio::test]
async fn an_organisation_is_in_its_database_and_in_no_other() {
    let shards = Shards::new("shards");
    // The first is the home; the order of the others is nothing.
    let maps =
        [shards.map(&["north", "east", "south", "west"]), shards.map(&["north", "west", "south", "east"])];
    let hosts = maps.map(|map| Arc::new(World::on(&options(map))));
    let address = serve(&hosts[1]).await;
    let keys: Vec<_> = NAMES
        .map(|name| {
            let org = format!("org_{name}");
            (name, shards.key(&org, name, "admin"), shards.key(&org, name, "member"))
        })
        .into();
    for (name, admin, member) in &keys {
        let mut stream = Frames::open(address, admin, "").await;
        stream.frame().await.unwrap();
        let asked = (0..20).map(|n| guard(&hosts[n % 2], member));
        assert!(join_all(asked).await.iter().all(|(status, _)| *status == 200));
        let (status, created) = ask(&hosts[0], member, "POST", "/api/actions", look()).await;
        assert_eq!(status, 201, "{created}");
        let (_, listed) = ask(&hosts[1], admin, "GET", "/api/guard", Value::Null).await;
        assert_eq!(listed["total"], 21, "{name}: {listed}");
        // What one host does the other hears.
        stream.until("event: action.created").await.expect("the stream ended");
        for elsewhere in NAMES.iter().filter(|elsewhere| *elsewhere != name) {
            assert_eq!(shards.rows_of(elsewhere, &format!("org_{name}")), BTreeMap::new(), "{elsewhere}");
        }
        assert!(shards.rows_of(name, &format!("org_{name}")).len() >= 4);
    }
    // A halt on one host holds on the other, and in its organisation alone.
    let halt = json!({ "halted": true, "reason": "stop" });
    assert_eq!(ask(&hosts[0], &keys[2].1, "POST", "/api/halt", halt).await.0, 200);
    for (n, (_, _, member)) in keys.iter().enumerate() {
        let (_, decided) = guard(&hosts[1], member).await;
        assert_eq!(decided["decision"], if n == 2 { "block" } else { "allow" }, "{decided}");
    }
    // Every database has its own work in the background.
    for name in NAMES {
        assert!(shards.all[name].texts("SELECT id FROM jobs").contains("outcomes.sweep"), "{name}");
    }
    // Receipts are signed with one key.
    let key_sets = hosts.each_ref().map(|host| host.as_key("", "GET", "/api/integrity/jwks", Value::Null));
    let [one, other] = join_all(key_sets).await.try_into().ok().unwrap();
    assert!(one.body == other.body && one.body["keys"].as_array().unwrap().len() == 1, "{}", one.body);
}

#[tokio::test]
async fn a_database_that_is_away_keeps_no_other_from_its_work() {
    let shards = Shards::new("shards-away");
    let host = World::on(&options(shards.map(&NAMES)));
    let here = shards.key("org_north", "north", "member");
    let there = shards.key("org_west", "west", "member");
    assert_eq!([guard(&host, &here).await.0, guard(&host, &there).await.0], [200, 200]);

    shards.all["west"].close_to_all();
    assert_eq!((guard(&host, &here).await.0, guard(&host, &there).await.0), (200, 503));
    // Whether a key is anywhere is not known, so it is not said that it is nowhere.
    let unknown = host.as_key("oc_live_nobodys", "POST", "/api/guard", look()).await;
    assert_eq!(told(&unknown).0, 503);
    assert_eq!(ask(&host, "", "GET", "/readyz", Value::Null).await.0, 200);
    assert_eq!(ask(&host, "", "GET", "/api/health", Value::Null).await.0, 503);

    shards.all["west"].open_to_all();
    let back = async {
        while guard(&host, &there).await.0 != 200 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), back).await.expect("it stays away");
    assert_eq!(guard(&host, "oc_live_nobodys").await.0, 401);
    assert_eq!(guard(&host, &here).await.0, 200);
}

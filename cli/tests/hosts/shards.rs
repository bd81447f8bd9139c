//! The same on four databases among which four organisations are shared out, each with a load and readers of its own. Hosts
//! are killed, and one of the databases loses connections.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;

use super::database::TestDatabase;
use super::fleet::{Fleet, Way};
use super::round::{Plan, play_in};
use super::{TURN, number};

/// A file that puts the organisation `org_N` into the database of that number.
fn map(databases: &[Arc<TestDatabase>]) -> PathBuf {
    let mut text = "databases:\n".to_owned();
    for (n, database) in databases.iter().enumerate() {
        writeln!(text, "- {{name: shard_{n}, url: '{}'}}", database.direct_url()).unwrap();
    }
    text.push_str("organisations:\n");
    for n in 0..databases.len() {
        writeln!(text, "  org_{n}: shard_{n}").unwrap();
    }
    let file = std::env::temp_dir().join(format!("dashclaw-shards-{}.yaml", std::process::id()));
    std::fs::write(&file, text).unwrap();
    file
}

/// Stores an operator's key of an organisation.
fn operator(database: &TestDatabase, n: usize) -> String {
    let key = format!("oc_live_operator_{n}");
    database.run_in(&format!(
        "INSERT INTO api_keys (key_hash, id, org_id, key_prefix, label, role, created_at)
        VALUES (sha256('{key}'), 'key_{n}', 'org_{n}', 'oc_live', 'test', 'admin', '2026-01-01T00:00:00.000Z')"
    ));
    key
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn organisations_that_are_shared_out_are_served_alike() {
    let _turn = TURN.lock().await;
    let databases: Vec<_> = (0..4).map(|_| Arc::new(TestDatabase::new("DASHCLAW_TEST_POSTGRES"))).collect();
    let file = map(&databases);
    let fleet = Fleet::start(4, Way::map(&file));
    let readers = number("DASHCLAW_SOAK_READERS", 40) / 4;
    let plan = |chaos| Plan {
        length: Duration::from_secs(number("DASHCLAW_SOAK_SECONDS", 8).try_into().unwrap()),
        writers: 3,
        pace: Duration::from_millis((10 + readers).try_into().unwrap()),
        readers,
        stay: Duration::from_millis((1000 + 32 * readers).try_into().unwrap()),
        patience: Duration::from_secs(90),
        chaos,
        restarts: None,
    };
    let rounds = databases.iter().enumerate().map(async |(n, database)| {
        play_in(&operator(database, n), database, &databases[0], &fleet, plan(n == 0)).await.0
    });
    for (n, found) in join_all(rounds).await.into_iter().enumerate() {
        println!("organisation {n}");
        found.print();
        found.assert_sound();
        for (place, database) in databases.iter().enumerate() {
            let decisions = format!("SELECT id FROM guard_decisions WHERE org_id = 'org_{n}'");
            let here = database.texts(&decisions).len();
            assert_eq!(here > 0, place == n, "{here} decisions of org_{n} in shard_{place}");
        }
    }
    let _ = std::fs::remove_file(file);
}

//! Four `dashclaw up` processes on one PostgreSQL under a mixed load, while hosts are killed and connections cut: every reader
//! sees every event once and in order, what was acknowledged is there, keys have one winner, limits hold, and nothing is
//! decided by what was in force before. `scripts/soak hosts` asks for more than the tests do, and restarts PostgreSQL as well.
#![cfg(feature = "postgres")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot be set up has failed"
)]

#[path = "../../server/tests/common/database.rs"]
mod database;
mod process;

#[path = "hosts/asking.rs"]
mod asking;
#[path = "hosts/chaos.rs"]
mod chaos;
#[path = "hosts/check.rs"]
mod check;
#[path = "hosts/fleet.rs"]
mod fleet;
#[path = "hosts/latency.rs"]
mod latency;
#[path = "hosts/load.rs"]
mod load;
#[path = "hosts/operator.rs"]
mod operator;
#[path = "hosts/planted.rs"]
mod planted;
#[path = "hosts/readers.rs"]
mod readers;
#[path = "hosts/round.rs"]
mod round;
#[path = "hosts/seen.rs"]
mod seen;
#[path = "hosts/shards.rs"]
mod shards;

use std::sync::Arc;
use std::time::Duration;

use database::TestDatabase;
use fleet::{Fleet, Way};
use round::{Plan, play};
use tokio::sync::Mutex;

/// One at a time: each needs the machine for itself.
static TURN: Mutex<()> = Mutex::const_new(());

/// A number that the long form gives.
#[expect(clippy::disallowed_methods, reason = "how long a test takes is no setting of the product")]
fn asked(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}

fn number(name: &str, default: usize) -> usize {
    asked(name).map_or(default, |text| text.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_hosts_answer_holds_on_all_whatever_happens_to_them() {
    let _turn = TURN.lock().await;
    let database = Arc::new(TestDatabase::new("DASHCLAW_TEST_POSTGRES"));
    let fleet = Fleet::start(4, Way::direct(&database));
    let readers = number("DASHCLAW_SOAK_READERS", 40);
    let plan = Plan {
        length: Duration::from_secs(number("DASHCLAW_SOAK_SECONDS", 12).try_into().unwrap()),
        writers: 8,
        // Each event is sent to each reader, so many readers want a slower load.
        pace: Duration::from_millis((5 + readers / 4).try_into().unwrap()),
        readers,
        stay: Duration::from_millis((1000 + 8 * readers).try_into().unwrap()),
        patience: Duration::from_secs(90),
        chaos: true,
        restarts: asked("DASHCLAW_SOAK_POSTGRES_DIR").map(Into::into),
    };
    let found = play(&database, &fleet, plan).await;
    found.print();
    found.assert_sound();
    found.assert_nothing_idle();
}

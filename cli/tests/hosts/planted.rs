//! Whether the checks would find what they are for: hosts and readers with a bug, planted from outside, and the same without.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use tokio_postgres::{Client, NoTls};

use super::TURN;
use super::check::{check, truth};
use super::database::TestDatabase;
use super::fleet::{Fleet, Way};
use super::readers::{Sight, compare};
use super::round::{Plan, play, play_and_tell};
use super::seen::{Findings, Rule};

fn new_database() -> Arc<TestDatabase> {
    Arc::new(TestDatabase::new("DASHCLAW_TEST_POSTGRES"))
}

async fn connect(database: &TestDatabase) -> Client {
    let (client, connection) = database.direct().connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// A reader of rows behind a cursor, which looks as often as it can. A query takes the cursor and answers the next ones: what
/// the cursor is compared with, and the event's name and data.
struct Poller {
    over: Arc<AtomicBool>,
    task: JoinHandle<Sight>,
}

impl Poller {
    async fn start(database: &TestDatabase, sql: &'static str) -> Self {
        let client = connect(database).await;
        let over = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&over);
        let task = tokio::spawn(async move {
            let (mut sight, mut cursor, mut count) = (Sight::default(), 0_i64, 0);
            let mut last = false;
            loop {
                // Once more, when nothing is written any more.
                let is_over = stop.load(Ordering::SeqCst);
                for row in client.query(sql, &[&cursor]).await.unwrap() {
                    cursor = row.get(0);
                    count += 1;
                    sight.take(count, row.get(1), row.get(2));
                }
                if last {
                    return sight;
                }
                last = is_over;
                tokio::task::yield_now().await;
            }
        });
        Self { over, task }
    }

    async fn finish(self) -> Sight {
        self.over.store(true, Ordering::SeqCst);
        self.task.await.unwrap()
    }
}

const BY_POSITION: &str = "SELECT position, name, data FROM events WHERE position > $1 ORDER BY position";
const BY_SEQUENCE: &str = "SELECT seq, decision, id FROM guard_decisions WHERE seq > $1 ORDER BY seq";
const BY_HORIZON: &str = "SELECT position, name, data FROM events WHERE position > $1
    AND xmin::text::bigint < pg_snapshot_xmin(pg_current_snapshot())::text::bigint ORDER BY position";

/// A number of a sequence is taken when a row is inserted, and the row is seen when it is committed: a reader that goes by it
/// passes over what commits late. Positions are taken in the order of the commits.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cursor_on_a_sequence_is_found_out() {
    let _turn = TURN.lock().await;
    let database = new_database();
    let fleet = Fleet::start(2, Way::direct(&database));
    let by_position = Poller::start(&database, BY_POSITION).await;
    let by_sequence = Poller::start(&database, BY_SEQUENCE).await;
    let plan = Plan { writers: 24, pace: Duration::ZERO, readers: 2, ..Plan::calm() };
    play(&database, &fleet, plan).await.assert_sound();
    let mut found = Findings::default();
    compare(0, &by_position.finish().await, &truth(&database), &mut found);
    found.assert_sound();
    let mut all = Sight::default();
    for (row, position) in
        database.rows("SELECT decision, id FROM guard_decisions ORDER BY seq").iter().zip(1..)
    {
        all.take(position, &row[0], &row[1]);
    }
    let seen = by_sequence.finish().await;
    compare(0, &seen, &all, &mut found);
    println!("a cursor on a sequence saw {} of {} decisions", seen.last, all.last);
    assert!(found.broken(Rule::Order) > 0, "nobody noticed");
}

/// A plan in which readers stay where they are, so that nothing but their host tells them of what others do.
fn staying() -> Plan {
    Plan { stay: Duration::from_secs(600), patience: Duration::from_secs(6), ..Plan::calm() }
}

/// Hosts whose listener is cut hear of each other because they look. Where they did not, readers would wait without end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hosts_that_do_not_look_while_their_listener_is_cut_are_found_out() {
    let _turn = TURN.lock().await;
    let nobody = Some("postgres://nobody@127.0.0.1:1/nothing");
    let database = new_database();
    let fleet = Fleet::start(3, Way::by(&database.direct_url(), nobody));
    play(&database, &fleet, staying()).await.assert_sound();

    let database = new_database();
    // Unlike a superuser, it sees no more rows than it is let.
    let url = database.give_away();
    let fleet = Fleet::start(3, Way::by(&url, nobody));
    database.run_in(
        "ALTER TABLE heads ENABLE ROW LEVEL SECURITY; ALTER TABLE heads FORCE ROW LEVEL SECURITY;
        CREATE POLICY blind ON heads
            USING (current_query() NOT LIKE 'SELECT org_id, version, position FROM heads%') WITH CHECK (true)",
    );
    let found = play(&database, &fleet, staying()).await;
    println!("{} readers never heard of what other hosts did", found.broken(Rule::Order));
    assert!(found.broken(Rule::Order) > 0, "nobody noticed");
}

/// What is written elsewhere in the cluster, and not committed, holds nobody up here; readers that only see what is older than
/// every open transaction see nothing any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_left_open_in_another_database_stops_no_reader_but_one_that_goes_by_the_horizon() {
    let _turn = TURN.lock().await;
    let (database, other) = (new_database(), new_database());
    let fleet = Fleet::start(2, Way::direct(&database));
    let idle = connect(&other).await;
    idle.batch_execute("BEGIN; CREATE TABLE left_open (n BIGINT)").await.unwrap();
    let by_horizon = Poller::start(&database, BY_HORIZON).await;
    play(&database, &fleet, Plan::calm()).await.assert_sound();
    let truth = truth(&database);
    let seen = by_horizon.finish().await;
    let mut found = Findings::default();
    compare(0, &seen, &truth, &mut found);
    println!("by the horizon {} of {} events were seen", seen.last, truth.last);
    assert!(found.broken(Rule::Order) > 0, "nobody noticed");

    // It is the open transaction and nothing else that held it up.
    idle.batch_execute("ROLLBACK").await.unwrap();
    let client = connect(&database).await;
    let begin = Instant::now();
    loop {
        let seen = client.query(BY_HORIZON, &[&0_i64]).await.unwrap().len();
        if i64::try_from(seen).unwrap() == truth.last {
            break;
        }
        // Others may use the server as well.
        assert!(begin.elapsed() < Duration::from_secs(120), "{seen} of {}", truth.last);
        sleep(Duration::from_millis(50)).await;
    }
}

/// Counting is right under a lock only. In front of PostgreSQL's own, hosts find functions that lock nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hosts_that_race_without_a_lock_are_found_out() {
    let _turn = TURN.lock().await;
    let database = new_database();
    let nothing =
        |name: &str| format!("CREATE FUNCTION public.{name}(BIGINT) RETURNS VOID LANGUAGE SQL AS 'SELECT'; ");
    database.run_in(&(nothing("pg_advisory_xact_lock") + &nothing("pg_advisory_xact_lock_shared")));
    database.search_first("public");
    let fleet = Fleet::start(4, Way::direct(&database));
    let plan = Plan { length: Duration::from_secs(5), writers: 1, pace: Duration::ZERO, ..Plan::calm() };
    let found = play(&database, &fleet, plan).await;
    println!("{} limits and budgets were overshot", found.broken(Rule::Limits));
    assert!(found.broken(Rule::Limits) > 0, "nobody noticed");
}

/// What a database must not come to look like, and the rule that says so.
const SPOILT: [(&str, Rule); 9] = [
    ("DELETE FROM guard_decisions WHERE agent_id = 'looker' AND decision = 'allow'", Rule::Kept),
    ("DELETE FROM api_keys WHERE revoked_at IS NOT NULL", Rule::Kept),
    ("UPDATE heads SET version = 1", Rule::Kept),
    ("UPDATE actions SET action_id = action_id || 'x' WHERE idempotency_key IS NOT NULL", Rule::Kept),
    (
        "INSERT INTO guard_decisions (org_id, id, decision, created_ms, idempotency_key, record, context, version)
        SELECT org_id, id || 'x', decision, created_ms, idempotency_key, record, context, version FROM guard_decisions
        WHERE idempotency_key IS NOT NULL LIMIT 1",
        Rule::OneWinner,
    ),
    ("UPDATE guard_decisions SET decision = 'allow' WHERE agent_id LIKE 'limited %'", Rule::Limits),
    ("UPDATE guard_decisions SET spent_usd = 2 * spent_usd", Rule::Limits),
    (
        "UPDATE guard_decisions SET version = 0 WHERE id = (SELECT data::jsonb ->> 'decision_id' FROM events
        WHERE name = 'guard.decision.created' ORDER BY position DESC LIMIT 1)",
        Rule::Obedience,
    ),
    ("DELETE FROM events WHERE name = 'action.created'", Rule::Whole),
];

/// The checks of what is kept see it spoilt, each by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_spoilt_database_is_found_out() {
    let _turn = TURN.lock().await;
    let database = new_database();
    let fleet = Fleet::start(2, Way::direct(&database));
    let (found, load) = play_and_tell(&database, &fleet, Plan::calm()).await;
    found.assert_sound();
    // What they would repair is not asked for.
    (0..fleet.count()).for_each(|host| fleet.kill(host));
    let tables = ["guard_decisions", "api_keys", "heads", "actions", "events"];
    let all = |sql: &dyn Fn(&str) -> String| tables.map(sql).concat();
    database.run_in(&all(&|name| format!("CREATE TABLE whole_{name} AS TABLE {name}; ")));
    let told = load.seen.lock();
    for (spoil, rule) in SPOILT {
        database.run_in(spoil);
        let mut found = Findings::default();
        check(&database, &told, &truth(&database), &mut found);
        assert!(found.broken(rule) > 0, "nobody noticed: {spoil}");
        database.run_in(&all(&|name| {
            format!("TRUNCATE {name}; INSERT INTO {name} SELECT * FROM whole_{name}; ")
        }));
    }
    let mut found = Findings::default();
    check(&database, &told, &truth(&database), &mut found);
    found.assert_sound();
}

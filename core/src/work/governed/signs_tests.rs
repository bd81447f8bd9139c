//! Signs of life, with a clock of the tests' own.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::client::stub::{Stub, refusal};
use crate::{DashClaw, ErrorKind, GovernedOptions, WaitOptions};

const ACTION: &[u8] = br#"{"action_type":"deploy","declared_goal":"ship it"}"#;
const SECOND: Duration = Duration::from_secs(1);
const SIGN: &str = "PATCH /api/actions/act_1";
const REPORT: &str = "POST /api/actions/act_1/outcome";
const ASKED: &str = "GET /api/actions/act_1/outcome";

fn created(replay: bool) -> Value {
    json!({
        "action_id": "act_1", "idempotent_replay": replay,
        "action": {"action_id": "act_1", "status": "running"}, "decision": {"decision": "allow"},
    })
}

fn stub(more: &[(&str, u16, Value)]) -> Arc<Stub> {
    let usual = [
        ("POST /api/guard", 200, json!({"decision": "allow"})),
        ("POST /api/actions", 201, created(false)),
        (REPORT, 200, json!({"outcome": {"status": "completed"}})),
    ];
    Stub::new(&usual.into_iter().chain(more.iter().cloned()).collect::<Vec<_>>())
}

fn signs(stub: &Stub) -> Vec<Value> {
    stub.asked().into_iter().filter(|(target, _)| target == SIGN).map(|(_, body)| body).collect()
}

async fn begin(client: &DashClaw) {
    assert!(client.begin_governed(ACTION, &GovernedOptions::default()).await.unwrap().run);
}

fn taken() -> (&'static str, u16, Value) {
    (SIGN, 200, json!({"action": {"action_id": "act_1", "status": "running"}}))
}

#[tokio::test(start_paused = true)]
async fn they_come_often_at_first_and_seldom_later_and_end_with_the_work() {
    let stub = stub(&[taken()]);
    let client = stub.client();
    begin(&client).await;
    tokio::time::sleep(SECOND * 4).await;
    assert!((3..=4).contains(&signs(&stub).len()), "{:?}", signs(&stub));
    tokio::time::sleep(SECOND * 120).await;
    let later = signs(&stub).len();
    assert!((14..=22).contains(&later), "{later}");
    // Nothing but the time it has taken: in particular not the time of an end.
    assert!(signs(&stub).iter().all(|sign| sign.as_object().unwrap().keys().eq(["duration_ms"])));

    client.finish_governed("act_1", None, SECOND).await.unwrap();
    let closed = signs(&stub).len();
    assert_eq!(closed, later + 1, "the record is closed");
    tokio::time::sleep(SECOND * 120).await;
    assert_eq!(signs(&stub).len(), closed);
}

#[tokio::test(start_paused = true)]
async fn short_work_gives_none() {
    let stub = stub(&[taken()]);
    let client = stub.client();
    begin(&client).await;
    tokio::time::sleep(SECOND / 2).await;
    assert_eq!(signs(&stub), Vec::<Value>::new());
}

#[tokio::test(start_paused = true)]
async fn one_that_does_not_arrive_does_no_harm() {
    let stub = stub(&[(SIGN, 400, refusal("no"))]);
    let client = stub.client();
    begin(&client).await;
    tokio::time::sleep(SECOND * 10).await;
    assert!(signs(&stub).len() > 3);
    client.finish_governed("act_1", None, SECOND).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn they_outlive_neither_close_nor_the_client_nor_a_dropped_run() {
    for end in ["close", "drop", "abandon"] {
        let stub = stub(&[taken()]);
        let client = stub.client();
        match end {
            "abandon" => {
                let action = serde_json::from_slice(ACTION).unwrap();
                let options = GovernedOptions::default();
                let run =
                    client.run_governed(action, &options, |_| std::future::pending::<Result<(), String>>());
                let _elapsed = tokio::time::timeout(SECOND / 2, run).await;
            }
            _ => begin(&client).await,
        }
        match end {
            "close" => client.close(),
            "drop" => drop(client),
            _ => {}
        }
        tokio::time::sleep(SECOND * 60).await;
        assert_eq!(signs(&stub), Vec::<Value>::new(), "{end}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_of_this_client_is_waited_for_whatever_the_times_say() {
    let mut dead = created(true);
    dead["action"]["timestamp_start"] = json!("2031-01-01T00:00:00Z");
    dead["action"]["updated_at"] = json!("2031-01-01T00:00:00Z");
    let stub = stub(&[
        ("POST /api/actions", 200, dead),
        taken(),
        (ASKED, 200, json!({"status": "pending", "elapsed_ms": 3_600_000})),
    ]);
    let client = stub.client();
    begin(&client).await;
    let wait = WaitOptions { timeout: Some(SECOND * 60), ..WaitOptions::default() };
    let options = GovernedOptions { wait, ..GovernedOptions::default() };
    let error = client.begin_governed(ACTION, &options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    client.finish_governed("act_1", None, SECOND).await.unwrap();
    let error = client.begin_governed(ACTION, &options).await.unwrap_err();
    assert_eq!((error.kind(), error.fields().action_id.as_deref()), (ErrorKind::InDoubt, Some("act_1")));
}

#[tokio::test(start_paused = true)]
async fn a_record_without_times_is_watched_before_it_is_in_doubt() {
    let record = json!({"action": {"action_id": "act_1", "status": "running"}});
    let stub = Stub::new(&[
        ("POST /api/guard", 200, json!({"decision": "allow"})),
        ("POST /api/actions", 200, created(true)),
        (ASKED, 200, json!({"status": "pending"})),
        ("GET /api/actions/act_1", 200, record),
    ]);
    let begun = tokio::time::Instant::now();
    let error = stub.client().begin_governed(ACTION, &GovernedOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InDoubt);
    assert!((30..=40).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn of_many_that_wait_for_one_approval_one_runs() {
    let pending = json!({
        "action_id": "act_1", "idempotent_replay": true, "action": {"action_id": "act_1", "status": "pending_approval"},
    });
    let stub = Stub::new(&[
        ("POST /api/guard", 200, json!({"decision": "require_approval"})),
        ("POST /api/actions", 200, pending),
        (ASKED, 200, json!({"status": "pending"})),
        (
            "GET /api/actions/act_1",
            200,
            json!({"action": {"action_id": "act_1", "status": "running", "approved_by": "ada"}}),
        ),
        // As a server that knows no claims: all are told that they may.
        taken(),
    ]);
    let client = stub.client();
    let wait = WaitOptions { timeout: Some(SECOND * 60), ..WaitOptions::default() };
    let options = GovernedOptions { wait, ..GovernedOptions::default() };
    let begun =
        futures_util::future::join_all((0..40).map(|_| client.begin_governed(ACTION, &options))).await;
    let runs = begun.iter().filter(|begun| begun.as_ref().is_ok_and(|begun| begun.run)).count();
    let waited =
        begun.iter().filter(|begun| begun.as_ref().is_err_and(|error| error.kind() == ErrorKind::Timeout));
    assert_eq!((runs, waited.count()), (1, 39));
}

//! A worker against a scripted server.

use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::client::stub::{Stub, refusal};

const CLAIM: &str = "POST /api/work-orders/claim";
const END: &str = "POST /api/work-orders/wo_1/complete";

fn order(id: &str) -> Value {
    json!({"work_order": {"id": id, "type": "t", "status": "claimed", "input": {"n": 1}}})
}

fn none() -> Value {
    json!({"work_order": null})
}

fn ends(stub: &Arc<Stub>) -> Vec<Value> {
    let asked = stub.asked().into_iter().filter(|(target, _)| target.ends_with("/complete"));
    asked.map(|(_, body)| body).collect()
}

async fn settled() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn orders_are_claimed_politely_and_completed() {
    let stub = Stub::new(&[
        (CLAIM, 200, none()),
        (CLAIM, 503, refusal("starting")),
        (CLAIM, 200, order("wo_1")),
        (CLAIM, 200, none()),
        (END, 200, json!({"work_order": {}, "receipt": {}})),
    ]);
    let options = WorkerOptions { types: vec!["t".to_owned()], ..WorkerOptions::default() };
    let mut orders = stub.client().work_orders(options);
    let start = Instant::now();
    let claimed = orders.next().await.unwrap().unwrap();
    assert!(start.elapsed() >= DEFAULT_POLL.mul_f64(0.75) && start.elapsed() < DEFAULT_POLL * 3);
    assert_eq!((claimed.id(), claimed.order().unwrap().id.as_str()), ("wo_1", "wo_1"));
    assert_eq!(stub.asked()[0].1, json!({"types": ["t"], "agent_id": "agent-1"}));
    claimed.complete(&json!({"a": 1}), Some(&json!({"total_usd": 0.1}))).await.unwrap();
    let expected =
        json!({"status": "completed", "output": {"a": 1}, "cost": {"total_usd": 0.1}, "agent_id": "agent-1"});
    assert_eq!(ends(&stub), [expected]);
    orders.close().await;
    assert!(orders.next().await.is_none());
    assert_eq!(ends(&stub).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_left_unfinished_is_reported_as_failed() {
    let answers = [
        (CLAIM, 200, order("wo_1")),
        (CLAIM, 200, order("wo_1")),
        (CLAIM, 200, none()),
        (END, 422, json!({"error": "output_contract_violation"})),
        (END, 200, json!({})),
    ];
    let stub = Stub::new(&answers);
    let mut orders = stub.client().work_orders(WorkerOptions::default());
    let first = orders.next().await.unwrap().unwrap();
    let error = first.complete(&json!({}), None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Validation);
    orders.next().await.unwrap().unwrap();
    drop(orders);
    settled().await;
    let failed = json!({"status": "failed", "agent_id": "agent-1", "error": {"code": "abandoned", "message": desk_message()}});
    assert_eq!(ends(&stub)[1..], [failed.clone(), failed]);
}

fn desk_message() -> &'static str {
    "the worker went on without finishing the order"
}

#[tokio::test(start_paused = true)]
async fn stopping_is_at_once_and_gives_up_what_was_being_claimed() {
    let stub = Stub::new(&[(CLAIM, 200, order("wo_1")), (END, 200, json!({}))]);
    let cancel = CancellationToken::new();
    let options = WorkerOptions { cancel: Some(cancel.clone()), ..WorkerOptions::default() };
    let mut orders = stub.client().work_orders(options);
    {
        // The claim goes out, and its answer comes while nobody looks.
        let mut next = Box::pin(orders.next());
        let waker = std::task::Waker::noop();
        assert!(next.as_mut().poll(&mut std::task::Context::from_waker(waker)).is_pending());
        settled().await;
        cancel.cancel();
        assert!(next.await.is_none());
    }
    settled().await;
    assert_eq!(ends(&stub).len(), 1);
    assert_eq!(ends(&stub)[0]["status"], "failed");

    let idle = Stub::new(&[(CLAIM, 200, none())]);
    let cancel = CancellationToken::new();
    let options = WorkerOptions { cancel: Some(cancel.clone()), ..WorkerOptions::default() };
    let mut orders = idle.client().work_orders(options);
    let start = Instant::now();
    let stop = async {
        tokio::time::sleep(Duration::from_millis(1500)).await;
        cancel.cancel();
    };
    let (next, ()) = tokio::join!(orders.next(), stop);
    assert!(next.is_none());
    assert_eq!(start.elapsed(), Duration::from_millis(1500));
}

#[tokio::test(start_paused = true)]
async fn an_error_that_stays_ends_it() {
    let stub = Stub::new(&[(CLAIM, 403, refusal("no"))]);
    let mut orders = stub.client().work_orders(WorkerOptions::default());
    assert_eq!(orders.next().await.unwrap().unwrap_err().kind(), ErrorKind::Permission);
    assert!(orders.next().await.is_none());
    assert_eq!(stub.asked().len(), 1);
}

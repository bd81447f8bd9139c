//! Composed operations against a scripted server.

use std::time::Duration;

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::client::stub::{Stub, refusal};
use crate::{CallOptions, Error, ErrorKind, Response};

const PURCHASES: &str = "POST /api/x402/purchases";
const OUTCOME: &str = "POST /api/actions/act_1/outcome";
const ARTIFACTS: &str = "POST /api/artifacts";
const PAIRING: &str = "GET /api/pairings/pair_1";

fn json(answer: Result<Response, Error>) -> Value {
    answer.unwrap().json().unwrap()
}

fn recorded() -> Value {
    json!({ "action": {"action_id": "act_1"}, "purchase": {"n": 1}, "decision": {"decision": "allow"} })
}

async fn call(stub: &std::sync::Arc<Stub>, operation: &str, arguments: Value) -> Result<Response, Error> {
    stub.client().call(operation, arguments.to_string().as_bytes(), &CallOptions::default()).await
}

/// The official Python client's requests, with required arguments and with all.
#[tokio::test]
async fn a_purchase_sends_what_the_official_client_sends() {
    let text = include_str!("../../../../tests/vectors/official-python.json");
    let recording: Value = serde_json::from_str(text).unwrap();
    let methods = recording["methods"].as_array().unwrap();
    let method = methods.iter().find(|method| method["name"] == "record_x402_purchase").unwrap();
    for theirs in method["calls"].as_array().unwrap() {
        let answers =
            [(PURCHASES, 201, recorded()), (OUTCOME, 201, json!({"ok": true})), (ARTIFACTS, 201, json!({}))];
        let stub = Stub::new(&answers);
        call(&stub, "record_x402_purchase", theirs["args"].clone()).await.unwrap();
        let theirs = theirs["requests"].as_array().unwrap().iter().map(|request| {
            let target = request["target"].as_str().unwrap();
            (format!("{} {target}", request["verb"].as_str().unwrap()), request["body"].clone())
        });
        assert_eq!(stub.asked(), theirs.collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn no_later_step_hides_a_purchase() {
    let paid = json!({"agent_id": "a", "provider": "p", "spend": 1, "transactionHash": "0x1"});
    let answers = [
        (PURCHASES, 202, recorded()),
        (OUTCOME, 409, json!({"error": "waits", "current_status": "pending_approval"})),
        (ARTIFACTS, 400, refusal("no")),
    ];
    let stub = Stub::new(&answers);
    let answer = json(call(&stub, "record_x402_purchase", paid.clone()).await);
    assert_eq!(stub.targets(), [PURCHASES, OUTCOME, ARTIFACTS]);
    assert_eq!(answer["purchase"], json!({"n": 1}));
    assert_eq!((&answer["outcome"], &answer["artifact"]), (&Value::Null, &Value::Null));
    assert_eq!(answer["errors"]["outcome"]["kind"], "conflict");
    assert_eq!(answer["errors"]["outcome"]["current_status"], "pending_approval");
    assert_eq!(answer["errors"]["artifact"]["kind"], "validation");
    assert_eq!(stub.asked()[1].1["summary"], "x402 settled: $1 USDC at p");

    let stub = Stub::new(&[(PURCHASES, 201, json!({"purchase": {"n": 1}}))]);
    let answer = json(call(&stub, "record_x402_purchase", paid).await);
    let nothing = json!({ "action": null, "purchase": {"n": 1}, "decision": null, "outcome": null, "artifact": null, "errors": {} });
    assert_eq!(answer, nothing);
}

#[tokio::test]
async fn a_block_after_the_fact_is_one_and_names_the_action() {
    let verdict = json!({"decision": "block", "reason": "too much"});
    let paid = json!({"agent_id": "a", "provider": "p", "spend": 1});
    for status in [403, 201] {
        let body = json!({ "error": "x", "action": {"action_id": "act_1"}, "decision": verdict });
        let stub = Stub::new(&[(PURCHASES, status, body)]);
        let error = call(&stub, "record_x402_purchase", paid.clone()).await.unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::GuardBlocked, "too much"));
        assert_eq!(error.fields().action_id.as_deref(), Some("act_1"));
        assert_eq!(stub.targets(), [PURCHASES]);
    }
}

#[tokio::test]
async fn a_result_is_filed_as_the_official_client_files_it() {
    let stub = Stub::new(&[(ARTIFACTS, 201, json!({"artifact": {}}))]);
    let whole =
        json!({"action_id": "act_1", "result": {"summary": "s", "data": {"a": 1}, "url": "http://u"}});
    call(&stub, "record_purchase_result", whole).await.unwrap();
    call(&stub, "record_purchase_result", json!({"action_id": "act_1"})).await.unwrap();
    let artifact = |description: Value, content: Value, url: Value| {
        json!({
            "artifact_type": "x402_purchase_result", "name": "x402 result act_1", "description": description,
            "content_json": content, "content_url": url, "source_action_id": "act_1",
        })
    };
    let bodies: Vec<Value> = stub.asked().into_iter().map(|(_, body)| body).collect();
    let expected = [
        artifact("s".into(), json!({"a": 1}), "http://u".into()),
        artifact(Value::Null, json!({}), Value::Null),
    ];
    assert_eq!(bodies, expected);
}

#[tokio::test(start_paused = true)]
async fn a_pairing_is_waited_for_until_it_is_decided() {
    let pairing = |status: &str| json!({"pairing": {"id": "pair_1", "status": status}});
    let stub = Stub::new(&[
        (PAIRING, 200, pairing("pending")),
        (PAIRING, 503, refusal("starting")),
        (PAIRING, 200, pairing("pending")),
        (PAIRING, 200, pairing("approved")),
    ]);
    let answer = json(call(&stub, "wait_for_pairing", json!({"pairing_id": "pair_1"})).await);
    assert_eq!(answer, json!({"id": "pair_1", "status": "approved"}));
    assert_eq!(stub.asked().len(), 4);

    for (status, kind) in [("expired", ErrorKind::ApprovalExpired), ("rejected", ErrorKind::ApprovalDenied)] {
        let stub = Stub::new(&[(PAIRING, 200, pairing(status))]);
        let error = call(&stub, "wait_for_pairing", json!({"pairing_id": "pair_1"})).await.unwrap_err();
        assert_eq!(error.kind(), kind);
    }

    let stub = Stub::new(&[(PAIRING, 200, pairing("pending"))]);
    let short = json!({"pairing_id": "pair_1", "timeout": 1, "interval": 0});
    let start = tokio::time::Instant::now();
    let error = call(&stub, "wait_for_pairing", short).await.unwrap_err();
    assert_eq!((error.kind(), start.elapsed()), (ErrorKind::ApprovalTimeout, Duration::from_secs(1)));
    assert_eq!(stub.asked().len(), 10);
}

#[tokio::test(start_paused = true)]
async fn no_time_to_wait_is_time_to_look_once_and_no_server_is_waited_for_longer() {
    let stub = Stub::new(&[(PAIRING, 200, json!({"pairing": {"status": "approved"}}))]);
    call(&stub, "wait_for_pairing", json!({"pairing_id": "pair_1", "timeout": 0})).await.unwrap();

    let silent = Stub::new(&[]);
    let start = tokio::time::Instant::now();
    let error =
        call(&silent, "wait_for_pairing", json!({"pairing_id": "pair_1", "timeout": 3})).await.unwrap_err();
    assert_eq!((error.kind(), start.elapsed()), (ErrorKind::ApprovalTimeout, Duration::from_secs(3)));
}

#[tokio::test(start_paused = true)]
async fn waiting_can_be_stopped() {
    let stub = Stub::new(&[(PAIRING, 200, json!({"pairing": {"status": "pending"}}))]);
    let cancel = CancellationToken::new();
    let options = CallOptions { cancel: Some(cancel.clone()), ..CallOptions::default() };
    let (client, start) = (stub.client(), tokio::time::Instant::now());
    let wait = client.call("wait_for_pairing", br#"{"pairing_id":"pair_1"}"#, &options);
    let stop = async {
        tokio::time::sleep(Duration::from_millis(2500)).await;
        cancel.cancel();
    };
    let (answer, ()) = tokio::join!(wait, stop);
    assert_eq!(answer.unwrap_err().kind(), ErrorKind::Cancelled);
    assert_eq!(start.elapsed(), Duration::from_millis(2500));
}

#[tokio::test]
async fn nothing_of_a_private_key_leaves() {
    let stub = Stub::new(&[("POST /api/pairings", 200, json!({"pairing": {}}))]);
    for key in [json!({}), json!({"kty": "RSA", "d": "c2VjcmV0"}), json!({"kty": "EC", "d": "c2VjcmV0"})] {
        let error =
            call(&stub, "create_pairing_from_private_jwk", json!({"private_jwk": key})).await.unwrap_err();
        assert_eq!(error.fields().argument.as_deref(), Some("private_jwk"));
        assert!(!error.to_json().contains("c2VjcmV0"), "{error:?}");
    }
    assert!(stub.asked().is_empty());
}

#[tokio::test]
async fn an_action_is_adapted_and_one_without_a_type_is_not_asked_about() {
    let hints = json!({"preferred_risk_cap": 40});
    let recommendation = json!({"id": "lrec_1", "hints": hints, "sample": 12_345_678_901_234_567_u64});
    let stub = Stub::new(&[(
        "GET /api/learning/recommendations",
        200,
        json!({"recommendations": [recommendation]}),
    )]);
    let action = json!({"action_type": "deploy", "risk_score": 90});
    let answer = json(call(&stub, "recommend_action", json!({"action": action})).await);
    let adapted = json!({"action_type": "deploy", "risk_score": 40});
    let expected =
        json!({"action": adapted, "recommendation": recommendation, "adapted_fields": ["risk_score"]});
    assert_eq!(answer, expected);
    assert_eq!(stub.asked().len(), 1);

    let answer = json(call(&stub, "recommend_action", json!({"action": {"kind": "x"}})).await);
    assert_eq!(answer, json!({"action": {"kind": "x"}, "recommendation": null, "adapted_fields": []}));
    assert_eq!(stub.asked().len(), 1);
}

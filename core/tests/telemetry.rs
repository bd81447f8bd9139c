//! What the client says, and that it says no secret.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use dashclaw::bridge::{Trace, start_of};
use dashclaw::transport::{Body, Sent, Transport, TransportError};
use dashclaw::{CallOptions, DashClaw, WaitOptions};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};
use serde_json::{Value, json};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

const CANARY: &str = "canary-7d1f";

/// One test at a time: `tracing` decides once for all threads who hears an event, and a thread that comes to one for the first
/// time while another begins to listen may decide for nobody.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Keeps all that is said at any level.
#[derive(Clone, Default)]
struct Ear(Arc<Mutex<Vec<String>>>);

struct Words(String);

impl Visit for Words {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0, " {}={value:?}", field.name());
    }
}

impl Subscriber for Ear {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "dashclaw"
    }
    fn event(&self, event: &Event<'_>) {
        let mut words = Words(format!("{} {}", event.metadata().level(), event.metadata().name()));
        event.record(&mut words);
        self.0.lock().unwrap().push(words.0);
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

impl Ear {
    fn words(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    /// The names of what was said, in order.
    fn names(&self) -> Vec<String> {
        self.words().iter().map(|said| said.split(' ').nth(1).unwrap().to_owned()).collect()
    }
}

/// Answers one after the other; a status of 0 is a connection that cannot be made.
#[derive(Debug)]
struct Script(Mutex<Vec<(u16, Value)>>, Mutex<Vec<http::HeaderMap>>);

impl Script {
    fn new(answers: &[(u16, Value)]) -> Arc<Self> {
        Arc::new(Self(Mutex::new(answers.iter().rev().cloned().collect()), Mutex::default()))
    }

    fn client(self: &Arc<Self>) -> DashClaw {
        let builder = DashClaw::builder().base_url("http://127.0.0.1:4317").api_key(format!("key-{CANARY}"));
        let builder = builder.auth_token(format!("token-{CANARY}")).agent_id("agent-1").agent_name("Agent");
        builder.transport(self.clone()).build().unwrap()
    }
}

impl Transport for Script {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        if request.uri().path() == "/api/stream" {
            let body = Bytes::from_static(b"event: connected\ndata: {}\n\n");
            let body = stream::iter([Ok(body)]).chain(stream::pending()).boxed();
            let response = http::Response::builder().header("content-type", "text/event-stream").body(body);
            return async { Ok(response.unwrap()) }.boxed();
        }
        self.1.lock().unwrap().push(request.headers().clone());
        let (status, body) = self.0.lock().unwrap().pop().unwrap();
        if status == 0 {
            let message = format!("refused by {CANARY} {}", "token-canary-7d1f");
            return async { Err(TransportError { sent: Sent::No, message }) }.boxed();
        }
        let body = stream::iter([Ok(Bytes::from(body.to_string()))]).boxed();
        let response = http::Response::builder().status(status).header("x-request-id", "req-1");
        let response = response.header("x-secret", CANARY).body(body);
        async { Ok(response.unwrap()) }.boxed()
    }
}

fn allow() -> (u16, Value) {
    (200, json!({ "decision": "allow", "decision_id": "act_gd_0123456789abcdef", "reasons": [CANARY] }))
}

fn ask() -> Vec<u8> {
    json!({ "action_type": "deploy", "declared_goal": CANARY, "content": CANARY, "tool": { "name": "bash" } })
        .to_string()
        .into_bytes()
}

#[tokio::test(start_paused = true)]
async fn a_call_says_what_it_does_and_no_secret() {
    let _alone = ALONE.lock().await;
    let ear = Ear::default();
    let _guard = tracing::subscriber::set_default(ear.clone());
    let refusal = (503, json!({ "error": CANARY, "details": [CANARY], "code": CANARY }));
    let script = Script::new(&[
        (0, json!(null)),
        refusal.clone(),
        allow(),
        (200, json!({ "actions": [], "total": 0 })),
        (200, json!({ "env": { "TOKEN": CANARY }, "CANARY": CANARY })),
        (400, json!({ "error": CANARY })),
    ]);
    let client = script.client();
    client.call("guard", &ask(), &CallOptions::default()).await.unwrap();
    let query = json!({ "agent_id": CANARY, "status": CANARY }).to_string();
    client.call("get_actions", query.as_bytes(), &CallOptions::default()).await.unwrap();
    let _ = client.call("get_agent_env", b"{}", &CallOptions::default()).await;
    let _ = client.call("guard", &ask(), &CallOptions::default()).await;

    let (words, names) = (ear.words(), ear.names());
    let expected = ["request", "failure", "retry", "request", "failure", "retry", "request", "response"];
    let expected: Vec<String> = expected.iter().map(|name| format!("dashclaw.{name}")).collect();
    assert_eq!(names[..8], expected, "{words:#?}");
    assert!(words[0].contains("path=\"/api/guard\"") && words[0].contains("attempt=1"), "{}", words[0]);
    assert!(words[1].contains("error=\"connection\"") && words[1].contains("refused by"), "{}", words[1]);
    assert!(words[2].starts_with("INFO") && words[2].contains("attempt=2"), "{}", words[2]);
    assert!(words[4].contains("status=503") && words[4].contains("error=\"server\""), "{}", words[4]);
    assert!(words[7].contains("status=200") && words[7].contains("request_id=\"req-1\""), "{}", words[7]);
    // Of the words of the connection the client's own secrets are taken; the rest is the operating system's.
    let leaked: Vec<_> = words
        .iter()
        .filter(|said| said.replace(&format!("refused by {CANARY}"), "").contains(CANARY))
        .collect();
    assert!(leaked.is_empty(), "{leaked:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_wait_says_when_it_begins_and_how_it_ends() {
    let _alone = ALONE.lock().await;
    let ear = Ear::default();
    let _guard = tracing::subscriber::set_default(ear.clone());
    let (client, trace) = waited(true).await;
    drop(client);
    let names: Vec<_> = ear.names().into_iter().filter(|name| name.contains("approval")).collect();
    let expected = ["waiting", "subscribed", "pending", "decided"];
    assert_eq!(names, expected.map(|name| format!("dashclaw.approval.{name}")), "{:#?}", ear.words());

    let spans: Value = serde_json::from_str(&trace.to_json()).unwrap();
    assert_eq!(spans.as_array().unwrap().len(), 1, "{spans:#}");
    let events = spans[0]["events"].as_array().unwrap();
    let names: Vec<_> = events.iter().map(|event| event["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["subscribed", "pending", "decided"].map(|name| format!("dashclaw.approval.{name}")));
    assert_eq!(spans[0]["attributes"]["dashclaw.approval.outcome"], "approved");
    assert_eq!(spans[0]["attributes"]["dashclaw.action.id"], "act_1");
}

async fn waited(silent: bool) -> (DashClaw, Arc<Trace>) {
    let action = |status, by: Value| {
        (200, json!({ "action": { "action_id": "act_1", "status": status, "approved_by": by } }))
    };
    let pending = action("pending_approval", Value::Null);
    let script = Script::new(&[pending.clone(), pending, action("running", json!("operator"))]);
    let builder = DashClaw::builder().base_url("http://127.0.0.1:4317").api_key("key").agent_id("agent-1");
    let builder =
        if silent { builder.approval_banner(dashclaw::options::ApprovalBanner::Off) } else { builder };
    let client = builder.transport(script).build().unwrap();
    let trace = Trace::new("wait_for_approval", &[]);
    let options = WaitOptions { interval: Some(Duration::from_secs(1)), ..WaitOptions::default() };
    trace.client(&client).wait_for_approval("act_1", &options).await.unwrap();
    (client, trace)
}

#[tokio::test(start_paused = true)]
async fn a_traced_call_is_recorded_and_carries_the_caller_s_context() {
    let _alone = ALONE.lock().await;
    let script = Script::new(&[(503, json!({ "error": CANARY })), allow()]);
    let client = script.client();
    let parent =
        ("traceparent".to_owned(), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned());
    let forged = ("X-API-Key".to_owned(), "other".to_owned());
    let trace = Trace::new("guard", &[parent.clone(), forged, ("a b".to_owned(), String::new())]);
    trace.client(&client).call("guard", &ask(), &CallOptions::default()).await.unwrap();

    let headers = script.1.lock().unwrap().clone();
    assert_eq!(headers.len(), 2);
    for headers in headers {
        assert_eq!(headers["traceparent"], parent.1.as_str());
        assert_eq!(headers["x-api-key"], format!("key-{CANARY}").as_str());
    }
    let text = trace.to_json();
    assert!(!text.contains(CANARY), "{text}");
    let spans: Value = serde_json::from_str(&text).unwrap();
    let (span, more) = spans.as_array().unwrap().split_first().unwrap();
    assert!(more.is_empty());
    assert_eq!((&span["name"], &span["error"]), (&json!("dashclaw.guard"), &json!(null)));
    assert_eq!(span["events"][0]["name"], "dashclaw.retry");
    let expected = json!({
        "dashclaw.action.type": "deploy", "dashclaw.decision": "allow", "dashclaw.request.id": "req-1",
        "http.request.method": "POST", "http.request.resend_count": 1, "http.response.status_code": 200,
    });
    assert_eq!(span["attributes"], expected);
}

#[tokio::test(start_paused = true)]
async fn the_steps_of_governed_work_are_spans_below_it() {
    let _alone = ALONE.lock().await;
    let action = json!({ "action_id": "act_1", "status": "running" });
    let script =
        Script::new(&[(201, json!({ "action": action, "action_id": "act_1", "decision": null })), allow()]);
    let trace = Trace::new("run_governed", &[]);
    let begun =
        trace.client(&script.client()).begin_governed(&ask(), &dashclaw::GovernedOptions::default()).await;
    assert!(begun.unwrap().run);
    let spans: Value = serde_json::from_str(&trace.to_json()).unwrap();
    let names: Vec<_> =
        spans.as_array().unwrap().iter().map(|span| (&span["name"], &span["parent"])).collect();
    let expected = [
        (&json!("dashclaw.run_governed"), &json!(null)),
        (&json!("dashclaw.create_action"), &json!(0)),
        (&json!("dashclaw.guard"), &json!(0)),
    ];
    assert_eq!(names, expected);
    assert_eq!(spans[0]["attributes"]["dashclaw.action.id"], "act_1");
}

#[test]
fn what_is_known_before_a_call_says_nothing_experimental_unasked() {
    let _alone = ALONE.blocking_lock();
    let client = Script::new(&[]).client();
    let start: Value = serde_json::from_str(&start_of(&client, "guard")).unwrap();
    assert_eq!((&start["name"], &start["kind"]), (&json!("dashclaw.guard"), &json!("client")));
    let expected = json!({
        "dashclaw.operation": "guard", "http.request.method": "POST", "server.address": "127.0.0.1", "server.port": 4317,
    });
    assert_eq!(start["attributes"], expected);
    let internal: Value = serde_json::from_str(&start_of(&client, "run_governed")).unwrap();
    assert_eq!(internal["kind"], "internal");
}

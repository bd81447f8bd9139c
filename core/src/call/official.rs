//! Our requests beside those that the official Python client sent.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::{CallOptions, Prepared, prepare};
use crate::catalogue::{Call, find};
use crate::config::Identity;

/// Where our request differs on purpose: operation, variant, member of the body or the query, and why.
const DIFFERENCES: [(&str, &str, &str, &str); 7] = [
    ("update_outcome", "required", "status", "null for an argument that was not given is not sent"),
    ("heartbeat", "required", "current_task_id", "null for an argument that was not given is not sent"),
    ("heartbeat", "required", "metadata", "null for an argument that was not given is not sent"),
    ("resolve_open_loop", "required", "resolution", "null for an argument that was not given is not sent"),
    ("create_action", "all", "idempotency_key", "our key covers the whole intent, `extra_field` included"),
    ("create_action", "required", "idempotency_key", "the key covers the hour, and the recording's is over"),
    ("update_outcome", "*", "timestamp_end", "the time of the call"),
];

/// What the official client sends and the server refuses, so that we refuse it before any request.
const REFUSED: [(&str, &str, &str); 1] =
    [("register_assumption", "required", "`assumption` is required: a string")];

#[derive(Deserialize)]
struct Recording {
    methods: Vec<Method>,
}

#[derive(Deserialize)]
struct Method {
    name: String,
    calls: Vec<Recorded>,
}

#[derive(Deserialize)]
struct Recorded {
    variant: String,
    args: Map<String, Value>,
    requests: Vec<Request>,
}

#[derive(Deserialize)]
struct Request {
    verb: String,
    target: String,
    body: Option<Map<String, Value>>,
}

fn recording() -> Recording {
    serde_json::from_str(include_str!("../../../tests/vectors/official-python-loop.json")).unwrap()
}

fn ours(name: &str, args: &Map<String, Value>) -> crate::Result<Prepared> {
    let row = find(name).unwrap_or_else(|| panic!("{name} is not declared"));
    // An operation whose arguments are one object takes its members.
    let arguments = match row.rules.call {
        Call::Object(object) => args.get(object).cloned().unwrap_or_else(|| json!(args)),
        Call::Positional(_) => json!(args),
    };
    let identity = Identity { agent_id: "agent-1".to_owned(), agent_name: Some("Agent One".to_owned()) };
    prepare(row, arguments.to_string().as_bytes(), &identity, &CallOptions::default(), None)
}

/// The path, and the query by name.
fn split(target: &str) -> (&str, BTreeMap<String, String>) {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    (path, form_urlencoded::parse(query.as_bytes()).into_owned().collect())
}

fn differs(name: &str, variant: &str, member: &str) -> bool {
    DIFFERENCES.iter().any(|(operation, when, what, _)| {
        *operation == name && (*when == variant || *when == "*") && *what == member
    })
}

/// Removes what may differ; both sides must still agree on whether a timestamp or a key is there.
fn comparable(name: &str, variant: &str, body: &Map<String, Value>) -> Map<String, Value> {
    let shaped = |member: &str, value: &Value| match member {
        "timestamp_end" => json!("<time>"),
        "idempotency_key" if value.as_str().is_some_and(is_key) => json!("<key>"),
        _ => value.clone(),
    };
    body.iter()
        .filter(|(member, value)| !(value.is_null() && differs(name, variant, member)))
        .map(|(member, value)| {
            let value = if differs(name, variant, member) { shaped(member, value) } else { value.clone() };
            (member.clone(), value)
        })
        .collect()
}

fn is_key(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase())
}

#[test]
fn requests_are_those_of_the_official_client() {
    let mut compared = 0;
    for method in recording().methods {
        for recorded in &method.calls {
            let (name, variant) = (method.name.as_str(), recorded.variant.as_str());
            let refusal = REFUSED.iter().find(|(refused, when, _)| *refused == name && *when == variant);
            if let Some((.., message)) = refusal {
                assert_eq!(ours(name, &recorded.args).unwrap_err().to_string(), *message);
                continue;
            }
            let [theirs] = recorded.requests.as_slice() else { panic!("{name}: one request") };
            let ours = ours(name, &recorded.args).unwrap_or_else(|error| panic!("{name} {variant}: {error}"));
            assert_eq!(ours.row.method.as_str(), theirs.verb, "{name} {variant}");
            assert_eq!(split(&ours.target), split(&theirs.target), "{name} {variant}");
            let body: Option<Map<String, Value>> =
                ours.body.as_ref().map(|body| serde_json::from_slice(body).unwrap());
            let shape =
                |body: &Option<Map<String, Value>>| body.as_ref().map(|body| comparable(name, variant, body));
            assert_eq!(shape(&body), shape(&theirs.body), "{name} {variant}");
            compared += 1;
        }
    }
    assert!(compared > 40, "{compared}");
}

#[test]
fn every_allowed_difference_is_one() {
    for (name, variant, member, reason) in DIFFERENCES {
        let recording = recording();
        let method = recording.methods.iter().find(|method| method.name == name).expect(name);
        let differing =
            method.calls.iter().filter(|call| variant == "*" || call.variant == variant).all(|call| {
                let theirs = call.requests[0].body.as_ref().and_then(|body| body.get(member));
                let body = ours(name, &call.args).unwrap().body.unwrap();
                let body: Map<String, Value> = serde_json::from_slice(&body).unwrap();
                theirs.is_some() && body.get(member) != theirs
            });
        assert!(differing, "{name} {variant} {member} does not differ: {reason}");
    }
}

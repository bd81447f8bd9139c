//! Our requests beside those that the official Python client sent.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::{CallOptions, Prepared, prepare};
use crate::api::find;
use crate::catalogue::Call;
use crate::client::options::Identity;

/// Where our requests differ on purpose.
const DIFFERENCES: &str = include_str!("../../../../tests/vectors/official-differences.tsv");

/// One line of the table.
struct Difference {
    operation: &'static str,
    /// `required` or `all`; `*` for both.
    call: &'static str,
    /// A member of the body or a name in the query; `(refused)` where we refuse before any request what the server
    /// would refuse.
    member: &'static str,
    reason: &'static str,
}

fn differences() -> impl Iterator<Item = Difference> {
    DIFFERENCES.lines().filter_map(|line| match line.split('\t').collect::<Vec<_>>()[..] {
        ["python", operation, call, member, reason] => Some(Difference { operation, call, member, reason }),
        _ => None,
    })
}

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
    serde_json::from_str(include_str!("../../../../tests/vectors/official-python.json")).unwrap()
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

fn difference(name: &str, call: &str, member: &str) -> Option<Difference> {
    let matches = |row: &Difference| {
        row.operation == name && (row.call == call || row.call == "*") && row.member == member
    };
    differences().find(matches)
}

/// Their members beside ours, without those that differ on purpose and those that are null because they were not given,
/// which we do not send.
fn compared(
    (name, call): (&str, &str),
    theirs: &Map<String, Value>,
    ours: &Map<String, Value>,
) -> [Map<String, Value>; 2] {
    let counts = |member: &str| difference(name, call, member).is_none();
    let (mut left, mut right) = (theirs.clone(), ours.clone());
    left.retain(|member, value| counts(member) && (!value.is_null() || ours.contains_key(member)));
    right.retain(|member, _| counts(member));
    [left, right]
}

fn query(pairs: BTreeMap<String, String>) -> Map<String, Value> {
    pairs.into_iter().map(|(name, value)| (name, Value::String(value))).collect()
}

fn body(prepared: &Prepared) -> Option<Map<String, Value>> {
    prepared.body.as_ref().map(|body| serde_json::from_slice(body).unwrap())
}

/// The recorded calls of one request whose operation is one row; what takes several is tested where it is implemented.
fn calls(recording: &Recording) -> impl Iterator<Item = (&str, &Recorded, &Request)> {
    let single = |method: &Method| find(&method.name).is_some();
    recording.methods.iter().filter(move |method| single(method)).flat_map(|method| {
        method.calls.iter().filter_map(|call| match call.requests.as_slice() {
            [request] => Some((method.name.as_str(), call, request)),
            _ => None,
        })
    })
}

#[test]
fn requests_are_those_of_the_official_client() {
    let recording = recording();
    let mut compared_calls = 0;
    for (name, recorded, theirs) in calls(&recording) {
        let variant = recorded.variant.as_str();
        let ours = ours(name, &recorded.args);
        if difference(name, variant, "(refused)").is_some() {
            assert!(ours.is_err(), "{name} {variant}");
            continue;
        }
        let ours = ours.unwrap_or_else(|error| panic!("{name} {variant}: {error}"));
        assert_eq!(ours.row.method.as_str(), theirs.verb, "{name} {variant}");
        let ((our_path, our_query), (path, their_query)) = (split(&ours.target), split(&theirs.target));
        assert_eq!(our_path, path, "{name} {variant}");
        let [their_query, our_query] = compared((name, variant), &query(their_query), &query(our_query));
        assert_eq!(our_query, their_query, "{name} {variant}");
        let [theirs, ours] = match (&theirs.body, body(&ours)) {
            (Some(theirs), Some(ours)) => compared((name, variant), theirs, &ours),
            (theirs, ours) => [theirs.clone().unwrap_or_default(), ours.unwrap_or_default()],
        };
        assert_eq!(ours, theirs, "{name} {variant}");
        compared_calls += 1;
    }
    assert!(compared_calls > 40, "{compared_calls}");
}

#[test]
fn every_allowed_difference_is_one() {
    let recording = recording();
    for Difference { operation, call, member, reason } in differences() {
        let mut recorded = calls(&recording)
            .filter(|(name, recorded, _)| *name == operation && (call == "*" || recorded.variant == call));
        let differs = recorded.any(|(name, recorded, theirs)| {
            let Ok(ours) = ours(name, &recorded.args) else { return member == "(refused)" };
            let members = |target: &str, body: Option<Map<String, Value>>| {
                let mut members = query(split(target).1);
                members.extend(body.unwrap_or_default());
                members.remove(member)
            };
            members(&theirs.target, theirs.body.clone()) != members(&ours.target, body(&ours))
        });
        assert!(differs, "{operation} {call} {member} does not differ: {reason}");
    }
}

#[test]
fn keys_and_times_that_differ_have_the_same_form() {
    let recording = recording();
    for (name, recorded, theirs) in calls(&recording) {
        let (Some(theirs), Ok(ours)) = (&theirs.body, ours(name, &recorded.args)) else { continue };
        let ours = body(&ours).unwrap_or_default();
        let is_key = |body: &Map<String, Value>| body["idempotency_key"].as_str().is_some_and(is_key);
        if theirs.contains_key("idempotency_key") {
            assert!(is_key(theirs) && is_key(&ours), "{name}");
        }
        assert!(!theirs.contains_key("timestamp_end") || ours["timestamp_end"].is_string(), "{name}");
    }
}

fn is_key(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase())
}

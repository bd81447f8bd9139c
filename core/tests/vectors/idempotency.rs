//! Idempotency keys against the official clients.

use crate::judge::{Judge, at, find, items, text, vectors};
use dashclaw::idempotency::{action_key, derive_key, explicit_key};
use dashclaw::json::Json;

/// A number that the Node client rounds: two orders would share a key.
const ROUNDED: &str = "int 2^53+1";

/// The key the Node client gives, which is also the Python client's where they agree, and the Python client's where Node
/// rounds; `None` if it throws.
fn official(vector: &Json) -> Option<String> {
    let exact = text(vector, "name") == ROUNDED;
    let path = if exact { "expected.python.key" } else { "expected.node.key" };
    find(vector, path).map(|key| key.as_str().unwrap().to_owned())
}

/// The parts as a binding hands them over: what JSON has no form for is spelled as `JSON.stringify` does, except
/// large exact integers, which some bindings pass as text.
fn parts(input: &Json) -> Json {
    match text(input, "encoding") {
        "json" => Json::parse_exact(text(input, "text").as_bytes()).unwrap(),
        _ => untag(at(input, "value")),
    }
}

fn untag(value: &Json) -> Json {
    let Some(tag) = find(value, "$t") else {
        let members = value.members().unwrap();
        return Json::Object(members.iter().map(|(name, value)| (name.clone(), untag(value))).collect());
    };
    match tag.as_str().unwrap() {
        "nan" => Json::Number(f64::NAN),
        "-inf" => Json::Number(f64::NEG_INFINITY),
        "undefined" => Json::Null,
        "bigint" => at(value, "v").clone(),
        "date" => "2025-06-15T15:06:40.123Z".into(),
        "bytes" => {
            let bytes = [104.0, 105.0].map(Json::Number);
            Json::object([("type", "Buffer".into()), ("data", Json::Array(bytes.to_vec()))])
        }
        other => panic!("unknown tag `{other}`"),
    }
}

#[test]
fn derived_keys() {
    let file = vectors("idempotency.json");
    let mut judge = Judge::new("idempotency.json");
    for vector in items(&file, "vectors", 68) {
        let ours = derive_key(&parts(at(vector, "input"))).ok();
        judge.compare(text(vector, "name"), &ours, &official(vector));
    }
    judge.finish();
}

#[test]
fn automatic_keys_of_actions() {
    let file = vectors("idempotency-auto.json");
    let mut judge = Judge::new("idempotency-auto.json");
    for vector in items(&file, "vectors", 12) {
        let [args, extra] = ["input.args", "input.extra"].map(|path| at(vector, path).members().unwrap());
        let intent = Json::Object([args, extra].concat());
        let Json::Number(seconds) = at(vector, "input.unix_seconds") else { panic!("not a number") };
        #[expect(clippy::cast_possible_truncation, reason = "seconds of our age")]
        let seconds = seconds.floor() as i64;
        let ours = explicit_key(&intent).map_or_else(
            || action_key(&intent, text(vector, "input.agent_id"), seconds).unwrap(),
            str::to_owned,
        );
        let official = text(vector, "expected.node_idempotency_key").to_owned();
        judge.compare(text(vector, "name"), &ours, &official);
    }
    judge.finish();
}

/// Where we leave the Node client for the sake of the acting agent, we give the Python client's key.
#[test]
fn an_overriding_agent_gets_the_official_python_key() {
    let file = vectors("idempotency-auto.json");
    let named = |vector: &&Json| text(vector, "name") == "agent_id override in kwargs";
    let vector = items(&file, "vectors", 12).iter().find(named).unwrap();
    let intent =
        Json::Object(["input.args", "input.extra"].map(|path| at(vector, path).members().unwrap()).concat());
    let ours = action_key(&intent, text(vector, "input.agent_id"), 1_750_000_000).unwrap();
    assert_eq!(ours, text(vector, "expected.python_idempotency_key"));
}

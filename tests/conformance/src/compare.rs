//! The languages compared with each other: same case, same results.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value, json};

use crate::structs::as_in;

/// What differs from run to run, and what stands for it.
static VOLATILE: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    let rules = [
        (r"127\.0\.0\.1:\d+", "$$host"),
        (r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z", "$$time"),
        (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "$$uuid"),
        (r"\b[0-9a-f]{64}\b", "$$hex64"),
        (r"\b[0-9a-f]{32}\b", "$$hex32"),
        (r"_[0-9a-f]{8,24}\b", "_$$hex"),
        (r"\blog-[0-9a-f]{16}-", "log-$$epoch-"),
        (r"^[A-Za-z0-9_-]{86}$", "$$signature"),
        (r"^(sha256:)?[A-Za-z0-9_-]{43}$", "${1}$$digest"),
        (r"\b\d+(\.\d+)? (ms|s|seconds)\b", "$$duration"),
    ];
    let compiled = rules.into_iter().filter_map(|(rule, word)| Some((Regex::new(rule).ok()?, word)));
    compiled.collect()
});

/// Numbers that measure time.
const MEASURES: [&str; 4] = ["elapsed_ms", "duration_ms", "waited_ms", "latency_ms"];

/// What of an error must be alike in all languages.
const ERROR_MEMBERS: [&str; 15] = [
    "kind",
    "code",
    "message",
    "status",
    "retryable",
    "retry_after",
    "idempotency_key",
    "current_status",
    "argument",
    "details",
    "request_id",
    "operation",
    "decision",
    "action_id",
    "reason",
];

/// A result with all that differs from run to run replaced.
fn normal(name: &str, value: &Value) -> Value {
    match value {
        Value::String(text) => Value::from(masked(text)),
        Value::Number(_) if MEASURES.contains(&name) => Value::from("$measure"),
        // Languages write 90 and 90.0 for one number.
        Value::Number(number) => {
            number.as_f64().filter(|_| number.is_f64()).map_or_else(|| value.clone(), whole)
        }
        Value::Array(items) => items.iter().map(|item| normal("", item)).collect(),
        Value::Object(members) if name == "error" && members.contains_key("kind") => error(members),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, value)| (name.clone(), normal(name, value))).collect())
        }
        other => other.clone(),
    }
}

/// Of a block the details are the verdict in languages where the official client has it there, and the text is the official
/// client's of each language.
fn error(members: &Map<String, Value>) -> Value {
    let blocked = members.get("kind").is_some_and(|kind| kind == "guard_blocked");
    let compared =
        |name: &str| ERROR_MEMBERS.contains(&name) && !(blocked && ["details", "message"].contains(&name));
    let known = members.iter().filter(|(name, value)| compared(name) && !value.is_null());
    Value::Object(known.map(|(name, value)| (name.clone(), normal(name, value))).collect())
}

fn masked(text: &str) -> String {
    VOLATILE.iter().fold(text.to_owned(), |text, (rule, word)| rule.replace_all(&text, *word).into_owned())
}

#[expect(clippy::cast_possible_truncation, reason = "guarded by the bound")]
fn whole(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 9e15 {
        Value::from(number as i64)
    } else {
        Value::from(number)
    }
}

/// The first difference of two languages' results, for people.
pub(crate) fn difference(left: &[Value], right: &[Value]) -> Option<String> {
    if left.len() != right.len() {
        return Some(format!("{} results, not {}", right.len(), left.len()));
    }
    left.iter().zip(right).find_map(|(left, right)| {
        let [left, right] = [plain(left, right), plain(right, left)].map(|result| normal("", &result));
        first("", &left, &right)
    })
}

/// A result as one of a language without structs, where `other` is of such a language.
fn plain(result: &Value, other: &Value) -> Value {
    match (result.get("struct"), other.get("ok")) {
        (Some(structs), Some(plain)) => json!({ "ok": as_in(plain, structs) }),
        _ => result.clone(),
    }
}

fn first(path: &str, left: &Value, right: &Value) -> Option<String> {
    match (left, right) {
        (Value::Object(ours), Value::Object(theirs)) => {
            let names = ours.keys().chain(theirs.keys().filter(|name| !ours.contains_key(*name)));
            names
                .map(|name| {
                    (name, ours.get(name).unwrap_or(&Value::Null), theirs.get(name).unwrap_or(&Value::Null))
                })
                .find_map(|(name, left, right)| first(&format!("{path}.{name}"), left, right))
        }
        (Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => {
            let pairs = ours.iter().zip(theirs).enumerate();
            pairs
                .map(|(index, (left, right))| (index, left, right))
                .find_map(|(index, left, right)| first(&format!("{path}.{index}"), left, right))
        }
        _ if left == right => None,
        _ => Some(format!(
            "`{}` is {}, not {}",
            path.trim_start_matches('.'),
            crate::matcher::show(Some(right)),
            crate::matcher::show(Some(left))
        )),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_differs_from_run_to_run_is_masked_and_all_else_is_not() {
        let left = json!({"ok": {
            "id": "act_6b0f3c1e-0000-4000-8000-000000000001", "elapsed_ms": 3, "risk": 90, "last": "log-6b0f3c1e00004000-7",
        }});
        let right = json!({"ok": {
            "id": "act_7b0f3c1e-0000-4000-8000-000000000002", "elapsed_ms": 9, "risk": 90.0, "last": "log-7b0f3c1e00004000-7",
        }});
        let other = json!({"ok": {
            "id": "act_7b0f3c1e-0000-4000-8000-000000000002", "elapsed_ms": 9, "risk": 91, "last": "log-7b0f3c1e00004000-7",
        }});
        let [left, right, other] = [left, right, other].map(|value| [value]);
        assert_eq!(difference(&left, &right), None);
        assert_eq!(difference(&left, &other).unwrap(), "`ok.risk` is 91, not 90");
    }

    #[test]
    fn a_struct_has_members_that_other_languages_lack() {
        let plain = [json!({"ok": {"a": 1}})];
        assert_eq!(difference(&[json!({"struct": {"a": 1, "b": null}})], &plain), None);
        assert_eq!(difference(&plain, &[json!({"struct": {"a": 1, "elapsed_ms": 0}})]), None);
        assert!(difference(&plain, &[json!({"struct": {"a": 1, "b": 2}})]).is_some());
        assert!(difference(&plain, &[json!({"struct": {"b": 0}})]).is_some());
    }

    #[test]
    fn errors_are_compared_by_their_documented_members() {
        let left = [json!({"error": {"kind": "server", "status": 500, "trace": "a"}})];
        let right = [json!({"error": {"kind": "server", "status": 500, "retry_after": null}})];
        let wrong = [json!({"error": {"kind": "server", "status": 502}})];
        assert_eq!(difference(&left, &right), None);
        assert!(difference(&left, &wrong).is_some());
    }
}

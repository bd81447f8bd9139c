//! Whether a JSON value is what a case expects. Exact, unless the case says otherwise with a word that begins with `$`.

use std::collections::BTreeMap;

use regex::Regex;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

/// Values that `$same:name` found, by name.
pub(crate) type Captures = BTreeMap<String, Value>;

/// How far a time may be from now, in milliseconds.
const NOW_SLACK: i64 = 60_000;

/// Compares `actual` (nothing when absent) with `expected`; the complaints, each with its path.
pub(crate) fn compare(expected: &Value, actual: Option<&Value>, captures: &mut Captures) -> Vec<String> {
    let mut complaints = Vec::new();
    walk(expected, actual, "", captures, &mut complaints);
    complaints
}

/// Compares only the members that `expected` names.
pub(crate) fn compare_open(
    expected: &Map<String, Value>,
    actual: &Value,
    captures: &mut Captures,
) -> Vec<String> {
    let mut complaints = Vec::new();
    for (name, value) in expected {
        walk(value, actual.get(name).filter(|value| !value.is_null()), name, captures, &mut complaints);
    }
    complaints
}

fn walk(
    expected: &Value,
    actual: Option<&Value>,
    path: &str,
    captures: &mut Captures,
    out: &mut Vec<String>,
) {
    let complain = |out: &mut Vec<String>, what: &str| {
        let place = if path.is_empty() { String::new() } else { format!("`{path}`: ") };
        out.push(format!("{place}expected {what}, seen {}", show(actual)));
    };
    match (expected, actual) {
        (Value::String(word), _) if is_word(word) => {
            if let Err(what) = special(word, actual, captures) {
                complain(out, &what);
            }
        }
        (Value::Object(members), Some(Value::Object(seen))) => {
            objects(members, seen, path, captures, out);
        }
        (Value::Array(items), Some(Value::Array(seen))) if items.len() == seen.len() => {
            for (index, (item, seen)) in items.iter().zip(seen).enumerate() {
                walk(item, Some(seen), &join(path, &index.to_string()), captures, out);
            }
        }
        (_, Some(seen)) if same(expected, seen) => {}
        _ => complain(out, &show(Some(expected))),
    }
}

/// All members of both, unless `$open` says that others may stand beside them.
fn objects(
    members: &Map<String, Value>,
    seen: &Map<String, Value>,
    path: &str,
    captures: &mut Captures,
    out: &mut Vec<String>,
) {
    for (name, value) in members.iter().filter(|(name, _)| *name != "$open") {
        walk(value, seen.get(name), &join(path, name), captures, out);
    }
    if members.contains_key("$open") {
        return;
    }
    for (name, value) in seen.iter().filter(|(name, _)| !members.contains_key(*name)) {
        out.push(format!("`{}`: unexpected {}", join(path, name), show(Some(value))));
    }
}

/// `$` and a letter or another `$`; so amounts such as `$1,500.00` are themselves.
pub(crate) fn is_word(text: &str) -> bool {
    text.strip_prefix('$')
        .is_some_and(|rest| rest.starts_with(|first: char| first == '$' || first.is_ascii_alphabetic()))
}

/// The words: `$any`, `$absent`, `$string`, `$number`, `$boolean`, `$object`, `$list`, `$hex64`, `$hex32`, `$now`, `$time`,
/// `$has:text`, `$starts:text`, `$match:regex`, `$in:a,b`, `$size:n`, `$official:parts`, `$same:name`, `$other:name`, `$$text`.
fn special(word: &str, actual: Option<&Value>, captures: &mut Captures) -> Result<(), String> {
    let (name, rest) = word.split_once(':').unwrap_or((word, ""));
    let text = actual.and_then(Value::as_str);
    let holds = match name {
        "$any" => actual.is_some(),
        "$absent" => actual.is_none(),
        "$string" => text.is_some_and(|text| !text.is_empty()),
        "$number" => actual.is_some_and(Value::is_number),
        "$boolean" => actual.is_some_and(Value::is_boolean),
        "$object" => actual.is_some_and(Value::is_object),
        "$list" => actual.is_some_and(Value::is_array),
        "$hex64" => text.is_some_and(|text| is_hex(text, 64)),
        "$hex32" => text.is_some_and(|text| is_hex(text, 32)),
        "$time" => text.is_some_and(|text| wire_time(text).is_some()),
        "$now" => {
            text.and_then(wire_time).is_some_and(|at| (at - dashclaw::clock::unix_millis()).abs() < NOW_SLACK)
        }
        "$has" => text.is_some_and(|text| text.contains(rest)),
        "$starts" => text.is_some_and(|text| text.starts_with(rest)),
        "$match" => {
            let pattern = Regex::new(rest).map_err(|error| format!("a readable pattern ({error})"))?;
            text.is_some_and(|text| pattern.is_match(text))
        }
        "$in" => text.is_some_and(|text| rest.split(',').any(|word| word == text)),
        "$official" => text.is_some_and(|text| official_keys(rest).contains(&text.to_owned())),
        "$size" => size(actual) == rest.parse().ok(),
        "$same" => return capture(rest, actual, captures),
        "$other" => actual.is_some() && captures.get(rest) != actual,
        _ if word.starts_with("$$") => text == Some(&word[1..]),
        _ => return Err(format!("a known word, not {word}")),
    };
    if holds { Ok(()) } else { Err(word.to_owned()) }
}

/// The keys that the official clients derive from these parts in this hour, and in the one that has just ended.
fn official_keys(parts: &str) -> [String; 2] {
    let hour = dashclaw::clock::unix_millis() / 3_600_000;
    [hour, hour - 1].map(|hour| {
        let digest = Sha256::digest(format!("{parts}|ts_bucket={hour}"));
        hex(&digest)
    })
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles.filter_map(|nibble| char::from_digit(nibble.into(), 16)).collect()
}

fn capture(name: &str, actual: Option<&Value>, captures: &mut Captures) -> Result<(), String> {
    let Some(actual) = actual else { return Err(format!("$same:{name}")) };
    match captures.get(name) {
        Some(first) if first == actual => Ok(()),
        Some(first) => Err(format!("the same `{name}` as before ({})", show(Some(first)))),
        None => {
            captures.insert(name.to_owned(), actual.clone());
            Ok(())
        }
    }
}

/// Equal, where 90 and 90.0 are one number: languages write them differently.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            left == right || (left.is_f64() || right.is_f64()) && left.as_f64() == right.as_f64()
        }
        _ => left == right,
    }
}

fn size(value: Option<&Value>) -> Option<usize> {
    match value? {
        Value::Array(items) => Some(items.len()),
        Value::String(text) => Some(text.chars().count()),
        Value::Object(members) => Some(members.len()),
        _ => None,
    }
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Milliseconds of a time in the one form that goes over the wire: `2026-06-15T12:00:00.000Z`.
fn wire_time(text: &str) -> Option<i64> {
    let exact = text.len() == 24 && text.ends_with('Z');
    dashclaw::clock::parse_iso(text).filter(|_| exact)
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// A value for people, cut where it is long.
pub(crate) fn show(value: Option<&Value>) -> String {
    let Some(value) = value else { return "nothing".to_owned() };
    let text = value.to_string();
    if text.chars().count() <= 300 { text } else { text.chars().take(300).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fits(expected: &Value, actual: &Value) -> bool {
        compare(expected, Some(actual), &mut Captures::new()).is_empty()
    }

    #[test]
    fn objects_are_compared_in_full_unless_open() {
        assert!(fits(&json!({"a": 1}), &json!({"a": 1})));
        assert!(fits(&json!({"a": 1}), &json!({"a": 1.0})));
        assert!(!fits(&json!({"a": 1}), &json!({"a": 1, "b": 2})));
        assert!(!fits(&json!({"a": 1, "b": 2}), &json!({"a": 1})));
        assert!(fits(&json!({"a": 1, "$open": true}), &json!({"a": 1, "b": 2})));
        assert!(!fits(&json!({"a": null}), &json!({})));
        assert!(!fits(&json!([1]), &json!([1, 2])));
        assert!(!fits(&json!(9_007_199_254_740_993_u64), &json!(9_007_199_254_740_992_u64)));
    }

    #[test]
    fn words_say_what_is_enough() {
        let hex = "0".repeat(64);
        let table = [
            ("$any", json!(null), true),
            ("$string", json!(""), false),
            ("$hex64", json!(hex), true),
            ("$hex64", json!(hex.replace('0', "A")), false),
            ("$now", json!(dashclaw::clock::now_iso()), true),
            ("$now", json!("2020-01-01T00:00:00.000Z"), false),
            ("$time", json!("2020-01-01T00:00:00Z"), false),
            ("$has:b:c", json!("ab:cd"), true),
            ("$match:^a.c$", json!("abc"), true),
            ("$in:a,b", json!("c"), false),
            ("$size:2", json!([1, 2]), true),
            ("$$any", json!("$any"), true),
            ("$unheard", json!("$unheard"), false),
            ("$1,500.00", json!("$1,500.00"), true),
        ];
        for (word, value, expected) in table {
            assert_eq!(fits(&json!(word), &value), expected, "{word} {value}");
        }
        assert!(compare(&json!({"a": "$absent"}), Some(&json!({})), &mut Captures::new()).is_empty());
    }

    #[test]
    fn the_same_key_is_the_same_everywhere() {
        let mut captures = Captures::new();
        let expected = json!({"key": "$same:key"});
        assert!(compare(&expected, Some(&json!({"key": "a"})), &mut captures).is_empty());
        assert!(compare(&expected, Some(&json!({"key": "a"})), &mut captures).is_empty());
        assert_eq!(compare(&expected, Some(&json!({"key": "b"})), &mut captures).len(), 1);
        assert!(compare(&json!("$other:key"), Some(&json!("b")), &mut captures).is_empty());
    }

    #[test]
    fn an_open_comparison_reads_null_as_absent() {
        let Value::Object(expected) = json!({"kind": "timeout", "status": "$absent"}) else { unreachable!() };
        let seen = json!({"kind": "timeout", "status": null, "message": "x"});
        assert!(compare_open(&expected, &seen, &mut Captures::new()).is_empty());
    }
}

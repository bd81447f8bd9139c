//! What must stand in some case: every operation of the catalogue, whose request is compared, and every kind of error, for a
//! kind that nobody tests is a kind that nobody maps.

use std::collections::BTreeSet;

use dashclaw::ErrorKind;
use dashclaw::api::rows;
use dashclaw::catalogue::Expect;
use serde_json::Value;

use crate::load::Source;

/// One sentence for each kind that no case expects and each operation that no case calls.
pub(crate) fn gaps(cases: &[Source]) -> Vec<String> {
    let kinds = missing(cases).into_iter().map(|kind| format!("no case expects an error of kind `{kind}`"));
    let calls = uncalled(cases).into_iter().map(|name| format!("no case compares the request of `{name}`"));
    kinds.chain(calls).collect()
}

/// The operations that no case calls against the scripted server. Those for older clients have no face to be tested in,
/// and a stream is no call.
fn uncalled(cases: &[Source]) -> Vec<&'static str> {
    let mut called = BTreeSet::new();
    let scripted =
        cases.iter().flat_map(|source| &source.variants).filter(|case| case.get("server").is_some());
    for step in scripted.filter_map(|case| case["do"].as_array()).flatten() {
        called.extend(step["call"].as_str());
    }
    let calls = rows().filter(|row| !row.rules.legacy && row.rules.expect != Expect::Events);
    let names = calls.map(|row| row.name);
    names.filter(|name| !called.contains(name)).collect()
}

/// The kinds that no case expects. `internal` is a defect of the SDK, which no case can bring about.
fn missing(cases: &[Source]) -> Vec<&'static str> {
    let mut expected = BTreeSet::new();
    for case in cases.iter().flat_map(|source| &source.variants) {
        collect(case, &mut expected);
    }
    let kinds = ErrorKind::ALL.iter().filter(|kind| **kind != ErrorKind::Internal).map(|kind| kind.as_str());
    kinds.filter(|kind| !expected.contains(*kind)).collect()
}

fn collect(value: &Value, expected: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            let kind = members.get("error").and_then(|error| error.get("kind")).and_then(Value::as_str);
            expected.extend(kind.map(str::to_owned));
            members.values().for_each(|member| collect(member, expected));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, expected)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_kind_that_no_case_expects_is_named() {
        let step = json!({"do": [{"call": "guard", "error": {"kind": "timeout"}}]});
        let source = Source { file: "f".into(), name: "f/a".into(), variants: vec![step] };
        let missing = missing(&[source]);
        assert!(!missing.contains(&"timeout") && !missing.contains(&"internal"));
        assert_eq!(missing.len(), ErrorKind::ALL.len() - 2);
    }

    #[test]
    fn an_operation_that_no_case_calls_is_named() {
        let with = |server: Value| json!({"server": server, "do": [{"call": "guard"}]});
        let source = |variant| [Source { file: "f".into(), name: "f/a".into(), variants: vec![variant] }];
        assert!(!uncalled(&source(with(json!([])))).contains(&"guard"));
        assert!(uncalled(&source(json!({"do": [{"call": "guard"}]}))).contains(&"guard"));
    }
}

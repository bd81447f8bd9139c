//! Every kind of error stands in some case's expectation: a kind that nobody tests is a kind that nobody maps.

use std::collections::BTreeSet;

use dashclaw::ErrorKind;
use serde_json::Value;

use crate::load::Source;

/// The kinds that no case expects. `internal` is a defect of the SDK, which no case can bring about.
pub(crate) fn missing(cases: &[Source]) -> Vec<&'static str> {
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
}

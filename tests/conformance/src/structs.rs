//! Answers of languages whose records are structs: such a record has all its members, whatever came.
//!
//! Where an answer on the wire lacks a member or says null, a struct has its type's own nothing: null, `false`, 0, an empty
//! text, list or object, or none of these at all. A whole number is the nearest that 64 bits hold. That much is forgiven and
//! no more: what came must be there as it came.

use serde_json::{Map, Number, Value};

/// What `structs` wrote, with its nothings, and numbers that did not fit, written as `plain` has them.
pub(crate) fn as_in(plain: &Value, structs: &Value) -> Value {
    match (plain, structs) {
        (Value::Object(plain), Value::Object(structs)) => Value::Object(members(plain, structs)),
        (Value::Array(plain), Value::Array(structs)) if plain.len() == structs.len() => {
            plain.iter().zip(structs).map(|(plain, structs)| as_in(plain, structs)).collect()
        }
        (Value::Number(plain), Value::Number(structs)) if is_nearest(plain, structs) => {
            Value::Number(plain.clone())
        }
        _ => structs.clone(),
    }
}

/// Whether `whole` is what an integer makes of `number`, which is beyond 64 bits or has a fraction.
#[expect(clippy::cast_possible_truncation, reason = "beyond the bounds the cast gives the bound")]
fn is_nearest(number: &Number, whole: &Number) -> bool {
    let odd = number.as_f64().filter(|_| number.as_i64().is_none());
    whole.as_i64().is_some() && whole.as_i64() == odd.map(|odd| odd.round_ties_even() as i64)
}

fn members(plain: &Map<String, Value>, structs: &Map<String, Value>) -> Map<String, Value> {
    let mut out = Map::new();
    for (name, value) in structs {
        match plain.get(name).filter(|plain| *plain != "$absent") {
            None if is_nothing(value) => {}
            Some(Value::Null) if is_nothing(value) => drop(out.insert(name.clone(), Value::Null)),
            None => drop(out.insert(name.clone(), value.clone())),
            Some(plain) => drop(out.insert(name.clone(), as_in(plain, value))),
        }
    }
    for (name, _) in plain.iter().filter(|(_, value)| value.is_null()) {
        out.entry(name).or_insert(Value::Null);
    }
    out
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.values().all(is_nothing),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_a_nothing_may_stand_where_nothing_came() {
        let table = [
            (json!({"a": 1}), json!({"a": 1, "b": 0, "c": [], "d": {"e": ""}}), json!({"a": 1})),
            (json!({"a": null, "b": null}), json!({"a": ""}), json!({"a": null, "b": null})),
            (json!([{"a": 1}]), json!([{"a": 1, "b": null}]), json!([{"a": 1}])),
            (json!({"a": "$absent"}), json!({"a": null}), json!({})),
            (json!([1e20, -1e300, 2.5]), json!([i64::MAX, i64::MIN, 2]), json!([1e20, -1e300, 2.5])),
            // What differs stays different.
            (json!({"a": 1}), json!({"a": 0, "b": 2}), json!({"a": 0, "b": 2})),
            (json!({"a": [1]}), json!({"a": []}), json!({"a": []})),
            (json!({"a": null}), json!({"a": 1}), json!({"a": 1})),
            (json!({"a": 0}), json!({}), json!({})),
            (json!([1e20, 2.5, 7.0, 3]), json!([i64::MIN, 3, 8, 4]), json!([i64::MIN, 3, 8, 4])),
        ];
        for (plain, structs, expected) in table {
            assert_eq!(as_in(&plain, &structs), expected, "{plain} {structs}");
        }
    }
}

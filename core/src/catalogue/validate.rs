//! Reading the arguments of a request on the server's side: names, types and limits as the row declares them.

use serde_json::{Map, Number, Value};

use super::field::snake_case;
use super::{Field, Kind, Place, Row};

/// The most characters in one element of a list of strings.
const MAX_ELEMENT: usize = 500;
/// The most bytes of JSON in one element of another list.
const MAX_ITEM: usize = 16 * 1024;
/// What holds where a field declares no limit: characters of a text, elements of a list, bytes of JSON of anything else.
const MAX_TEXT: usize = 8 * 1024;
const MAX_ITEMS: usize = 1000;
const MAX_JSON: usize = 128 * 1024;

/// The arguments of a request, by the snake_case names of the row's fields. Absent ones, `null` included, are left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Received {
    /// What the request says. A value with a problem is left out.
    pub arguments: Map<String, Value>,
    /// One sentence for each thing that is wrong: "`agent_id` is required".
    pub problems: Vec<String>,
}

impl Row {
    /// Reads the arguments of a request from its parts. Names may be written snake_case or camelCase; what the row does
    /// not know is dropped.
    ///
    /// A query argument out of bounds is moved to the nearest bound, and one that cannot be read counts as absent;
    /// anything wrong in the body is a problem.
    pub fn receive(
        &self,
        path: &[(String, String)],
        query: &[(String, String)],
        body: &Map<String, Value>,
    ) -> Received {
        let mut received = Received::default();
        for field in self.fields {
            if field.inline {
                received.arguments.insert(field.name.to_owned(), Value::Object(body.clone()));
                continue;
            }
            let found = match field.place {
                Place::Path => named(path, field).map(Value::from),
                Place::Query => named(query, field).and_then(|text| from_query(field, text)),
                Place::Local => None,
                Place::Body => match from_body(field, body) {
                    Ok(found) => found,
                    Err(problem) => {
                        received.problems.push(problem);
                        continue;
                    }
                },
            };
            match found {
                Some(value) => {
                    received.arguments.insert(field.name.to_owned(), value);
                }
                None if field.required && field.place != Place::Local => {
                    received.problems.push(format!("`{}` is required", field.on_wire()));
                }
                None => {}
            }
        }
        received
    }
}

fn named<'a>(pairs: &'a [(String, String)], field: &Field) -> Option<&'a str> {
    let pair = pairs.iter().find(|(name, _)| *name == field.on_wire() || field.answers_to(name));
    pair.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
}

/// A query argument in the field's type.
fn from_query(field: &Field, text: &str) -> Option<Value> {
    match field.kind {
        Kind::Integer => {
            let (low, high) = field.range.unwrap_or((i64::MIN, i64::MAX));
            text.parse::<i64>().ok().map(|number| Value::from(number.clamp(low, high)))
        }
        Kind::Number | Kind::Seconds => {
            text.parse::<f64>().ok().and_then(Number::from_f64).map(Value::Number)
        }
        Kind::Boolean => match text {
            "true" | "1" => Some(Value::Bool(true)),
            "false" | "0" => Some(Value::Bool(false)),
            _ => None,
        },
        Kind::Texts | Kind::List => Some(text.split(',').map(Value::from).collect()),
        _ => Some(Value::from(text)),
    }
}

/// A body argument: the snake_case spelling unless it is null, else the camelCase one.
fn from_body(field: &Field, body: &Map<String, Value>) -> Result<Option<Value>, String> {
    let wire = field.on_wire();
    let exact = body.get(wire).filter(|value| !value.is_null());
    let other = || body.iter().find(|(name, _)| snake_case(name) == field.name).map(|(_, value)| value);
    let found = exact.or_else(other).filter(|value| !value.is_null());
    let Some(value) = found else { return Ok(None) };
    // An empty text where one is needed is as good as none.
    if field.required && value.as_str().is_some_and(|text| text.trim().is_empty()) {
        return Ok(None);
    }
    check(field, value).map(Some).map_err(|problem| format!("`{wire}` {problem}"))
}

/// The value as the request types read it, or what is wrong with it.
fn check(field: &Field, value: &Value) -> Result<Value, String> {
    match field.kind {
        Kind::Text | Kind::Id(_) => {
            let text = value.as_str().ok_or("must be a string")?;
            within_length(field, text.chars().count(), MAX_TEXT)?;
        }
        Kind::Choice(_) if field.any_word => {
            let word = value.as_str().ok_or("must be a string")?;
            must_be(!word.trim().is_empty(), "a word")?;
            within_length(field, word.chars().count(), MAX_TEXT)?;
        }
        Kind::Choice(words) => {
            if !value.as_str().is_some_and(|word| words.contains(&word)) {
                return Err(format!("must be one of: {}", words.join(", ")));
            }
        }
        Kind::Integer if field.flag && value.is_boolean() => {
            return Ok(Value::from(i64::from(value == true)));
        }
        Kind::Integer => {
            let number = value.as_number().ok_or("must be an integer")?;
            let whole = whole(number).ok_or("must be an integer")?;
            within_range(field, number)?;
            return Ok(Value::from(whole));
        }
        Kind::Number | Kind::Seconds => within_range(field, value.as_number().ok_or("must be a number")?)?,
        Kind::Boolean => must_be(value.is_boolean(), "a boolean")?,
        Kind::Object => {
            must_be(value.is_object(), "an object")?;
            check_size(field, value)?;
        }
        Kind::ObjectOrText => {
            must_be(value.is_object() || value.is_string(), "an object or a string")?;
            check_size(field, value)?;
        }
        Kind::ObjectOrList => {
            must_be(value.is_object() || value.is_array(), "an object or an array")?;
            check_size(field, value)?;
        }
        Kind::List => check_items(field, value.as_array().ok_or("must be an array")?)?,
        Kind::Texts => check_texts(field, value.as_array().ok_or("must be an array")?)?,
        Kind::Any => check_size(field, value)?,
    }
    Ok(value.clone())
}

fn must_be(fits: bool, what: &str) -> Result<(), String> {
    if fits { Ok(()) } else { Err(format!("must be {what}")) }
}

fn check_texts(field: &Field, items: &[Value]) -> Result<(), String> {
    within_length(field, items.len(), MAX_ITEMS)?;
    for item in items {
        let text = item.as_str().ok_or("must hold only strings")?;
        if text.chars().count() > MAX_ELEMENT {
            return Err(format!("holds a string that exceeds max length of {MAX_ELEMENT}"));
        }
    }
    Ok(())
}

fn check_items(field: &Field, items: &[Value]) -> Result<(), String> {
    within_length(field, items.len(), MAX_ITEMS)?;
    if items.iter().all(|item| json_size(item) <= MAX_ITEM) {
        Ok(())
    } else {
        Err(format!("holds an element that exceeds max length of {MAX_ITEM}"))
    }
}

/// The size of what is stored as JSON.
fn check_size(field: &Field, value: &Value) -> Result<(), String> {
    let size = value.as_str().map_or_else(|| json_size(value), |text| text.chars().count());
    within_length(field, size, MAX_JSON)
}

/// How many bytes a value is as JSON.
fn json_size(value: &Value) -> usize {
    // A value is written without an error; one that were not would be too large.
    serde_json::to_vec(value).map_or(usize::MAX, |text| text.len())
}

fn within_length(field: &Field, length: usize, otherwise: usize) -> Result<(), String> {
    let max = field.max.map_or(otherwise, |max| max as usize);
    if length <= max { Ok(()) } else { Err(format!("exceeds max length of {max}")) }
}

fn within_range(field: &Field, number: &Number) -> Result<(), String> {
    let Some((low, high)) = field.range else { return Ok(()) };
    let number = number.as_f64().unwrap_or(f64::NAN);
    #[expect(
        clippy::cast_precision_loss,
        reason = "bounds are small, or the largest integer, which bounds nothing"
    )]
    let (lowest, highest) = (low as f64, high as f64);
    if number < lowest {
        Err(format!("must be >= {low}"))
    } else if number > highest {
        Err(format!("must be <= {high}"))
    } else {
        Ok(())
    }
}

/// `42` and `42.0` are whole.
fn whole(number: &Number) -> Option<i64> {
    if let Some(whole) = number.as_i64() {
        return Some(whole);
    }
    let float =
        number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < 9_007_199_254_740_992.0)?;
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and below 2^53")]
    Some(float as i64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::api::actions::CreateAction;
    use crate::api::find;

    fn received(body: &Value) -> Received {
        find("guard").unwrap().receive(&[], &[], body.as_object().unwrap())
    }

    #[test]
    fn both_spellings_are_read_and_null_is_absent() {
        let body = json!({
            "action_type": "deploy", "declaredGoal": "ship", "agent_id": null, "agentId": "a", "agentName": null,
            "unknown": 1, "riskScore": 42.0,
        });
        let expected =
            json!({"action_type": "deploy", "declared_goal": "ship", "agent_id": "a", "risk_score": 42});
        assert_eq!(
            received(&body),
            Received { arguments: expected.as_object().unwrap().clone(), problems: Vec::new() }
        );
    }

    #[test]
    fn every_problem_is_told() {
        let table = [
            (json!({}), "`action_type` is required"),
            (json!({"action_type": " "}), "`action_type` is required"),
            (json!({"action_type": 3}), "`action_type` must be a string"),
            (json!({"action_type": "x".repeat(129)}), "`action_type` exceeds max length of 128"),
            (json!({"action_type": "x", "risk_score": -1}), "`risk_score` must be >= 0"),
            (json!({"action_type": "x", "risk_score": 101}), "`risk_score` must be <= 100"),
            (json!({"action_type": "x", "risk_score": 1.5}), "`risk_score` must be an integer"),
            (json!({"action_type": "x", "reversible": "no"}), "`reversible` must be a boolean"),
            (json!({"action_type": "x", "systems_touched": "db"}), "`systems_touched` must be an array"),
            (json!({"action_type": "x", "systems_touched": [1]}), "`systems_touched` must hold only strings"),
            (
                json!({"action_type": "x", "write_paths": ["y".repeat(501)]}),
                "`write_paths` holds a string that exceeds max length of 500",
            ),
            (json!({"action_type": "x", "source_of_truth": []}), "`source_of_truth` must be an object"),
            (
                json!({"action_type": "x", "intel": {"x": "y".repeat(MAX_JSON)}}),
                "`intel` exceeds max length of 131072",
            ),
        ];
        for (body, problem) in table {
            assert_eq!(received(&body).problems, [problem], "{body}");
        }
    }

    #[test]
    fn what_is_sent_in_pieces_is_the_whole_body() {
        let path = [("capability_id".to_owned(), "cap_1".to_owned())];
        let body = json!({ "query": "q", "agent_id": "a" });
        let received = find("invoke_capability").unwrap().receive(&path, &[], body.as_object().unwrap());
        let expected = json!({ "capability_id": "cap_1", "payload": body, "agent_id": "a" });
        assert_eq!((Value::Object(received.arguments), received.problems), (expected, Vec::new()));
    }

    #[test]
    fn a_query_is_moved_into_its_bounds() {
        let row = find("get_guard_decisions").unwrap();
        let query = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        let read = |name, value| row.receive(&[], &query(name, value), &Map::new()).arguments;
        assert_eq!(read("limit", "5000")["limit"], 1000);
        assert_eq!(read("limit", "-3")["limit"], 1);
        assert_eq!(read("agentId", "a")["agent_id"], "a");
        assert!(read("limit", "many").is_empty() && read("agent_id", "").is_empty());
    }

    /// Values of every JSON type, near and beyond the limits.
    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-3..200_i64).prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,3}".prop_map(Value::from),
            (0..600_usize).prop_map(|length| Value::from("x".repeat(length))),
            prop::collection::vec(".{0,3}", 0..60).prop_map(Value::from),
            Just(json!({ "a": [1] })),
            Just(json!([null, 1, {}])),
        ]
    }

    proptest! {
        /// What has no problem can be read as the request type: the server never meets a half-checked argument.
        #[test]
        fn what_passes_can_be_read(values in prop::collection::vec(value(), 40)) {
            let row = find("create_action").unwrap();
            let named = row.fields.iter().zip(values).map(|(field, value)| (field.name.to_owned(), value));
            let mut received = row.receive(&[], &[], &named.collect());
            // Policies themselves look at this one.
            received.arguments.remove("source_of_truth");
            let read = serde_json::from_value::<CreateAction>(Value::Object(received.arguments));
            prop_assert!(read.is_ok(), "{:?}", read);
        }
    }
}

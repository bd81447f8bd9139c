//! One case for each operation, made of its row: every argument is given, the whole request is compared, and the answer
//! holds every member of its type. Cases by hand are for what this cannot see.
//!
//! The expected request is put together from the row by these few lines, not by the engine that is under test.

use dashclaw::api::find;
use dashclaw::catalogue::{Kind, Place};
use dashclaw_generate::model::{Api, Argument, Form, Operation, Shape};
use serde_json::{Map, Value, json};

use crate::load::Source;

/// The file that these cases would stand in.
const FILE: &str = "operations";
/// How deep a record that holds itself is filled.
const DEPTH: usize = 5;

/// One case for each operation.
pub(crate) fn cases() -> Result<Vec<Source>, String> {
    let api = Api::read()?;
    // What is more than one request is written by hand.
    let single = api.operations().filter(|operation| operation.rules.composed.is_none());
    Ok(single.map(|operation| source(&api, operation)).collect())
}

fn source(api: &Api, operation: &Operation) -> Source {
    let name = format!("{FILE}/{}", operation.name);
    let given: Vec<(&Argument, Value)> =
        operation.arguments.iter().map(|argument| (argument, given(api, operation, argument))).collect();
    let with: Map<String, Value> =
        given.iter().map(|(argument, value)| (argument.name.to_owned(), value.clone())).collect();
    let mut exchange = request(operation, &given);
    exchange.insert("json".to_owned(), sample(api, &operation.response, "answer", 0));
    let case = json!({
        "name": operation.name,
        "server": [exchange],
        "do": [{ "call": operation.name, "with": with }],
    });
    Source { file: FILE.to_owned(), name, variants: vec![case] }
}

/// What is given for an argument: something of its type within its limits.
fn given(api: &Api, operation: &Operation, argument: &Argument) -> Value {
    let field = find(operation.name).and_then(|row| row.field(argument.name));
    if field.is_some_and(|field| field.json_text) {
        // Languages may write the same text of JSON with and without escapes.
        return json!({ "key": [1, null, "text"] });
    }
    match (field.map(|field| field.kind), argument.range) {
        (Some(Kind::Id(id)), _) => json!(format!("{}0123456789ab", id.prefix())),
        // A number that may have a fraction has one: not every language writes a whole one as 1.
        (kind, Some((low, high))) if kind != Some(Kind::Number) => json!(low.max(1).min(high)),
        _ => sample(api, &argument.shape, argument.name, 0),
    }
}

/// The request that must come of it, as an exchange of the scripted server.
fn request(operation: &Operation, given: &[(&Argument, Value)]) -> Map<String, Value> {
    let constants =
        operation.constants.iter().filter_map(|constant| Some((constant, constant.default.clone()?)));
    let mut path = operation.path.to_owned();
    let (mut query, mut body) = (Map::new(), Map::new());
    for (argument, value) in given.iter().map(|(argument, value)| (*argument, value.clone())).chain(constants)
    {
        match argument.place {
            Place::Local => {}
            Place::Path => path = path.replace(&format!("{{{}}}", argument.name), &segment(&value)),
            Place::Query => drop(query.insert(argument.wire_name.to_owned(), json!(text(&value)))),
            Place::Body => body.extend(on_wire(operation, argument, value)),
        }
    }
    let mut exchange = Map::from_iter([("on".to_owned(), json!(format!("{} {path}", operation.method)))]);
    exchange.insert("query".to_owned(), Value::Object(query));
    if operation.rules.public {
        exchange.insert("headers".to_owned(), json!({ "x-api-key": "$absent" }));
    }
    if !body.is_empty() {
        exchange.insert("body".to_owned(), Value::Object(body));
    } else if operation.rules.empty_body
        || (operation.rules.open && operation.method != "GET" && operation.method != "DELETE")
    {
        exchange.insert("body".to_owned(), json!({}));
    }
    exchange
}

/// A scalar as it stands in a path or a query.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A sample as it stands in a path: its only character beside letters, digits and `-_` is the `é`.
fn segment(value: &Value) -> String {
    text(value).replace('é', "%C3%A9")
}

/// What stands in the body for an argument: some objects are sent as the text that holds them, some as their members, and
/// those in some lists with members of their own.
fn on_wire(operation: &Operation, argument: &Argument, value: Value) -> Map<String, Value> {
    let field = find(operation.name).and_then(|row| row.field(argument.name));
    let value = match value {
        Value::Object(members) if field.is_some_and(|field| field.inline) => return members,
        Value::Object(_) if field.is_some_and(|field| field.json_text) => json!(value.to_string()),
        Value::Array(entries) => {
            let defaults = field.map_or(&[][..], |field| field.entry_defaults);
            entries.into_iter().map(|entry| with_defaults(entry, defaults)).collect()
        }
        value => value,
    };
    Map::from_iter([(argument.wire_name.to_owned(), value)])
}

/// An object with these members, each given as JSON text, unless it has them.
fn with_defaults(mut entry: Value, defaults: &[(&str, &str)]) -> Value {
    if let Value::Object(members) = &mut entry {
        for (name, text) in defaults {
            members.entry(*name).or_insert_with(|| serde_json::from_str(text).unwrap_or_default());
        }
    }
    entry
}

/// A value of this shape with every member of its records.
fn sample(api: &Api, shape: &Shape, name: &str, depth: usize) -> Value {
    match shape {
        Shape::Any => json!({ "any": [1, null, "é"] }),
        Shape::Text => json!(format!("{name}-é")),
        // Some whole numbers stand for no and yes.
        Shape::Integer => json!(1),
        Shape::Number | Shape::Seconds => json!(0.5),
        Shape::Bytes => json!("3q0="),
        Shape::Boolean => json!(true),
        Shape::Map(inner) => json!({ "key": sample(api, inner, name, depth + 1) }),
        Shape::List(_) if depth > DEPTH => json!([]),
        Shape::List(inner) => json!([sample(api, inner, name, depth + 1)]),
        Shape::Nullable(_) if depth > DEPTH => Value::Null,
        Shape::Nullable(inner) => sample(api, inner, name, depth),
        Shape::Either(shapes) => sample(api, &shapes[0], name, depth),
        Shape::Named(named) => match api.find(named).map(|found| &found.form) {
            Some(Form::Record(members)) => members
                .iter()
                .map(|member| (member.name.clone(), sample(api, &member.shape, &member.name, depth + 1)))
                .collect(),
            Some(Form::Words { words, .. }) => json!(words.first().map_or("", |word| &word.text)),
            Some(Form::Alias(shape)) => sample(api, shape, name, depth),
            None => Value::Null,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(operation: &str) -> Value {
        let found =
            cases().unwrap().into_iter().find(|source| source.name.ends_with(&format!("/{operation}")));
        found.unwrap().variants[0].clone()
    }

    #[test]
    fn every_argument_is_given_and_stands_in_its_place() {
        let case = case("update_session");
        let exchange = &case["server"][0];
        assert_eq!(exchange["on"], "PATCH /api/sessions/sess_0123456789ab");
        assert_eq!(exchange["body"]["status"], "running");
        assert_eq!(case["do"][0]["with"]["session_id"], "sess_0123456789ab");
        assert!(exchange["body"].get("session_id").is_none());
    }

    #[test]
    fn numbers_keep_to_their_bounds_and_the_query_is_text() {
        let case = case("list_sessions");
        assert_eq!(case["server"][0]["query"]["limit"], "1");
        assert_eq!(case["do"][0]["with"]["limit"], 1);
    }

    #[test]
    fn an_answer_holds_every_member() {
        let answer = case("get_session")["server"][0]["json"]["session"].clone();
        assert!(answer.as_object().unwrap().len() > 10, "{answer}");
    }
}

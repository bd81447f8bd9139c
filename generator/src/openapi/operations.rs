//! Paths and operations.
//!
//! Several operations may share one verb and path (reporting success is reporting an outcome with a constant status).
//! The one with the most arguments stands for them; `x-dashclaw-variants` names the others.

use std::collections::BTreeMap;

use dashclaw::ErrorKind;
use dashclaw::catalogue::{Expect, Place};
use serde_json::{Map, Value, json};

use super::schemas::{described, object, of_argument, of_shape, text};
use crate::model::{Api, Argument, Operation, Reference, Shape, repeat_word};

/// Operations of one verb and path, the one with the most arguments first.
type Group<'a> = Vec<&'a Operation>;

pub(super) fn paths(api: &Api) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    let mut groups: BTreeMap<(&str, &str), Group<'_>> = BTreeMap::new();
    // What is more than one request is no operation of HTTP.
    let plain = |operation: &&Operation| operation.rules.composed.is_none() || is_download(operation);
    for operation in api.parts().flat_map(Api::operations).filter(plain) {
        groups.entry((operation.path, operation.method)).or_default().push(operation);
    }
    for ((path, method), mut group) in groups {
        group.sort_by_key(|operation| std::cmp::Reverse(operation.arguments.len()));
        let item = paths.entry(path).or_insert_with(|| json!({}));
        item[method.to_lowercase()] = operation(&group);
    }
    Value::Object(paths)
}

/// Whether the answer is bytes of any kind.
fn is_download(operation: &Operation) -> bool {
    operation.rules.expect == Expect::Bytes
}

fn operation(group: &Group<'_>) -> Value {
    let leader = group[0];
    let plain = |reference: &Reference| match reference {
        Reference::Operation(name) | Reference::Item(name) => format!("`{name}`"),
        Reference::Error(kind) | Reference::AnError(kind) => format!("`{}`", kind.as_str()),
    };
    let mut value = json!({
        "operationId": leader.name,
        "tags": [leader.domain],
        "summary": leader.doc.summary(&plain),
        "description": text(&leader.doc),
    });
    let parameters = parameters(group);
    if !parameters.is_empty() {
        value["parameters"] = parameters.into();
    }
    if let Some(body) = body(group) {
        value["requestBody"] = body;
    }
    value["responses"] = responses(group);
    if leader.rules.public {
        value["security"] = json!([]);
    }
    if leader.rules.scheduler {
        value["security"] = json!([{ "SchedulerSecret": [] }]);
    }
    extensions(group, &mut value);
    value
}

/// What OpenAPI has no word for.
fn extensions(group: &Group<'_>, value: &mut Value) {
    let leader = group[0];
    value["x-dashclaw-repeat"] = repeat_word(leader.rules.repeat).into();
    if leader.rules.admin {
        value["x-dashclaw-admin"] = true.into();
    }
    if let Some(items) = leader.rules.pages {
        value["x-dashclaw-pages"] = items.into();
    }
    if !leader.rules.aliases.is_empty() {
        value["x-dashclaw-aliases"] = json!(leader.rules.aliases);
    }
    if group.len() > 1 {
        value["x-dashclaw-variants"] = group[1..].iter().map(|variant| self::variant(variant)).collect();
    }
}

fn variant(variant: &Operation) -> Value {
    let constants: Map<String, Value> = variant
        .constants
        .iter()
        .map(|constant| (constant.wire_name.to_owned(), constant.default.clone().unwrap_or_default()))
        .collect();
    let arguments: Vec<&str> = variant.arguments.iter().map(|argument| argument.wire_name).collect();
    json!({ "operation": variant.name, "arguments": arguments, "constants": constants })
}

/// The fields of a group that go in one of `places`, each once; whether each must be given.
fn fields<'a>(group: &Group<'a>, places: &[Place]) -> Vec<(&'a Argument, bool)> {
    let mut fields: Vec<(&Argument, bool)> = Vec::new();
    for operation in group {
        for argument in operation.arguments.iter().chain(&operation.constants) {
            let known = fields.iter().any(|(field, _)| field.wire_name == argument.wire_name);
            if !known && places.contains(&argument.place) {
                fields.push((argument, group.iter().all(|operation| requires(operation, argument))));
            }
        }
    }
    fields
}

/// Whether every request of `operation` carries the field.
fn requires(operation: &Operation, field: &Argument) -> bool {
    let required = operation.arguments.iter().filter(|argument| argument.required);
    required.chain(&operation.constants).any(|argument| argument.wire_name == field.wire_name)
}

/// The schema of a field: of one that always has the same value, that value.
fn schema(group: &Group<'_>, field: &Argument) -> Value {
    let constant = group.len() == 1 && group[0].constants.iter().any(|one| one.name == field.name);
    match &field.default {
        Some(value) if constant => json!({ "const": value }),
        _ => of_argument(field),
    }
}

fn parameters(group: &Group<'_>) -> Vec<Value> {
    let fields = fields(group, &[Place::Path, Place::Query]);
    let parameter = |(field, required): (&Argument, bool)| {
        let in_path = field.place == Place::Path;
        let parameter = json!({
            "name": field.wire_name,
            "in": if in_path { "path" } else { "query" },
            "required": required || in_path,
            "schema": schema(group, field),
        });
        described(parameter, &field.doc)
    };
    fields.into_iter().map(parameter).collect()
}

fn body(group: &Group<'_>) -> Option<Value> {
    let mut fields = fields(group, &[Place::Body]);
    let all = fields.len();
    fields.retain(|(field, _)| !field.inline);
    let open = group.iter().any(|operation| operation.rules.open || operation.rules.empty_body);
    let open = (open && group[0].method != "GET") || fields.len() < all;
    if fields.is_empty() && !open {
        return None;
    }
    let required: Vec<&str> =
        fields.iter().filter(|(_, required)| *required).map(|(field, _)| field.wire_name).collect();
    let property = |(field, _): &(&Argument, bool)| {
        (field.wire_name.to_owned(), described(schema(group, field), &field.doc))
    };
    let body = object(&fields.iter().map(property).collect(), &required);
    Some(json!({ "required": true, "content": { "application/json": { "schema": body } } }))
}

fn responses(group: &Group<'_>) -> Value {
    let mut shapes: Vec<Shape> = Vec::new();
    for operation in group {
        if !shapes.contains(&operation.response) {
            shapes.push(operation.response.clone());
        }
    }
    let shape = if shapes.len() == 1 { shapes.remove(0) } else { Shape::Either(shapes) };
    let content = match group[0].rules.expect {
        Expect::Bytes => json!({ "*/*": {} }),
        // What stands in one event; OpenAPI has a word for that from 3.2 on.
        Expect::Events => json!({ "text/event-stream": {
            "schema": { "type": "string" },
            "x-dashclaw-event": of_shape(&shape),
        } }),
        _ => json!({ "application/json": { "schema": of_shape(&shape) } }),
    };
    let mut responses = json!({ "2XX": { "description": "Success.", "content": content } });
    if group[0].rules.expect == Expect::Text {
        responses["2XX"]["content"]["text/*"] = json!({ "schema": { "type": "string" } });
    }
    for failure in group.iter().flat_map(|operation| &operation.failures) {
        if let Some(status) = status(failure.kind) {
            responses[status] = json!({
                "$ref": "#/components/responses/Error",
                "description": format!("`{}`: {}.", failure.kind.as_str(), failure.when),
            });
        }
    }
    responses["default"] = json!({ "$ref": "#/components/responses/Error" });
    responses
}

/// The HTTP status behind a kind of error, where there is one.
const fn status(kind: ErrorKind) -> Option<&'static str> {
    match kind {
        ErrorKind::Validation => Some("400"),
        ErrorKind::Permission | ErrorKind::GuardBlocked => Some("403"),
        ErrorKind::NotFound => Some("404"),
        ErrorKind::Conflict => Some("409"),
        _ => None,
    }
}

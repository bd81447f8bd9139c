//! Shapes as JSON schemas.

use serde_json::{Map, Value, json};

use crate::model::{Argument, Doc, Form, Member, Reference, Shape, Type};

/// A doc text in CommonMark.
pub(super) fn text(doc: &Doc) -> String {
    let spell = |reference: &Reference| match reference {
        Reference::Operation(name) | Reference::Item(name) => format!("`{name}`"),
        Reference::Error(kind) => format!("`{}`", kind.as_str()),
        Reference::AnError(kind) => format!("an error of kind `{}`", kind.as_str()),
    };
    doc.blocks(&spell).into_iter().map(|block| block.text).collect::<Vec<_>>().join("\n\n")
}

/// The component of a named type. An open vocabulary is a string whose known words stand in `x-open-enum`.
pub(super) fn of_type(one: &Type) -> Value {
    let schema = match &one.form {
        Form::Record(members) => record(members),
        Form::Words { words, open } => {
            let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
            json!({ "type": "string", (if *open { "x-open-enum" } else { "enum" }): words })
        }
        Form::Alias(shape) => of_shape(shape),
    };
    described(schema, &one.doc)
}

fn record(members: &[Member]) -> Value {
    let required: Vec<&str> =
        members.iter().filter(|member| member.required).map(|member| member.name.as_str()).collect();
    let properties: Map<String, Value> = members
        .iter()
        .map(|member| (member.name.clone(), described(of_shape(&member.shape), &member.doc)))
        .collect();
    object(&properties, &required)
}

/// An object schema; `required` is left out where nothing is.
pub(super) fn object(properties: &Map<String, Value>, required: &[&str]) -> Value {
    let mut schema = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

/// The schema of what a caller gives, with its limits.
pub(super) fn of_argument(argument: &Argument) -> Value {
    let mut schema = of_shape(&argument.shape);
    if let Some(max) = argument.max {
        match argument.shape {
            Shape::List(_) => schema["maxItems"] = json!(max),
            // No word of the schema limits the JSON that an object is written as.
            Shape::Map(_) | Shape::Any => {}
            _ => schema["maxLength"] = json!(max),
        }
    }
    if let Some((low, high)) = argument.range {
        schema["minimum"] = json!(low);
        if high != i64::MAX {
            schema["maximum"] = json!(high);
        }
    }
    if let Some(default) = &argument.default {
        schema["default"] = default.clone();
    }
    schema
}

pub(super) fn described(mut schema: Value, doc: &Doc) -> Value {
    if !doc.is_empty() {
        schema["description"] = text(doc).into();
    }
    schema
}

pub(super) fn of_shape(shape: &Shape) -> Value {
    match shape {
        Shape::Any => json!({}),
        Shape::Text => json!({ "type": "string" }),
        Shape::Integer => json!({ "type": "integer" }),
        Shape::Number => json!({ "type": "number" }),
        Shape::Seconds => json!({ "type": "number", "minimum": 0 }),
        Shape::Bytes => json!({ "type": "string", "contentEncoding": "base64" }),
        Shape::Boolean => json!({ "type": "boolean" }),
        Shape::Map(inner) if **inner == Shape::Any => json!({ "type": "object" }),
        Shape::Map(inner) => json!({ "type": "object", "additionalProperties": of_shape(inner) }),
        Shape::List(inner) => json!({ "type": "array", "items": of_shape(inner) }),
        Shape::Nullable(inner) => nullable(of_shape(inner)),
        Shape::Either(shapes) => json!({ "anyOf": shapes.iter().map(of_shape).collect::<Vec<_>>() }),
        Shape::Named(name) => json!({ "$ref": format!("#/components/schemas/{name}") }),
    }
}

fn nullable(mut schema: Value) -> Value {
    match schema.get("type").and_then(Value::as_str) {
        Some(word) => {
            schema["type"] = json!([word, "null"]);
            schema
        }
        None if schema.as_object().is_some_and(Map::is_empty) => schema,
        None => json!({ "anyOf": [schema, { "type": "null" }] }),
    }
}

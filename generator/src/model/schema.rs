//! From the JSON schemas of the Rust types to shapes.

use dashclaw::catalogue::Row;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use crate::Result;

/// The JSON type of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Any JSON value.
    Any,
    /// A string.
    Text,
    /// Bytes: base64 text.
    Bytes,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// A length of time: a number of seconds.
    Seconds,
    /// `true` or `false`.
    Boolean,
    /// An object with any member names.
    Map(Box<Shape>),
    /// An array.
    List(Box<Shape>),
    /// This or `null`.
    Nullable(Box<Shape>),
    /// One of these.
    Either(Vec<Shape>),
    /// A named type of the model.
    Named(String),
}

impl Shape {
    /// Without `null`.
    pub fn present(&self) -> &Self {
        match self {
            Self::Nullable(shape) => shape,
            shape => shape,
        }
    }

    /// Every named type in it.
    pub fn names(&self) -> Vec<&str> {
        match self {
            Self::Named(name) => vec![name],
            Self::Map(shape) | Self::List(shape) | Self::Nullable(shape) => shape.names(),
            Self::Either(shapes) => shapes.iter().flat_map(Self::names).collect(),
            _ => Vec::new(),
        }
    }
}

/// The schemas of all rows. What is sent may leave out what has a default; what is received holds it.
#[derive(Debug)]
pub(super) struct Schemas {
    sent: Map<String, Value>,
    received: Map<String, Value>,
    /// For each row: its request, its response.
    rows: Vec<(&'static str, Value, Value)>,
}

impl Schemas {
    pub(super) fn read(rows: &[&'static Row]) -> Self {
        let mut sent = SchemaSettings::draft2020_12().into_generator();
        let mut received = SchemaSettings::draft2020_12().for_serialize().into_generator();
        let read = |row: &&'static Row| {
            let request = (row.request_schema)(&mut sent).to_value();
            (row.name, request, (row.response_schema)(&mut received).to_value())
        };
        let rows = rows.iter().map(read).collect();
        Self { sent: sent.take_definitions(true), received: received.take_definitions(true), rows }
    }

    /// The request of `row`: the name of its type, the schemas of its fields.
    pub(super) fn request(&self, row: &Row) -> Result<(&str, &Map<String, Value>)> {
        let found = self.rows.iter().find(|(name, ..)| *name == row.name);
        let name = found.and_then(|(_, request, _)| reference(request));
        let fields = name.and_then(|name| self.sent.get(name)?.as_object());
        match (name, fields) {
            (Some(name), Some(schema)) => Ok((name, properties(schema))),
            _ => Err(format!("the request of `{}` is not a named struct", row.name)),
        }
    }

    pub(super) fn response(&self, row: &Row) -> &Value {
        self.rows.iter().find(|(name, ..)| *name == row.name).map_or(&Value::Null, |(.., response)| response)
    }

    /// The definition of `name` as it is sent and as it is received.
    pub(super) fn definitions(&self, name: &str) -> (Option<&Value>, Option<&Value>) {
        (self.sent.get(name), self.received.get(name))
    }
}

/// The members of an object schema.
pub(super) fn properties(schema: &Map<String, Value>) -> &Map<String, Value> {
    static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    schema.get("properties").and_then(Value::as_object).unwrap_or(&NONE)
}

/// The name behind a `$ref`.
fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix("#/$defs/")
}

/// The shape that `schema` describes.
pub(super) fn shape(schema: &Value) -> Result<Shape> {
    if let Some(name) = reference(schema) {
        return Ok(Shape::Named(name.to_owned()));
    }
    for word in ["anyOf", "oneOf", "allOf"] {
        if let Some(choices) = schema.get(word).and_then(Value::as_array) {
            return choice(choices);
        }
    }
    match schema.get("type") {
        None if schema.get("enum").is_some() || schema.get("const").is_some() => Ok(Shape::Text),
        None => Ok(Shape::Any),
        Some(Value::String(word)) => typed(word, schema),
        Some(Value::Array(words)) => {
            let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
            let shapes = words.iter().filter(|word| **word != NULL).map(|word| typed(word, schema));
            either(shapes.collect::<Result<_>>()?, words.contains(&NULL))
        }
        Some(other) => Err(format!("the schema type `{other}` is not understood")),
    }
}

/// JSON Schema's name of the type of `null`, which is not a shape of its own: it makes the others nullable.
const NULL: &str = "null";

fn choice(choices: &[Value]) -> Result<Shape> {
    let is_null = |choice: &Value| choice.get("type").is_some_and(|word| word == NULL);
    let shapes = choices.iter().filter(|choice| !is_null(choice)).map(shape);
    either(shapes.collect::<Result<_>>()?, choices.iter().any(is_null))
}

fn either(mut shapes: Vec<Shape>, nullable: bool) -> Result<Shape> {
    shapes.dedup();
    let shape = match shapes.len() {
        0 => return Err("a schema allows no type".to_owned()),
        1 => shapes.remove(0),
        _ => Shape::Either(shapes),
    };
    Ok(if nullable { Shape::Nullable(Box::new(shape)) } else { shape })
}

fn typed(word: &str, schema: &Value) -> Result<Shape> {
    let has = |name: &str, text: &str| schema.get(name).is_some_and(|value| value == text);
    let inner = |name: &str| schema.get(name).filter(|inner| inner.is_object()).map_or(Ok(Shape::Any), shape);
    Ok(match word {
        "string" if has("contentEncoding", "base64") => Shape::Bytes,
        "string" => Shape::Text,
        "integer" => Shape::Integer,
        "number" if has("format", "seconds") => Shape::Seconds,
        "number" => Shape::Number,
        "boolean" => Shape::Boolean,
        "array" => Shape::List(Box::new(inner("items")?)),
        "object" => Shape::Map(Box::new(inner("additionalProperties")?)),
        _ => return Err(format!("the schema type `{word}` is not understood")),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn schemas_become_shapes() {
        let cases = [
            (json!({"type": "string"}), Shape::Text),
            (json!({"type": ["integer", "null"]}), Shape::Nullable(Box::new(Shape::Integer))),
            (
                json!({"type": "array", "items": {"$ref": "#/$defs/Fact"}}),
                Shape::List(Box::new(Shape::Named("Fact".to_owned()))),
            ),
            (
                json!({"anyOf": [{"$ref": "#/$defs/Fact"}, {"type": "null"}]}),
                Shape::Nullable(Box::new(Shape::Named("Fact".to_owned()))),
            ),
            (json!({"type": "object", "additionalProperties": true}), Shape::Map(Box::new(Shape::Any))),
            (
                json!({"type": "object", "additionalProperties": {"type": "number"}}),
                Shape::Map(Box::new(Shape::Number)),
            ),
            (
                json!({"anyOf": [{"type": "string"}, {"type": "boolean"}]}),
                Shape::Either(vec![Shape::Text, Shape::Boolean]),
            ),
            (json!({"type": "string", "contentEncoding": "base64"}), Shape::Bytes),
            (
                json!({"type": ["number", "null"], "format": "seconds"}),
                Shape::Nullable(Box::new(Shape::Seconds)),
            ),
            (json!({"description": "anything"}), Shape::Any),
            (json!(true), Shape::Any),
        ];
        for (schema, expected) in cases {
            assert_eq!(shape(&schema), Ok(expected), "{schema}");
        }
        assert!(shape(&json!({"type": "tuple"})).is_err());
    }
}

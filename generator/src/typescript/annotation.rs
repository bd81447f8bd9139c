//! Shapes as types of TypeScript.

use std::collections::BTreeSet;

use super::types::is_closed;
use crate::model::{Api, Argument, Form, Shape};

/// Other words than those of a vocabulary; editors still offer the known ones.
pub(super) const OTHER: &str = "OtherWord";

/// Bytes: those of Node where the program knows Node's types.
pub(super) const BYTES: &str = "Bytes";

/// Those of the types `known` that declarations name, outside of comments.
pub(super) fn named(declarations: &[String], known: &BTreeSet<String>) -> BTreeSet<String> {
    let lines = declarations.iter().flat_map(|text| text.lines());
    let code = lines.filter(|line| !line.trim_start().starts_with(['*', '/']));
    let words = code.flat_map(|line| line.split(|char: char| !char.is_ascii_alphanumeric()));
    words.filter(|word| known.contains(*word)).map(str::to_owned).collect()
}

/// Writes types. What a caller gives may be read-only; what comes back is the caller's own.
#[derive(Clone, Copy)]
pub(super) struct Annotations<'a> {
    pub(super) api: &'a Api,
    /// Whether a caller gives it.
    pub(super) given: bool,
}

impl Annotations<'_> {
    /// The type of `shape`; `closed` when other words than the known ones are refused.
    pub(super) fn of(self, shape: &Shape, closed: bool) -> String {
        let inner = |shape: &Shape| self.of(shape, closed);
        match shape {
            Shape::Any => "unknown".to_owned(),
            Shape::Text => "string".to_owned(),
            Shape::Integer | Shape::Number | Shape::Seconds => "number".to_owned(),
            Shape::Bytes => BYTES.to_owned(),
            Shape::Boolean => "boolean".to_owned(),
            Shape::Map(shape) => format!("Record<string, {}>", inner(shape)),
            Shape::List(shape) => self.list(&inner(shape)),
            Shape::Nullable(shape) => or_null(&inner(shape)),
            Shape::Either(shapes) => shapes.iter().map(inner).collect::<Vec<_>>().join(" | "),
            Shape::Named(name) => self.named(name, closed),
        }
    }

    /// The type of what is given for `argument`.
    pub(super) fn of_argument(self, argument: &Argument) -> String {
        if argument.flag { "number | boolean".to_owned() } else { self.of(&argument.shape, argument.strict) }
    }

    /// What an operation returns: a JSON object, whatever else is known about it.
    pub(super) fn response(self, shape: &Shape) -> String {
        match self.of(shape, false) {
            any if any == "unknown" => "Record<string, unknown>".to_owned(),
            annotation => annotation,
        }
    }

    fn list(self, item: &str) -> String {
        let item = if item.contains(" | ") { format!("({item})") } else { item.to_owned() };
        format!("{}{item}[]", if self.given { "readonly " } else { "" })
    }

    fn named(self, name: &str, closed: bool) -> String {
        match self.api.find(name).map(|found| &found.form) {
            // A vocabulary that is closed somewhere does not hold other words itself.
            Some(Form::Words { open: true, .. }) if !closed && is_closed(self.api, name) => {
                format!("{name} | {OTHER}")
            }
            Some(Form::Alias(shape)) => self.of(shape, closed),
            _ => name.to_owned(),
        }
    }
}

/// `unknown` holds null already.
pub(super) fn or_null(annotation: &str) -> String {
    if annotation == "unknown" { annotation.to_owned() } else { format!("{annotation} | null") }
}

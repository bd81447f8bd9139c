//! How Python spells names, types and values.

use serde_json::Value;

use crate::classes::{a_class, class};
use crate::model::Reference;

const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
    "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
    "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// Names that every method uses itself. Annotations are read outside of it: `types` is free.
const TAKEN: [&str; 5] = ["self", "fields", "arguments", "idempotency", "on_replay"];

/// Whether `name` can stand in a class body.
pub(super) fn is_identifier(name: &str) -> bool {
    let starts_well = name.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_');
    let goes_on_well = name.chars().all(|char| char.is_ascii_alphanumeric() || char == '_');
    starts_well && goes_on_well && !KEYWORDS.contains(&name)
}

/// A parameter's name: with an underscore where Python has another use for the word.
pub(super) fn parameter(name: &str) -> String {
    if KEYWORDS.contains(&name) || TAKEN.contains(&name) { format!("{name}_") } else { name.to_owned() }
}

/// `Any` holds None already.
pub(super) fn or_none(annotation: &str) -> String {
    if annotation == "Any" { annotation.to_owned() } else { format!("{annotation} | None") }
}

/// A JSON value as a Python expression. Lists and objects have none that could be shared between calls.
pub(super) fn literal(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some("None".to_owned()),
        Value::Bool(true) => Some("True".to_owned()),
        Value::Bool(false) => Some("False".to_owned()),
        // JSON's escapes are Python's.
        Value::Number(_) | Value::String(_) => Some(value.to_string()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// A reference in a doc text.
pub(super) fn spell(reference: &Reference) -> String {
    match reference {
        Reference::Operation(name) | Reference::Item(name) => format!("`{name}`"),
        Reference::Error(kind) => format!("`{}`", class(*kind)),
        Reference::AnError(kind) => a_class(*kind),
    }
}

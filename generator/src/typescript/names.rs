//! How JavaScript spells names, and what doc texts point at.

use dashclaw::api::find;

use crate::classes::{a_class, class};
use crate::model::{Doc, Reference};
pub(super) use crate::text::camel_case;

/// Words that cannot name a parameter in strict code, and names that every method uses itself.
const TAKEN: [&str; 49] = [
    "arguments",
    "await",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "eval",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "function",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "interface",
    "let",
    "new",
    "null",
    "options",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "static",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "var",
    "void",
    "while",
    "with",
    "yield",
];

/// A parameter's name: with an underscore where JavaScript has another use for the word.
pub(super) fn parameter(name: &str) -> String {
    let name = camel_case(name);
    if TAKEN.contains(&name.as_str()) { format!("{name}_") } else { name }
}

/// The type that holds the fields of `request` in camel case.
pub(super) fn camel_type(request: &str) -> String {
    format!("Camel{request}")
}

/// A member's name in an object or a type.
pub(super) fn member(name: &str) -> String {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '$';
    let starts_well = !name.starts_with(|char: char| char.is_ascii_digit());
    if !name.is_empty() && starts_well && name.chars().all(is_plain) { name.to_owned() } else { quoted(name) }
}

/// A word or a name as a string. None of them holds a quote or a backslash.
pub(super) fn quoted(word: &str) -> String {
    format!("'{word}'")
}

/// A reference in a doc text.
pub(super) fn spell(reference: &Reference) -> String {
    match reference {
        // What is no operation is a function or a type of the core, of which the package has its own.
        Reference::Operation(name) | Reference::Item(name) => format!("`{}`", camel_case(name)),
        Reference::Error(kind) => format!("`{}`", class(*kind)),
        Reference::AnError(kind) => a_class(*kind),
    }
}

/// `doc` on one line.
pub(super) fn line(doc: &Doc) -> String {
    methods(&doc.line(&spell))
}

/// Names operations as the methods are called, where a code span holds nothing else.
pub(super) fn methods(text: &str) -> String {
    let is_operation = |span: &str| span.contains('_') && find(span).is_some_and(|row| row.name == span);
    let spans = text
        .split('`')
        .enumerate()
        .map(|(at, span)| if at % 2 == 1 && is_operation(span) { camel_case(span) } else { span.to_owned() });
    spans.collect::<Vec<_>>().join("`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelled_as_javascript_has_them() {
        assert_eq!(camel_case("get_jwks"), "getJwks");
        assert_eq!(camel_case("record_x402_purchase"), "recordX402Purchase");
        assert_eq!(parameter("delete"), "delete_");
        assert_eq!(member("from"), "from");
        assert_eq!(member("x-y"), "'x-y'");
        assert!(TAKEN.is_sorted());
    }

    #[test]
    fn operations_in_code_spans_are_methods() {
        assert_eq!(
            methods("see `get_action`, `action_id`, get_action"),
            "see `getAction`, `action_id`, get_action"
        );
    }
}

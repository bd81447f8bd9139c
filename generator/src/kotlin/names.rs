//! How Kotlin spells names and references.

use super::errors;
use crate::model::Reference;
use crate::text::camel_case;

/// The words that cannot be names as they are.
const KEYWORDS: [&str; 28] = [
    "as",
    "break",
    "class",
    "continue",
    "do",
    "else",
    "false",
    "for",
    "fun",
    "if",
    "in",
    "interface",
    "is",
    "null",
    "object",
    "package",
    "return",
    "super",
    "this",
    "throw",
    "true",
    "try",
    "typealias",
    "typeof",
    "val",
    "var",
    "when",
    "while",
];

/// The name of an argument or a member.
pub(super) fn property(name: &str) -> String {
    let name = camel_case(name);
    if KEYWORDS.contains(&name.as_str()) { format!("`{name}`") } else { name }
}

/// The name of a constant: `REQUIRE_APPROVAL`.
pub(super) fn constant(word: &str) -> String {
    word.to_uppercase().replace(|char: char| !char.is_ascii_alphanumeric(), "_")
}

/// A reference in a doc text.
pub(super) fn spell(reference: &Reference) -> String {
    match reference {
        Reference::Operation(name) => format!("`{}`", camel_case(name)),
        Reference::Item(name) => format!("`{}`", camel_case_unless_type(name)),
        Reference::Error(kind) => format!("`{}`", errors::class(&kind.row())),
        Reference::AnError(kind) => {
            let class = errors::class(&kind.row());
            let article = if class.starts_with(['A', 'E', 'I', 'O', 'U']) { "an" } else { "a" };
            match errors::kind(&kind.row()) {
                Some(constant) => format!("{article} `{class}` of kind `{constant}`"),
                None => format!("{article} `{class}`"),
            }
        }
    }
}

fn camel_case_unless_type(name: &str) -> String {
    if name.starts_with(char::is_uppercase) { name.to_owned() } else { camel_case(name) }
}

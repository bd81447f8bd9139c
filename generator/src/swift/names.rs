//! How Swift spells names.

use crate::model::Reference;

/// Words that cannot be names without backticks.
const KEYWORDS: [&str; 52] = [
    "Any",
    "Protocol",
    "Self",
    "Type",
    "as",
    "associatedtype",
    "break",
    "case",
    "catch",
    "class",
    "continue",
    "default",
    "defer",
    "deinit",
    "do",
    "else",
    "enum",
    "extension",
    "fallthrough",
    "false",
    "fileprivate",
    "for",
    "func",
    "guard",
    "if",
    "import",
    "in",
    "init",
    "inout",
    "internal",
    "is",
    "let",
    "nil",
    "operator",
    "precedencegroup",
    "private",
    "protocol",
    "public",
    "repeat",
    "rethrows",
    "return",
    "self",
    "static",
    "struct",
    "subscript",
    "super",
    "switch",
    "throw",
    "true",
    "try",
    "typealias",
    "var",
];

/// A name of the catalogue or the wire in camel case: `action_id` is `actionId`.
pub(super) fn camel(name: &str) -> String {
    let mut out = String::new();
    let mut upper = false;
    for char in name.chars() {
        if !char.is_ascii_alphanumeric() {
            upper = !out.is_empty();
        } else if std::mem::take(&mut upper) {
            out.push(char.to_ascii_uppercase());
        } else {
            out.push(char);
        }
    }
    if out.starts_with(|char: char| char.is_ascii_digit()) { format!("_{out}") } else { out }
}

/// A name where it is declared.
pub(super) fn quoted(name: &str) -> String {
    if KEYWORDS.contains(&name) || name == "while" || name == "where" {
        format!("`{name}`")
    } else {
        name.to_owned()
    }
}

/// A reference in a doc text.
pub(super) fn spell(reference: &Reference) -> String {
    match reference {
        Reference::Operation(name) => format!("`{}`", camel(name)),
        Reference::Item(name) => format!("`{name}`"),
        Reference::Error(kind) => format!("`{}`", camel(kind.as_str())),
        Reference::AnError(kind) => format!("a ``DashClawError`` of kind `{}`", camel(kind.as_str())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_camel_case_whatever_they_were() {
        let table = [
            ("action_id", "actionId"),
            ("lastUpdated", "lastUpdated"),
            ("kebab-case", "kebabCase"),
            ("_signature", "signature"),
            ("2fa", "_2fa"),
        ];
        for (name, expected) in table {
            assert_eq!(camel(name), expected);
        }
        assert_eq!(quoted("guard"), "`guard`");
        assert_eq!(quoted("open"), "open");
    }
}

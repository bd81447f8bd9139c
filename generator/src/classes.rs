//! The classes of errors, in languages that have classes.

use dashclaw::ErrorKind;

/// The class for a kind of error.
pub(crate) const fn class(kind: ErrorKind) -> &'static str {
    kind.row().class
}

/// The class with its article: "a `ConflictError`".
pub(crate) fn a_class(kind: ErrorKind) -> String {
    let class = class(kind);
    let article = if class.starts_with(['A', 'E', 'I', 'O', 'U']) { "an" } else { "a" };
    format!("{article} `{class}`")
}

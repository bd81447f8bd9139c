//! Doc comments.

use super::names::{camel, quoted, spell};
use super::shapes::Shapes;
use crate::describe::{self, Time};
use crate::model::{Argument, Doc, Operation};
use crate::spelling::in_camel_case;
use crate::text::{WIDTH, wrap};

/// The lines of a doc comment, indented by `indent`; none for an empty text.
pub(super) fn comment(doc: &Doc, indent: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mark = format!("{indent}/// ");
    for block in doc.blocks(&spell) {
        if !lines.is_empty() {
            lines.push(format!("{indent}///"));
        }
        let text = in_camel_case(&block.text);
        if block.verbatim {
            lines.extend(text.lines().map(|line| format!("{mark}{line}")));
        } else {
            lines.extend(wrap(&text, WIDTH, &mark, &mark));
        }
    }
    lines
}

/// The doc comment of a method with these parameters.
pub(super) fn of_method(
    shapes: &Shapes<'_>,
    operation: &Operation,
    parameters: &[(String, String)],
    indent: &str,
) -> Vec<String> {
    let mut lines = comment(&operation.doc, indent);
    let gap = format!("{indent}///");
    let mark = format!("{indent}/// ");
    lines.push(gap.clone());
    lines.extend(wrap(&describe::endpoint(operation), WIDTH, &mark, &mark));
    lines.extend([gap, format!("{mark}- Parameters:")]);
    for (name, text) in parameters {
        let (first, rest) = (format!("{mark}  - {name}: "), format!("{mark}    "));
        lines.extend(wrap(&in_camel_case(text), WIDTH, &first, &rest));
    }
    let entry = |lines: &mut Vec<String>, title: &str, text: &str| {
        lines.extend(wrap(&in_camel_case(text), WIDTH, &format!("{mark}- {title}: "), &format!("{mark}  ")));
    };
    if let Some(text) = describe::returned(shapes.api, &operation.response, &spell) {
        entry(&mut lines, "Returns", &text);
    }
    entry(&mut lines, "Throws", &thrown(operation));
    lines
}

fn thrown(operation: &Operation) -> String {
    let kinds = operation.failures.iter().map(|failure| {
        let kind = camel(failure.kind.as_str());
        format!("`{kind}`: {}", failure.when)
    });
    let kinds: Vec<String> = kinds.collect();
    if kinds.is_empty() {
        "A ``DashClawError``.".to_owned()
    } else {
        format!("A ``DashClawError``. Its kinds beside the usual ones: {}.", kinds.join("; "))
    }
}

/// The doc text of an argument, with the words it takes and its default.
pub(super) fn described(shapes: &Shapes<'_>, argument: &Argument) -> String {
    describe::argument(shapes.api, argument, &spell, Time::Seconds, &|_| false)
}

/// The name of an argument where it is declared.
pub(super) fn parameter(argument: &Argument) -> String {
    quoted(&camel(argument.name))
}

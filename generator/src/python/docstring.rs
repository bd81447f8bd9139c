//! Docstrings in Google's style.

use dashclaw::catalogue::Call;

use super::method::changes;
use super::names::{literal, parameter, spell};
use crate::classes::class;
use crate::describe::{self, Time, capitalized, endpoint};
use crate::model::{Api, Argument, Doc, Operation};
use crate::text::{WIDTH, wrap};

const EMPTIES: &str = "What is not given stays as it is. ``None`` is sent, and empties a field where the server lets it be empty.";

/// The docstring of a method, indented by `indent`.
pub(super) fn of_method(api: &Api, operation: &Operation, more: &[(&str, &str)], indent: &str) -> String {
    let mut lines = body(&operation.doc, indent);
    lines.push(String::new());
    lines.extend(wrap(&code(&endpoint(operation)), WIDTH, indent, indent));
    if changes(operation) {
        lines.push(String::new());
        lines.extend(wrap(EMPTIES, WIDTH, indent, indent));
    }
    section(&mut lines, "Args", &entries(api, operation, more), indent);
    if let Some(returned) = describe::returned(api, &operation.response, &spell) {
        lines.extend([String::new(), format!("{indent}Returns:")]);
        let deep = format!("{indent}    ");
        lines.extend(wrap(&code(&returned), WIDTH, &deep, &deep));
    }
    let raises = operation
        .failures
        .iter()
        .map(|failure| (class(failure.kind).to_owned(), format!("{}.", capitalized(failure.when))));
    section(&mut lines, "Raises", &raises.collect::<Vec<_>>(), indent);
    quoted(lines, indent)
}

/// The docstring of the method that goes through all items.
pub(super) fn of_iterator(operation: &Operation, indent: &str) -> String {
    let text = describe::iterator(operation.name);
    quoted(body(&Doc::read(&text), indent), indent)
}

/// A docstring that holds `doc` only.
pub(super) fn of_doc(doc: &Doc, indent: &str) -> Option<String> {
    if doc.is_empty() { None } else { Some(quoted(body(doc, indent), indent)) }
}

fn body(doc: &Doc, indent: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for block in doc.blocks(&spell) {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        if block.verbatim {
            lines.extend(block.text.lines().map(|line| format!("{indent}{}", code(line))));
        } else {
            // The opening quotes stand before the first line.
            let room = if lines.is_empty() { format!("{indent}   ") } else { indent.to_owned() };
            let mut wrapped = wrap(&code(&block.text), WIDTH, &room, indent);
            if let Some(first) = wrapped.first_mut().filter(|_| lines.is_empty()) {
                *first = format!("{indent}{}", first.trim_start());
            }
            lines.extend(wrapped);
        }
    }
    lines
}

pub(super) fn quoted(mut lines: Vec<String>, indent: &str) -> String {
    let one_line = lines.len() == 1;
    if let Some(first) = lines.first_mut() {
        *first = format!("{indent}\"\"\"{}", first.trim_start());
        if one_line && first.len() + 3 <= WIDTH {
            return format!("{first}\"\"\"");
        }
    }
    lines.push(format!("{indent}\"\"\""));
    lines.join("\n").replace('\\', "\\\\")
}

fn entries(api: &Api, operation: &Operation, more: &[(&str, &str)]) -> Vec<(String, String)> {
    if let Call::Object(name) = operation.rules.call {
        let fields = operation.arguments.iter().map(|argument| format!("`{}`", argument.name));
        let fields = fields.collect::<Vec<_>>().join(", ");
        let whole = format!("The fields as a dict; `types.{}` documents them: {fields}.", operation.request);
        return vec![
            (name.to_owned(), whole),
            (
                "**fields".to_owned(),
                "The same fields by name, which win over the dict, and options of the call.".to_owned(),
            ),
        ];
    }
    let (positional, named) = operation.split();
    let all = positional.into_iter().chain(named);
    let mut entries: Vec<_> = all
        .map(|argument| {
            let dict = if argument.spread { " A dict in its place holds this and other fields." } else { "" };
            (parameter(argument.name), described(api, argument) + dict)
        })
        .collect();
    entries.extend(more.iter().map(|(name, doc)| ((*name).to_owned(), (*doc).to_owned())));
    if operation.rules.open {
        entries.push((
            "**fields".to_owned(),
            "More fields, sent as they are. Options of the call are options.".to_owned(),
        ));
    }
    entries
}

/// The doc text of an argument, with what its annotation does not show.
pub(super) fn described(api: &Api, argument: &Argument) -> String {
    describe::argument(api, argument, &spell, Time::Seconds, &|default| literal(default).is_some())
}

fn section(lines: &mut Vec<String>, title: &str, entries: &[(String, String)], indent: &str) {
    if entries.is_empty() {
        return;
    }
    lines.extend([String::new(), format!("{indent}{title}:")]);
    for (name, text) in entries {
        let (first, rest) = (format!("{indent}    "), format!("{indent}        "));
        lines.extend(wrap(&format!("{name}: {}", code(text)), WIDTH, &first, &rest));
    }
}

/// Code spans in two backticks, as docstrings have them.
pub(super) fn code(text: &str) -> String {
    if text.contains("``") { text.to_owned() } else { text.replace('`', "``") }
}

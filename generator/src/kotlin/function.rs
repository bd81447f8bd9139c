//! One operation as two functions: arguments by name, and all of them in one object.

use super::kdoc;
use super::names::property;
use super::shapes::{optional, response, type_name};
use crate::describe;
use crate::model::{Api, Argument, Doc, Operation, Shape};
use crate::text::{WIDTH, camel_case, pack};

const INDENT: &str = "    ";

/// Both functions with their doc comments; only the first where there is nothing to put in an object.
pub(super) fn text(api: &Api, operation: &Operation) -> String {
    let name = camel_case(operation.name);
    let public = format!("{INDENT}public ");
    let declared = signature(api, operation, &public).join("\n");
    let doc = kdoc::of_function(api, operation, INDENT);
    if !has_request(operation) {
        return format!("{doc}\n{declared} =\n{}", send(api, operation, "\"{}\""));
    }
    let mut items: Vec<String> =
        arguments(operation).into_iter().map(|argument| property(argument.name)).collect();
    if empties(operation) {
        items.push("emptied".to_owned());
    }
    if operation.rules.open {
        items.push("extra".to_owned());
    }
    // A comma follows it.
    let request = list(&INDENT.repeat(3), &format!("{}(", operation.request), &items, "),");
    let by_name = list(
        &INDENT.repeat(2),
        &format!("{name}("),
        &[request.trim_start().trim_end_matches(',').to_owned(), "options".to_owned()],
        ")",
    );
    let doc_of_object = format!("{INDENT}/** `{name}` with its arguments in one object. */");
    let parameters = [format!("request: {}", operation.request), OPTIONS.to_owned()];
    let answer = response(api, &operation.response);
    let by_object =
        list(INDENT, &format!("public suspend fun {name}("), &parameters, &format!("): {answer} ="));
    let encoded = format!("encode({}.serializer(), request)", operation.request);
    let body = send(api, operation, &encoded);
    let text = format!("{doc}\n{declared} =\n{by_name}\n\n{doc_of_object}\n{by_object}\n{body}");
    match &operation.iterator {
        Some((name, item)) => format!("{text}\n\n{}", iterating(api, operation, (name, item), &encoded)),
        None => text,
    }
}

/// The function that goes through all items, which takes its arguments in one object.
fn iterating(api: &Api, operation: &Operation, (name, item): (&str, &Shape), encoded: &str) -> String {
    let item = response(api, item);
    let required = operation.arguments.iter().any(|argument| argument.required);
    let default = if required { String::new() } else { format!(" = {}()", operation.request) };
    let parameters = [format!("request: {}{default}", operation.request), OPTIONS.to_owned()];
    let head = format!("public fun {}(", camel_case(name));
    let declared = list(INDENT, &head, &parameters, &format!("): Flow<{item}> ="));
    let items = [
        format!("\"{}\"", operation.name),
        encoded.to_owned(),
        format!("{item}.serializer()"),
        "options".to_owned(),
    ];
    let body = list(&INDENT.repeat(2), "engine.pages(", &items, ")");
    let doc = kdoc::of_text(&kdoc::blocks(&Doc::read(&describe::iterator(operation.name))), INDENT);
    format!("{doc}\n{declared}\n{body}")
}

const OPTIONS: &str = "options: CallOptions? = null";

/// `head`, the items and `tail` on one line, or each item on a line of its own.
fn list(indent: &str, head: &str, items: &[String], tail: &str) -> String {
    let line = format!("{indent}{head}{}{tail}", items.join(", "));
    if line.len() <= WIDTH && !line.contains('\n') {
        return line;
    }
    let deep = format!("{indent}{INDENT}");
    let lines: Vec<String> = if items.iter().all(|item| item.chars().all(char::is_alphanumeric)) {
        pack(items, WIDTH, &deep)
    } else {
        items.iter().map(|item| format!("{deep}{item},")).collect()
    };
    format!("{indent}{head}\n{}\n{indent}{tail}", lines.join("\n"))
}

/// Whether it is a change that can empty something.
pub(super) fn empties(operation: &Operation) -> bool {
    operation.arguments.iter().any(|argument| argument.can_be_emptied)
}

/// Whether the operation takes anything.
pub(super) fn has_request(operation: &Operation) -> bool {
    !operation.arguments.is_empty() || operation.rules.open
}

/// The arguments in the order of the parameters.
pub(super) fn arguments(operation: &Operation) -> Vec<&Argument> {
    let (positional, mut named) = operation.split();
    // What must be given comes before what may.
    named.sort_by_key(|argument| !argument.required);
    positional.into_iter().chain(named).collect()
}

/// The `suspend fun` without its body, in lines.
pub(super) fn signature(api: &Api, operation: &Operation, prefix: &str) -> Vec<String> {
    let mut parameters: Vec<String> =
        arguments(operation).into_iter().map(|argument| parameter(api, argument)).collect();
    if empties(operation) {
        parameters.push(format!("emptied: Set<{}.Field> = emptySet()", operation.request));
    }
    if operation.rules.open {
        parameters.push("extra: JsonObject = NOTHING".to_owned());
    }
    parameters.push(OPTIONS.to_owned());
    let indent: String = prefix.chars().take_while(|char| *char == ' ').collect();
    let head = format!("{}suspend fun {}(", prefix.trim_start(), camel_case(operation.name));
    let tail = format!("): {}", response(api, &operation.response));
    // Two characters more for what follows a declaration.
    let line = format!("{indent}{head}{}{tail}", parameters.join(", "));
    if line.len() + 2 <= WIDTH {
        return vec![line];
    }
    let mut lines = vec![format!("{indent}{head}")];
    lines.extend(parameters.iter().map(|parameter| format!("{indent}{INDENT}{parameter},")));
    lines.push(format!("{indent}{tail}"));
    lines
}

fn parameter(api: &Api, argument: &Argument) -> String {
    let default = if argument.required { "" } else { " = null" };
    let of_type = optional(&type_name(api, argument.without_unions(), argument.strict), !argument.required);
    format!("{}: {of_type}{default}", property(argument.name))
}

/// Calls the operation, indented as a body.
fn send(api: &Api, operation: &Operation, arguments: &str) -> String {
    let answer = match response(api, &operation.response).as_str() {
        "JsonObject" => "JsonObject.serializer()".to_owned(),
        name => format!("{name}.serializer()"),
    };
    let items = [format!("\"{}\"", operation.name), arguments.to_owned(), answer, "options".to_owned()];
    list(&INDENT.repeat(2), "engine.call(", &items, ")")
}

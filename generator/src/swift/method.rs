//! Methods of the client.

use dashclaw::catalogue::{Call, Expect};

use super::docs::{comment, described, of_method, parameter};
use super::names::{camel, quoted};
use super::record::{self, parameter_list};
use super::shapes::Shapes;
use crate::describe;
use crate::model::{Argument, Doc, Operation};
use crate::text::{WIDTH, wrap};

const INDENT: &str = "    ";
/// How many arguments still read well as parameters.
const MOST_PARAMETERS: usize = 6;
const OPTIONS: &str = "options: CallOptions = CallOptions()";

/// Whether an operation takes its arguments as one request.
pub(super) fn takes_request(operation: &Operation) -> bool {
    let is_object = matches!(operation.rules.call, Call::Object(_));
    is_object || operation.rules.open || operation.arguments.len() > MOST_PARAMETERS
}

pub(super) fn text(shapes: &Shapes<'_>, operation: &Operation) -> String {
    let mut parameters: Vec<(String, String)> = if takes_request(operation) {
        vec![("request".to_owned(), "The arguments.".to_owned())]
    } else {
        let documented = |argument: &Argument| (camel(argument.name), described(shapes, argument));
        let mut parameters: Vec<_> = arguments(operation).into_iter().map(documented).collect();
        if empties(operation) {
            parameters.push(("emptied".to_owned(), "What the server is to empty.".to_owned()));
        }
        parameters
    };
    parameters.push(("options".to_owned(), "What differs for this call.".to_owned()));
    let mut lines = of_method(shapes, operation, &parameters, INDENT);
    // A verdict that nobody looks at governs nothing.
    if operation.method != "GET" && operation.rules.expect == Expect::Object {
        lines.push(format!("{INDENT}@discardableResult"));
    }
    lines.extend(signature(shapes, operation, INDENT));
    lines.extend(body(operation, "try await send"));
    lines.push(format!("{INDENT}}}"));
    if let Some((name, item)) = &operation.iterator {
        lines.push(String::new());
        lines.extend(comment(&Doc::read(&describe::iterator(operation.name)), INDENT));
        let tail = format!(") -> AsyncThrowingStream<{}, any Error> {{", shapes.response(item));
        lines.extend(declared(shapes, operation, name, &tail, INDENT));
        lines.extend(body(operation, "pages"));
        lines.push(format!("{INDENT}}}"));
    }
    lines.join("\n")
}

/// The `func` up to its brace, in lines indented by `indent`.
pub(super) fn signature(shapes: &Shapes<'_>, operation: &Operation, indent: &str) -> Vec<String> {
    let tail = format!(") async throws -> {} {{", shapes.response(&operation.response));
    declared(shapes, operation, operation.name, &tail, indent)
}

/// A method called `name` with the operation's parameters.
fn declared(shapes: &Shapes<'_>, operation: &Operation, name: &str, tail: &str, indent: &str) -> Vec<String> {
    let mut parameters: Vec<String> = if takes_request(operation) {
        let default = if operation.arguments.iter().any(|argument| argument.required) {
            String::new()
        } else {
            format!(" = {}()", operation.request)
        };
        vec![format!("_ request: {}{default}", operation.request)]
    } else {
        let declared = |argument: &Argument| {
            let swift = shapes.argument(argument.without_unions(), argument.required);
            let default = if argument.required { "" } else { " = nil" };
            format!("{}: {}{default}", parameter(argument), swift.text())
        };
        let emptied = empties(operation).then(|| format!("emptied: Set<{}.Field> = []", operation.request));
        arguments(operation).into_iter().map(declared).chain(emptied).collect()
    };
    parameters.push(OPTIONS.to_owned());
    let head = format!("{indent}public func {}(", quoted(&camel(name)));
    parameter_list(&head, &parameters, tail, indent)
}

/// Whether it is a change that can empty something.
fn empties(operation: &Operation) -> bool {
    operation.arguments.iter().any(|argument| argument.can_be_emptied)
}

/// What a change without a request can empty, in a namespace that is called as the request would be.
pub(super) fn fields(operation: &Operation) -> Option<String> {
    if takes_request(operation) || !empties(operation) {
        return None;
    }
    let doc = format!("What belongs to ``DashClaw/{}``.", symbol(operation, operation.name));
    let mut lines = wrap(&doc, WIDTH, "/// ", "/// ");
    lines.push(format!("public enum {} {{", operation.request));
    lines.extend(record::fields(&record::emptied(operation), INDENT));
    lines.push("}".to_owned());
    Some(lines.join("\n"))
}

/// How documentation links to a method of this name with the operation's parameters: `getAction(actionId:options:)`.
pub(super) fn symbol(operation: &Operation, name: &str) -> String {
    let mut labels: Vec<String> = if takes_request(operation) {
        vec!["_".to_owned()]
    } else {
        let emptied = empties(operation).then(|| "emptied".to_owned());
        let named = arguments(operation).into_iter().map(|argument| camel(argument.name));
        named.chain(emptied).collect()
    };
    labels.push("options".to_owned());
    let labels: String = labels.into_iter().map(|label| label + ":").collect();
    format!("{}({labels})", camel(name))
}

/// The arguments, those that must be given first.
pub(super) fn arguments(operation: &Operation) -> Vec<&Argument> {
    let (positional, named) = operation.split();
    let all = positional.into_iter().chain(named);
    let (required, optional): (Vec<&Argument>, Vec<&Argument>) = all.partition(|argument| argument.required);
    required.into_iter().chain(optional).collect()
}

fn body(operation: &Operation, function: &str) -> Vec<String> {
    let deep = INDENT.repeat(2);
    let head = format!("{deep}{function}(\"{}\", ", operation.name);
    if takes_request(operation) {
        return vec![format!("{head}request.json, options)")];
    }
    let items = arguments(operation).into_iter().map(|argument| {
        let mark = if argument.required { "" } else { "?" };
        format!("\"{}\": {}{mark}.jsonValue", argument.name, parameter(argument))
    });
    let items: Vec<String> = items.collect();
    let emptying = if empties(operation) { ".emptying(emptied)" } else { "" };
    let one_line = match items.as_slice() {
        [] => format!("{head}[:], options)"),
        items => format!("{head}[{}]{emptying}, options)", items.join(", ")),
    };
    if one_line.len() <= WIDTH {
        return vec![one_line];
    }
    let inner = INDENT.repeat(3);
    // Wrapping must not part a name from its value.
    let glued = items.join(", ").replace(": ", ":\u{1}");
    let mut lines =
        vec![format!("{deep}{function}("), format!("{inner}\"{}\",", operation.name), format!("{inner}[")];
    let most = format!("{inner}{INDENT}");
    lines.extend(wrap(&glued, WIDTH, &most, &most).into_iter().map(|line| line.replace('\u{1}', " ")));
    lines.extend([format!("{inner}]{emptying},"), format!("{inner}options)")]);
    lines
}

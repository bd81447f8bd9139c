//! Records and requests: JSON objects with typed members.

use super::docs::{comment, described};
use super::names::{camel, quoted};
use super::shapes::{Shapes, Swift};
use crate::model::{Doc, Form, Member, Operation, Type};
use crate::text::{WIDTH, wrap};

const INDENT: &str = "    ";

/// One typed member.
struct Property {
    wire_name: String,
    swift: Swift,
    doc: Doc,
}

impl Property {
    fn name(&self) -> String {
        quoted(&camel(&self.wire_name))
    }
}

/// A record of the model; nothing for other types.
pub(super) fn record(shapes: &Shapes<'_>, one: &Type) -> Option<String> {
    let Form::Record(members) = &one.form else { return None };
    let property = |member: &Member| Property {
        wire_name: member.name.clone(),
        swift: shapes.member(&member.shape, member.required, member.closed),
        doc: member.doc.clone(),
    };
    let properties: Vec<Property> = members.iter().map(property).collect();
    let secret = shapes.holds_secret(&one.name);
    Some(text(&one.name, &comment(&one.doc, ""), &properties, shapes.is_given(&one.name), secret))
}

/// The arguments of an operation.
pub(super) fn request(shapes: &Shapes<'_>, operation: &Operation) -> String {
    let (positional, named) = operation.split();
    let arguments = positional.into_iter().chain(named);
    let properties: Vec<Property> = arguments
        .map(|argument| Property {
            wire_name: argument.name.to_owned(),
            swift: shapes.argument(argument.without_unions(), argument.required),
            doc: Doc::read(&described(shapes, argument)),
        })
        .collect();
    let more = if operation.rules.open { " Other members are sent as they are." } else { "" };
    let doc = format!("The arguments of ``DashClaw/{}(_:options:)``.{more}", camel(operation.name));
    let secret = operation.arguments.iter().any(|argument| argument.secret);
    text(&operation.request, &wrap(&doc, WIDTH, "/// ", "/// "), &properties, true, secret)
}

/// One that holds a `secret` does not show itself.
fn text(name: &str, doc: &[String], properties: &[Property], is_given: bool, secret: bool) -> String {
    let mut lines = doc.to_vec();
    let more = if secret { ", CustomReflectable" } else { "" };
    lines.push(format!("public struct {name}: JSONRecord{more} {{"));
    lines.push(format!("{INDENT}public var json: [String: JSONValue]"));
    lines.push(String::new());
    lines.extend(known_members(properties));
    lines.extend([
        String::new(),
        format!("{INDENT}public init(json: [String: JSONValue]) {{"),
        format!("{INDENT}{INDENT}self.json = json"),
        format!("{INDENT}}}"),
    ]);
    if is_given {
        lines.push(String::new());
        lines.extend(initialiser(properties));
    }
    if secret {
        lines.push(String::new());
        lines.push(format!("{INDENT}public var description: String {{ \"{name}(hidden)\" }}"));
        lines.push(format!("{INDENT}public var customMirror: Mirror {{ Mirror(self, children: []) }}"));
    }
    for property in properties {
        lines.push(String::new());
        lines.extend(accessors(property));
    }
    lines.push("}".to_owned());
    lines.join("\n")
}

fn known_members(properties: &[Property]) -> Vec<String> {
    let names: Vec<String> =
        properties.iter().map(|property| format!("\"{}\",", property.wire_name)).collect();
    let head = format!("{INDENT}public static let knownMembers: Set<String> = [");
    let line = format!("{head}{}]", names.join(" ").trim_end_matches(','));
    if line.len() <= WIDTH {
        return vec![line];
    }
    let deep = INDENT.repeat(2);
    let mut lines = vec![head];
    lines.extend(wrap(&names.join(" "), WIDTH, &deep, &deep));
    lines.push(format!("{INDENT}]"));
    lines
}

/// Takes every member by its label, those that must be given first.
fn initialiser(properties: &[Property]) -> Vec<String> {
    let (optional, required): (Vec<&Property>, Vec<&Property>) =
        properties.iter().partition(|property| property.swift.optional);
    let parameters = required.into_iter().chain(optional).map(|property| {
        let default = if property.swift.optional { " = nil" } else { "" };
        format!("{}: {}{default}", property.name(), property.swift.text())
    });
    let mut lines =
        parameter_list(&format!("{INDENT}public init("), &parameters.collect::<Vec<_>>(), ") {", INDENT);
    let deep = INDENT.repeat(2);
    lines.push(format!("{deep}json = [:]"));
    for property in properties {
        lines.push(format!("{deep}self.{0} = {0}", property.name()));
    }
    lines.push(format!("{INDENT}}}"));
    lines
}

/// `head`, the parameters and `tail` in one line, or the parameters in lines of their own.
pub(super) fn parameter_list(head: &str, parameters: &[String], tail: &str, indent: &str) -> Vec<String> {
    let line = format!("{head}{}{tail}", parameters.join(", "));
    if line.len() <= WIDTH {
        return vec![line];
    }
    let deep = format!("{indent}{INDENT}");
    let mut lines = vec![head.to_owned()];
    for (at, parameter) in parameters.iter().enumerate() {
        let comma = if at + 1 == parameters.len() { "" } else { "," };
        match lines.last_mut().filter(|last| at > 0 && last.len() + parameter.len() + 2 <= WIDTH) {
            Some(last) => *last = format!("{last} {parameter}{comma}"),
            None => lines.push(format!("{deep}{parameter}{comma}")),
        }
    }
    lines.push(format!("{indent}{tail}"));
    lines
}

fn accessors(property: &Property) -> Vec<String> {
    let word = if property.swift.optional { "optional" } else { "required" };
    let wire_name = &property.wire_name;
    let mut lines = comment(&property.doc, INDENT);
    lines.extend([
        format!("{INDENT}public var {}: {} {{", property.name(), property.swift.text()),
        format!("{INDENT}{INDENT}get {{ {word}(\"{wire_name}\") }}"),
        format!("{INDENT}{INDENT}set {{ set(\"{wire_name}\", {word}: newValue) }}"),
        format!("{INDENT}}}"),
    ]);
    lines
}

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
    let record = Record {
        name: &one.name,
        doc: comment(&one.doc, ""),
        properties,
        emptied: Vec::new(),
        is_given: shapes.is_given(&one.name),
        secret: shapes.holds_secret(&one.name),
    };
    Some(record.text())
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
    let record = Record {
        name: &operation.request,
        doc: wrap(&doc, WIDTH, "/// ", "/// "),
        properties,
        emptied: emptied(operation),
        is_given: true,
        secret: operation.arguments.iter().any(|argument| argument.secret),
    };
    record.text()
}

/// The wire names of what a change can empty.
pub(super) fn emptied(operation: &Operation) -> Vec<&'static str> {
    let emptied = operation.arguments.iter().filter(|argument| argument.can_be_emptied);
    emptied.map(|argument| argument.name).collect()
}

/// The enumeration of what a change can empty.
pub(super) fn fields(emptied: &[&str], indent: &str) -> Vec<String> {
    let mut lines = vec![
        format!("{indent}/// What can be emptied."),
        format!("{indent}public enum Field: String, ChangeField {{"),
    ];
    lines.extend(emptied.iter().map(|wire_name| {
        let name = quoted(&camel(wire_name));
        let value = if name == *wire_name { String::new() } else { format!(" = \"{wire_name}\"") };
        format!("{indent}{INDENT}case {name}{value}")
    }));
    lines.push(format!("{indent}}}"));
    lines
}

/// A struct over a JSON object.
struct Record<'a> {
    name: &'a str,
    doc: Vec<String>,
    properties: Vec<Property>,
    /// What can be emptied.
    emptied: Vec<&'static str>,
    /// Whether callers make it.
    is_given: bool,
    /// Whether it does not show itself.
    secret: bool,
}

impl Record<'_> {
    fn text(&self) -> String {
        let mut lines = self.doc.clone();
        lines.push(format!("public struct {}: {} {{", self.name, self.protocols()));
        lines.push(format!("{INDENT}public var json: [String: JSONValue]"));
        lines.push(String::new());
        lines.extend(known_members(&self.properties));
        lines.extend([
            String::new(),
            format!("{INDENT}public init(json: [String: JSONValue]) {{"),
            format!("{INDENT}{INDENT}self.json = json"),
            format!("{INDENT}}}"),
        ]);
        if self.is_given {
            lines.push(String::new());
            lines.extend(initialiser(&self.properties, !self.emptied.is_empty()));
        }
        if self.secret {
            lines.push(String::new());
            lines.push(format!("{INDENT}public var description: String {{ \"{}(hidden)\" }}", self.name));
            lines.push(format!("{INDENT}public var customMirror: Mirror {{ Mirror(self, children: []) }}"));
        }
        if !self.emptied.is_empty() {
            lines.push(String::new());
            lines.extend(fields(&self.emptied, INDENT));
        }
        for property in &self.properties {
            lines.push(String::new());
            lines.extend(accessors(property));
        }
        lines.push("}".to_owned());
        lines.join("\n")
    }

    fn protocols(&self) -> String {
        let base = if self.emptied.is_empty() { "JSONRecord" } else { "JSONChange" };
        if self.secret { format!("{base}, CustomReflectable") } else { base.to_owned() }
    }
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

/// Takes every member by its label, those that must be given first, and then what is emptied.
fn initialiser(properties: &[Property], is_change: bool) -> Vec<String> {
    let (optional, required): (Vec<&Property>, Vec<&Property>) =
        properties.iter().partition(|property| property.swift.optional);
    let parameters = required.into_iter().chain(optional).map(|property| {
        let default = if property.swift.optional { " = nil" } else { "" };
        format!("{}: {}{default}", property.name(), property.swift.text())
    });
    let emptied = is_change.then(|| "emptied: Set<Field> = []".to_owned());
    let parameters: Vec<String> = parameters.chain(emptied).collect();
    let mut lines = parameter_list(&format!("{INDENT}public init("), &parameters, ") {", INDENT);
    let deep = INDENT.repeat(2);
    lines.push(format!("{deep}json = [:]"));
    for property in properties {
        lines.push(format!("{deep}self.{0} = {0}", property.name()));
    }
    if is_change {
        lines.push(format!("{deep}empty(emptied)"));
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

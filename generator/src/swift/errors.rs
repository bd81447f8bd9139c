//! The kinds of errors and what an error carries.

use dashclaw::{ErrorField, Holds};

use super::docs::comment;
use super::names::{camel, quoted};
use crate::describe::Time;
use crate::model::{Api, Doc, with_unit};
use crate::{Result, template};

const ERROR: &str = include_str!("../../templates/swift_error.swift.jinja");

/// The enumeration of the kinds.
pub(super) fn kinds(api: &Api) -> String {
    let cases = api.errors.kinds.iter().map(|kind| {
        let mut lines = comment(&told(api, kind.doc), "        ");
        let (name, code) = (quoted(&camel(kind.code)), kind.code);
        let value = if name == code { String::new() } else { format!(" = \"{code}\"") };
        lines.push(format!("        case {name}{value}"));
        lines.join("\n")
    });
    let cases: Vec<String> = cases.collect();
    format!(
        "extension DashClawError {{\n    /// What kind of error it is.\n    public enum Kind: String, Sendable, CaseIterable, \
         Codable {{\n{}\n    }}\n}}",
        cases.join("\n")
    )
}

/// `ErrorFields.swift`: the error with its fields.
pub(super) fn module(api: &Api) -> Result<String> {
    let fields = api.errors.fields.iter();
    let declared: Vec<String> = fields.clone().map(|field| declared(api, field)).collect();
    // The initializer takes the message.
    let read: Vec<String> = fields.filter(|field| field.name != "message").map(read).collect();
    template::fill(ERROR, minijinja::context! { declared, read })
}

fn declared(api: &Api, field: &ErrorField) -> String {
    let mut lines = comment(&told(api, &with_unit(field, Time::Seconds)), "    ");
    let value = match field.holds {
        Holds::Flag => " = false".to_owned(),
        _ if field.always => format!(": {}", type_of(field.holds)),
        _ => format!(": {}?", type_of(field.holds)),
    };
    lines.push(format!("    public var {}{value}", name(field.name)));
    lines.join("\n")
}

fn read(field: &ErrorField) -> String {
    let member = format!("fields[\"{}\"]", field.name);
    let value = match field.holds {
        Holds::Text => format!("{member}?.string"),
        Holds::Integer => format!("{member}?.int"),
        Holds::Flag => format!("{member}?.bool"),
        Holds::Seconds => format!("{member}?.double"),
        Holds::Json => member,
    };
    let name = name(field.name);
    let otherwise = if field.always { format!(" ?? {name}") } else { String::new() };
    format!("{name} = {value}{otherwise}")
}

/// A property's name; one that says yes or no reads as an assertion.
fn name(field: &str) -> String {
    if field == "retryable" { "isRetryable".to_owned() } else { camel(field) }
}

const fn type_of(holds: Holds) -> &'static str {
    match holds {
        Holds::Text => "String",
        Holds::Integer => "Int",
        Holds::Flag => "Bool",
        Holds::Seconds => "TimeInterval",
        Holds::Json => "JSONValue",
    }
}

fn told(api: &Api, text: &str) -> Doc {
    api.errors.told(text, &camel, &name)
}

//! Rust in the reference, and its testee's table of methods. The methods themselves need no generator: the catalogue
//! declares them.

use dashclaw::ErrorKindRow;

use crate::model::{Api, Operation, Shape};
use crate::text::WIDTH;
use crate::{Language, Output, Result, template};

const METHODS: &str = "tests/conformance/src/testee_rust/methods.rs";
const TABLE: &str = include_str!("../templates/rust_methods.rs.jinja");

/// Rust.
#[derive(Debug)]
pub(crate) struct Rust;

impl Language for Rust {
    fn title(&self) -> &'static str {
        "Rust"
    }

    fn note(&self) -> &'static str {
        "methods of `dashclaw::DashClaw`; requests and results are structs of `dashclaw::api`, by subject."
    }

    fn fence(&self) -> &'static str {
        "rust"
    }

    fn name(&self, operation: &str) -> String {
        operation.to_owned()
    }

    fn signature(&self, _: &Api, operation: &Operation) -> String {
        let request = &operation.request;
        let required = operation.arguments.iter().filter(|argument| argument.required);
        let fields: Vec<String> = required.map(|argument| identifier(argument.name)).collect();
        let request = match fields.as_slice() {
            [] => format!("{request}::default()"),
            fields => format!("{request} {{ {}, ..Default::default() }}", fields.join(", ")),
        };
        let answer = type_name(&operation.response);
        let call = format!("dashclaw.{}({request}).await?;", operation.name);
        let line = format!("let answer: {answer} = {call}");
        if line.len() <= WIDTH { line } else { format!("let answer: {answer} =\n    {call}") }
    }

    fn error(&self, kind: &ErrorKindRow) -> String {
        format!("ErrorKind::{}", kind.name)
    }
}

pub(crate) fn outputs(api: &Api) -> Result<Vec<Output>> {
    let methods: Vec<String> = api.operations().map(method).collect();
    let text = template::fill(TABLE, minijinja::context! { methods })?;
    Ok(vec![Output { path: METHODS.to_owned(), text }])
}

/// One line of the testee's table: the method, its request, and the method that goes through its pages.
fn method(operation: &Operation) -> String {
    let request = format!("{}({}::{})", operation.name, operation.module, operation.request);
    match &operation.iterator {
        Some((iterator, _)) => format!("{request} and {iterator}"),
        None => request,
    }
}

/// A name as Rust writes it where it is a word of the language.
fn identifier(name: &str) -> String {
    if name == "type" { format!("r#{name}") } else { name.to_owned() }
}

fn type_name(shape: &Shape) -> String {
    match shape {
        Shape::Named(name) => name.clone(),
        Shape::Text => "String".to_owned(),
        Shape::Integer => "i64".to_owned(),
        Shape::Number => "f64".to_owned(),
        Shape::Seconds => "Duration".to_owned(),
        Shape::Bytes => "Bytes64".to_owned(),
        Shape::Boolean => "bool".to_owned(),
        Shape::List(inner) => format!("Vec<{}>", type_name(inner)),
        Shape::Nullable(inner) => format!("Option<{}>", type_name(inner)),
        Shape::Map(inner) => format!("BTreeMap<String, {}>", type_name(inner)),
        Shape::Any | Shape::Either(_) => "Value".to_owned(),
    }
}

//! Operations and their arguments.

use dashclaw::catalogue::{Call, Field, Fill, Kind, Place, Row, Rules};
use serde_json::Value;

use super::schema::{Schemas, Shape};
use super::types::{Types, is_secret};
use super::{Api, Doc, Failure, Form};
use crate::Result;

/// One operation.
#[derive(Debug)]
pub struct Operation {
    /// Its name, snake_case.
    pub name: &'static str,
    /// Which domain it belongs to.
    pub domain: &'static str,
    /// The Rust module that declares it.
    pub module: &'static str,
    /// The HTTP verb: `POST`.
    pub method: &'static str,
    /// The path, with `{name}` where an argument goes.
    pub path: &'static str,
    /// What it does.
    pub doc: Doc,
    /// The name of the type that holds all its arguments, PascalCase.
    pub request: String,
    /// Those a caller may give, in the order of their declaration.
    pub arguments: Vec<Argument>,
    /// Those that are always sent as they are.
    pub constants: Vec<Argument>,
    /// What it returns.
    pub response: Shape,
    /// The method that goes through all its items, and what each item is, where it lists pages.
    pub iterator: Option<(&'static str, Shape)>,
    /// How it behaves.
    pub rules: Rules,
    /// How it may fail beyond what every operation has in common.
    pub failures: Vec<Failure>,
}

/// One argument of an operation.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "it is a table of facts")]
pub struct Argument {
    /// Its name, snake_case.
    pub name: &'static str,
    /// Its name in the request.
    pub wire_name: &'static str,
    /// Another name for it, where the official clients have two.
    pub also: Option<&'static str>,
    /// What it means, with its limits.
    pub doc: Doc,
    /// Its type; never nullable.
    pub shape: Shape,
    /// Whether the caller must give it.
    pub required: bool,
    /// What is sent when the caller gives nothing.
    pub default: Option<Value>,
    /// What the client fills in when the caller gives nothing.
    pub fill: Option<Fill>,
    /// Where it goes.
    pub place: Place,
    /// The most characters or elements that the server takes.
    pub max: Option<u32>,
    /// The bounds of a number, both included.
    pub range: Option<(i64, i64)>,
    /// Whether it is a yes or no that is written as 1 or 0.
    pub flag: bool,
    /// Whether other words than its type's are refused before any request.
    pub strict: bool,
    /// Whether an object may stand in its place that holds this and more arguments.
    pub spread: bool,
    /// Whether nobody may see it by accident.
    pub secret: bool,
    /// Whether the members of an object stand in the body as they are, in its place.
    pub inline: bool,
    /// Whether null empties what the server keeps.
    pub can_be_emptied: bool,
    /// Whether it is the client's own agent in Node unless given.
    pub own_agent_in_node: bool,
}

impl Operation {
    pub(super) fn read(row: &'static Row, schemas: &Schemas, types: &mut Types<'_>) -> Result<Self> {
        let in_row = |problem: String| format!("`{}`: {problem}", row.name);
        let (request, properties) = schemas.request(row)?;
        let read = |field: &Field| {
            let schema = properties.get(field.name).unwrap_or(&Value::Null);
            Argument::read(row, field, &types.shape(schema, row.domain)?, is_secret(schema))
        };
        let all: Vec<Argument> = row.fields.iter().map(read).collect::<Result<_>>().map_err(in_row)?;
        let is_constant = |argument: &Argument| row.field(argument.name).is_some_and(|field| field.constant);
        let doc = Doc::read(row.doc);
        let (constants, arguments) = all.into_iter().partition(is_constant);
        let response = types.shape(schemas.response(row), row.domain).map_err(in_row)?;
        let item = |(name, member): (&'static str, &str)| match types.item(&response, member) {
            Some(shape) => Ok((name, shape)),
            None => Err(in_row(format!("its answer has no list `{member}`"))),
        };
        let iterator = row.iterator.zip(row.rules.pages).map(item).transpose()?;
        Ok(Self {
            name: row.name,
            domain: row.domain,
            module: row.module,
            method: row.method.as_str(),
            path: row.path,
            request: request.to_owned(),
            failures: Failure::of(row, &doc),
            doc,
            arguments,
            constants,
            response,
            iterator,
            rules: row.rules,
        })
    }

    /// The members of its answer that are bytes.
    pub fn bytes(&self, api: &Api) -> Vec<String> {
        let Shape::Named(name) = &self.response else { return Vec::new() };
        let Some(Form::Record(members)) = api.find(name).map(|one| &one.form) else { return Vec::new() };
        let bytes = members.iter().filter(|member| *member.shape.present() == Shape::Bytes);
        bytes.map(|member| member.name.clone()).collect()
    }

    /// Its arguments that are lengths of time.
    pub fn lengths(&self) -> Vec<&'static str> {
        let lengths = self.arguments.iter().filter(|argument| argument.shape == Shape::Seconds);
        lengths.map(|argument| argument.name).collect()
    }

    /// The argument called `name`.
    pub fn argument(&self, name: &str) -> Option<&Argument> {
        self.arguments.iter().find(|argument| argument.name == name)
    }

    /// The arguments given by position, and those given by name only.
    pub fn split(&self) -> (Vec<&Argument>, Vec<&Argument>) {
        let Call::Positional(order) = self.rules.call else {
            return (Vec::new(), self.arguments.iter().collect());
        };
        let positional = order.iter().filter_map(|name| self.argument(name)).collect();
        let named = self.arguments.iter().filter(|argument| !order.contains(&argument.name)).collect();
        (positional, named)
    }
}

impl Argument {
    /// Its type in a language whose types have no unions: there a flag is a boolean, which the engine sends as 1 or 0.
    pub fn without_unions(&self) -> &Shape {
        if self.flag { &Shape::Boolean } else { &self.shape }
    }

    fn read(row: &Row, field: &Field, shape: &Shape, secret: bool) -> Result<Self> {
        let default = field.default.map(serde_json::from_str).transpose();
        let shape = match (field.kind, shape.present().clone()) {
            (Kind::ObjectOrText, Shape::Any) => {
                Shape::Either(vec![Shape::Map(Box::new(Shape::Any)), Shape::Text])
            }
            (_, shape) => shape,
        };
        Ok(Self {
            name: field.name,
            wire_name: field.on_wire(),
            also: field.also,
            doc: Doc::read(&documented(field)),
            shape,
            required: field.required && field.fill.is_none(),
            default: default
                .map_err(|error| format!("the default of `{}` is not JSON: {error}", field.name))?,
            fill: field.fill,
            place: field.place,
            max: field.max,
            range: field.range,
            flag: field.flag,
            strict: field.strict,
            spread: field.spread,
            secret,
            inline: field.inline,
            can_be_emptied: field.can_be_emptied(row.method),
            own_agent_in_node: field.own_agent_in_node,
        })
    }
}

/// The doc text, with each fact of the declaration that it does not tell.
fn documented(field: &Field) -> String {
    let mut text = field.doc.trim_end().to_owned();
    let mut tell = |number: &str, sentence: String| {
        if !text.to_lowercase().contains(number) {
            text.push_str(&sentence);
        }
    };
    if let Some(max) = field.max {
        let unit = match field.kind {
            Kind::Texts | Kind::List => "entries",
            Kind::Object | Kind::Any => "bytes of JSON",
            _ => "characters",
        };
        tell(&max.to_string(), format!(" At most {max} {unit}."));
    }
    match field.range {
        Some((0, i64::MAX)) | None => {}
        Some((low, i64::MAX)) => tell(&low.to_string(), format!(" {low} or more.")),
        Some((low, high)) => tell(&high.to_string(), format!(" {low} to {high}.")),
    }
    match field.fill {
        Some(Fill::AgentId | Fill::AgentName) => tell("client", " The client's own unless given.".to_owned()),
        Some(Fill::Now) => tell("now", " Now unless given.".to_owned()),
        None => {}
    }
    text
}

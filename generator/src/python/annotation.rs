//! Shapes as Python annotations.

use super::names::or_none;
use crate::model::{Api, Form, Shape};

/// Writes annotations. What a caller gives may be of any mapping or sequence; what comes back is what `json` makes.
#[derive(Clone, Copy)]
pub(super) struct Annotations<'a> {
    pub(super) api: &'a Api,
    /// What stands before the names of our own types.
    pub(super) prefix: &'a str,
}

impl Annotations<'_> {
    /// The type of an argument; `strict` when other words than the known ones are refused.
    pub(super) fn given(self, shape: &Shape, strict: bool) -> String {
        let inner = |shape: &Shape| self.given(shape, strict);
        match shape {
            Shape::Map(shape) => format!("Mapping[str, {}]", inner(shape)),
            // A `str` is a sequence of strings, too, and never meant here.
            Shape::List(shape) if inner(shape) == "str" => "list[str]".to_owned(),
            Shape::List(shape) => format!("Sequence[{}]", inner(shape)),
            Shape::Nullable(shape) => or_none(&inner(shape)),
            Shape::Either(shapes) => union(shapes.iter().map(inner)),
            Shape::Named(name) => self.named(name, strict, true),
            shape => scalar(shape),
        }
    }

    /// The type of a member of a record; `closed` when other words than the known ones are refused.
    pub(super) fn received(self, shape: &Shape, closed: bool) -> String {
        let inner = |shape: &Shape| self.received(shape, closed);
        match shape {
            Shape::Map(shape) => format!("dict[str, {}]", inner(shape)),
            Shape::List(shape) => format!("list[{}]", inner(shape)),
            Shape::Nullable(shape) => or_none(&inner(shape)),
            Shape::Either(shapes) => union(shapes.iter().map(inner)),
            Shape::Named(name) => self.named(name, closed, false),
            shape => scalar(shape),
        }
    }

    /// What an operation returns: a JSON object, whatever else is known about it.
    pub(super) fn response(self, shape: &Shape) -> String {
        match self.received(shape, false) {
            any if any == "Any" => "dict[str, Any]".to_owned(),
            annotation => annotation,
        }
    }

    fn named(self, name: &str, closed: bool, given: bool) -> String {
        let own = format!("{}{name}", self.prefix);
        match self.api.find(name).map(|found| &found.form) {
            Some(Form::Words { open: true, .. }) if !closed => format!("{own} | str"),
            Some(Form::Record(_)) if given => format!("{own} | Mapping[str, Any]"),
            Some(Form::Alias(shape)) if given => self.given(shape, closed),
            Some(Form::Alias(shape)) => self.received(shape, closed),
            _ => own,
        }
    }
}

fn scalar(shape: &Shape) -> String {
    let name = match shape {
        Shape::Text => "str",
        Shape::Integer => "int",
        Shape::Number | Shape::Seconds => "float",
        Shape::Bytes => "bytes",
        Shape::Boolean => "bool",
        _ => "Any",
    };
    name.to_owned()
}

fn union(members: impl Iterator<Item = String>) -> String {
    members.collect::<Vec<_>>().join(" | ")
}

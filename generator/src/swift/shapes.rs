//! Shapes as Swift types.

use std::collections::BTreeSet;

use crate::model::{Api, Form, Shape, Type};

/// The types of the model as Swift has them.
#[derive(Debug)]
pub(super) struct Shapes<'a> {
    pub(super) api: &'a Api,
    /// Vocabularies whose unknown words the engine refuses somewhere: enumerations.
    closed: BTreeSet<&'a str>,
    /// Records that a caller makes.
    given: BTreeSet<&'a str>,
}

/// The type of a member.
pub(super) struct Swift {
    /// Without its question mark.
    pub(super) name: String,
    pub(super) optional: bool,
}

impl Swift {
    pub(super) fn text(&self) -> String {
        format!("{}{}", self.name, if self.optional { "?" } else { "" })
    }
}

impl<'a> Shapes<'a> {
    pub(super) fn new(api: &'a Api) -> Self {
        let mut shapes = Self { api, closed: BTreeSet::new(), given: BTreeSet::new() };
        for one in &api.types {
            match &one.form {
                Form::Words { open: false, .. } => shapes.close(&Shape::Named(one.name.clone())),
                Form::Record(members) => {
                    members
                        .iter()
                        .filter(|member| member.closed)
                        .for_each(|member| shapes.close(&member.shape));
                }
                _ => {}
            }
        }
        for argument in api.operations().flat_map(|operation| &operation.arguments) {
            if argument.strict {
                shapes.close(&argument.shape);
            }
            shapes.give(&argument.shape);
        }
        shapes
    }

    fn close(&mut self, shape: &Shape) {
        for name in shape.names() {
            let found = self.api.find(name).filter(|one| matches!(one.form, Form::Words { .. }));
            self.closed.extend(found.map(|one| one.name.as_str()));
        }
    }

    fn give(&mut self, shape: &Shape) {
        for name in shape.names() {
            let Some(Type { name, form: Form::Record(members), .. }) = self.api.find(name) else { continue };
            if self.given.insert(name) {
                for member in members {
                    self.give(&member.shape);
                }
            }
        }
    }

    /// Whether a vocabulary is an enumeration.
    pub(super) fn is_closed(&self, vocabulary: &str) -> bool {
        self.closed.contains(vocabulary)
    }

    /// Whether a record holds a secret, be it deep inside.
    pub(super) fn holds_secret(&self, record: &str) -> bool {
        self.api.holds_secret(&Shape::Named(record.to_owned()))
    }

    /// Whether callers make such records.
    pub(super) fn is_given(&self, record: &str) -> bool {
        self.given.contains(record)
    }

    /// The type of a member of a record that comes back; `refused` when the engine refuses unknown words there.
    pub(super) fn member(&self, shape: &Shape, required: bool, refused: bool) -> Swift {
        // An unknown word has no place in an enumeration: there it reads as nothing.
        let may_be_unknown = matches!(shape, Shape::Named(name) if self.is_closed(name)) && !refused;
        let optional = !required || matches!(shape, Shape::Nullable(_)) || may_be_unknown;
        Swift { name: self.plain(shape.present()), optional }
    }

    /// The type of an argument.
    pub(super) fn argument(&self, shape: &Shape, required: bool) -> Swift {
        Swift { name: self.plain(shape.present()), optional: !required }
    }

    /// What an operation returns.
    pub(super) fn response(&self, shape: &Shape) -> String {
        self.plain(shape)
    }

    fn plain(&self, shape: &Shape) -> String {
        match shape {
            Shape::Text => "String".to_owned(),
            Shape::Integer => "Int".to_owned(),
            Shape::Number => "Double".to_owned(),
            Shape::Seconds => "TimeInterval".to_owned(),
            Shape::Bytes => "Data".to_owned(),
            Shape::Boolean => "Bool".to_owned(),
            Shape::List(inner) => format!("[{}]", self.plain(inner)),
            Shape::Map(inner) => format!("[String: {}]", self.plain(inner)),
            Shape::Named(name) => match self.api.find(name).map(|one| &one.form) {
                Some(Form::Alias(shape)) => self.plain(shape),
                _ => name.clone(),
            },
            Shape::Any | Shape::Nullable(_) | Shape::Either(_) => "JSONValue".to_owned(),
        }
    }
}

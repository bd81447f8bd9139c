//! How a method takes its arguments.

use dashclaw::catalogue::{Call, Place};

use super::names::parameter;
use crate::Result;
use crate::model::{Api, Argument, Form, Operation, Shape};

/// What stands before the name of an object in [`dashclaw::catalogue::Rules::node`].
const REST: &str = "..";

/// The parameters of a method; per-call options follow them.
pub(super) struct Parameters<'a> {
    /// By position.
    pub(super) positional: Vec<&'a Argument>,
    /// The parameter behind them that holds the others.
    pub(super) rest: Option<Rest>,
}

/// An object that holds arguments.
pub(super) struct Rest {
    pub(super) name: String,
    /// Whether it must be given.
    pub(super) required: bool,
}

impl<'a> Parameters<'a> {
    /// As the official client has them; else the ids of the path by position, then one object with the others.
    pub(super) fn of(operation: &'a Operation) -> Self {
        let path;
        let (names, rest) = match (operation.rules.node, operation.rules.call) {
            (Some([names @ .., last]), _) if last.starts_with(REST) => {
                (names, Some(last.trim_start_matches(REST)))
            }
            (Some(names), _) => (names, None),
            (None, Call::Object(name)) => (&[] as &[&str], Some(name)),
            (None, Call::Positional(_)) => {
                path = path_names(operation);
                (path.as_slice(), Some(usual_rest(operation)))
            }
        };
        let others = operation.arguments.iter().filter(|argument| !names.contains(&argument.name));
        let others: Vec<&Argument> = others.collect();
        let required = others.iter().any(|argument| argument.required);
        let rest = rest.filter(|_| !others.is_empty() || operation.rules.open);
        Self {
            positional: names.iter().filter_map(|name| operation.argument(name)).collect(),
            rest: rest.map(|name| Rest { name: parameter(name), required }),
        }
    }

    /// One object with all arguments, where it may stand in the first one's place: so the official client's older methods
    /// take them. An id in the path has its place in any case.
    pub(super) fn in_object(&self, operation: &Operation) -> Option<Self> {
        let in_path = self.positional.iter().any(|argument| argument.place == Place::Path);
        if in_path || self.rest.is_some() || self.positional.is_empty() || operation.arguments.len() < 2 {
            return None;
        }
        // Without it the first form is meant.
        let rest = Rest { name: "fields".to_owned(), required: true };
        Some(Self { positional: Vec::new(), rest: Some(rest) })
    }

    /// The ids in the path by position, then an object with the others.
    pub(super) fn with_fields(self, operation: &'a Operation) -> Self {
        let in_path = |argument: &&Argument| argument.place == Place::Path;
        let (positional, others): (Vec<_>, Vec<_>) = operation.arguments.iter().partition(in_path);
        let rest = self.rest.unwrap_or(Rest {
            name: parameter(usual_rest(operation)),
            required: others.iter().any(|argument| argument.required),
        });
        Self { positional, rest: Some(rest) }
    }

    /// The names of all parameters but the options.
    pub(super) fn names(&self) -> Vec<String> {
        let positional = self.positional.iter().map(|argument| parameter(argument.name));
        positional.chain(self.rest.iter().map(|rest| rest.name.clone())).collect()
    }

    /// Finds mistakes of the catalogue.
    pub(super) fn check(&self, api: &Api, operation: &Operation) -> Result<()> {
        let problem = |problem: String| Err(format!("`{}` in Node: {problem}", operation.name));
        let mut names = self.names();
        names.sort();
        if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return problem(format!("two parameters are called `{}`", pair.concat()));
        }
        let required = self.positional.iter().map(|argument| argument.required);
        let required: Vec<bool> = required.chain(self.rest.iter().map(|rest| rest.required)).collect();
        if !required.is_sorted_by(|before, after| before >= after) {
            return problem("an optional parameter stands before a required one".to_owned());
        }
        let in_object = self.in_object(operation).is_some();
        // The others may stand in it, where there is one.
        let inline = self.positional.iter().any(|argument| argument.inline);
        let is_given = |argument: &Argument| self.positional.iter().any(|given| given.name == argument.name);
        let ids =
            |parameters: &Self| parameters.positional.iter().all(|argument| argument.place == Place::Path);
        if operation.iterator.is_some() && self.rest.is_some() && !ids(self) {
            return problem("the fields of its iterator are others than its own".to_owned());
        }
        let lost = operation.arguments.iter().find(|argument| !is_given(argument));
        match (lost.filter(|_| self.rest.is_none() && !in_object && !inline), self.positional.first()) {
            (Some(lost), _) => problem(format!("nobody could give `{}`", lost.name)),
            (None, Some(first)) if in_object && may_be_object(api, &first.shape) => {
                problem("an object in the first place could mean two things".to_owned())
            }
            _ => Ok(()),
        }
    }
}

/// Whether some way of calling the method takes an object with arguments.
pub(super) fn takes_object(operation: &Operation) -> bool {
    let usual = Parameters::of(operation);
    usual.rest.is_some() || usual.in_object(operation).is_some() || operation.iterator.is_some()
}

/// The arguments that stand in an object, wherever the method takes one: the type of that object has their names.
pub(super) fn fields(operation: &Operation) -> Vec<&Argument> {
    let usual = Parameters::of(operation);
    let by_position = |argument: &&Argument| match usual.rest {
        Some(_) => usual.positional.iter().any(|given| given.name == argument.name),
        None => argument.place == Place::Path,
    };
    operation.arguments.iter().filter(|argument| !by_position(argument)).collect()
}

fn path_names(operation: &Operation) -> Vec<&'static str> {
    let in_path = operation.arguments.iter().filter(|argument| argument.place == Place::Path);
    in_path.map(|argument| argument.name).collect()
}

/// What the object with the others is called.
fn usual_rest(operation: &Operation) -> &'static str {
    match operation.method {
        "GET" | "DELETE" => "filters",
        "PATCH" | "PUT" => "updates",
        _ => "fields",
    }
}

fn may_be_object(api: &Api, shape: &Shape) -> bool {
    match shape {
        Shape::Any | Shape::Map(_) => true,
        Shape::Either(shapes) => shapes.iter().any(|shape| may_be_object(api, shape)),
        Shape::Named(name) => match api.find(name).map(|one| &one.form) {
            Some(Form::Alias(shape)) => may_be_object(api, shape),
            form => matches!(form, Some(Form::Record(_))),
        },
        _ => false,
    }
}

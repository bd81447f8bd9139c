//! How a method takes its arguments.

use dashclaw::catalogue::{Call, Place};

use super::names::parameter;
use crate::Result;
use crate::model::{Argument, Operation, Shape};

/// What stands before the name of the object in the catalogue.
const REST: &str = "..";

/// The parameters of a method; per-call options follow them.
pub(super) struct Parameters<'a> {
    /// By position.
    pub(super) positional: Vec<&'a Argument>,
    /// The parameter that holds the others.
    pub(super) rest: Option<Rest<'a>>,
    /// Whether an object with all arguments may stand in the first one's place, as the official client's older methods
    /// take them. An id in the path has its place in any case.
    pub(super) may_be_object: bool,
}

/// An object that holds arguments.
pub(super) struct Rest<'a> {
    pub(super) name: String,
    pub(super) arguments: Vec<&'a Argument>,
}

impl<'a> Parameters<'a> {
    pub(super) fn of(operation: &'a Operation) -> Self {
        let usual;
        let (names, rest) = match (operation.rules.node, operation.rules.call) {
            (Some([names @ .., last]), _) if last.starts_with(REST) => {
                (names, Some(last.trim_start_matches(REST)))
            }
            (Some(names), _) => (names, None),
            (None, Call::Object(name)) => (&[] as &[&str], Some(name)),
            (None, Call::Positional(_)) => {
                usual = path_names(operation);
                (usual.as_slice(), Some(usual_rest(operation)))
            }
        };
        let positional: Vec<&Argument> = names.iter().filter_map(|name| operation.argument(name)).collect();
        let others: Vec<&Argument> =
            operation.arguments.iter().filter(|argument| !names.contains(&argument.name)).collect();
        let rest = rest.filter(|_| !others.is_empty());
        let rest = rest.map(|name| Rest { name: parameter(name), arguments: others });
        let in_path = positional.iter().any(|argument| argument.place == Place::Path);
        let may_be_object =
            rest.is_none() && !in_path && !positional.is_empty() && operation.arguments.len() > 1;
        Self { positional, rest, may_be_object }
    }

    /// Whether the object may be left out.
    pub(super) fn rest_is_optional(&self) -> bool {
        self.rest.iter().all(|rest| rest.arguments.iter().all(|argument| !argument.required))
    }

    /// The names of all parameters but the options.
    pub(super) fn names(&self) -> Vec<String> {
        let positional = self.positional.iter().map(|argument| parameter(argument.name));
        positional.chain(self.rest.iter().map(|rest| rest.name.clone())).collect()
    }

    /// Two parameters of one name, and arguments that nobody could give, would be mistakes of the catalogue.
    pub(super) fn check(&self, operation: &Operation) -> Result<()> {
        let mut names = self.names();
        names.sort();
        if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(format!("`{}` has two parameters called `{}`", operation.name, pair[0]));
        }
        let is_given = |argument: &Argument| self.positional.iter().any(|given| given.name == argument.name);
        let lost = operation.arguments.iter().find(|argument| !is_given(argument));
        if let Some(lost) = lost.filter(|_| self.rest.is_none() && !self.may_be_object) {
            return Err(format!("`{}`: nobody could give `{}` in Node", operation.name, lost.name));
        }
        let first = self.positional.first().filter(|_| self.may_be_object);
        match first.map(|argument| &argument.shape) {
            Some(Shape::Map(_) | Shape::Any | Shape::Either(_)) => {
                Err(format!("`{}`: an object in the first place could mean two things", operation.name))
            }
            _ => Ok(()),
        }
    }
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

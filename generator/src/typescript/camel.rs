//! `camel.d.ts`: the requests with their fields in camel case.

use std::collections::BTreeSet;

use super::annotation::{OTHER, named};
use super::call::{fields, takes_object};
use super::names::{camel_case, camel_type};
use super::types::{arguments_of, properties};
use crate::model::{Api, Argument, Operation};
use crate::text::{WIDTH, pack};
use crate::{Result, template};

const TEMPLATE: &str = include_str!("../../templates/typescript_camel.d.ts.jinja");
const INDENT: &str = "  ";

pub(super) fn module(api: &Api) -> Result<String> {
    let is_given = |operation: &&Operation| takes_object(operation) && has_camel_case(operation);
    let operations: Vec<&Operation> = api.operations().filter(is_given).collect();
    let types: Vec<String> = operations.iter().map(|operation| request(api, operation)).collect();
    let names: BTreeSet<String> = operations.iter().map(|operation| camel_type(&operation.request)).collect();
    let known = api.types.iter().map(|one| one.name.clone()).chain([OTHER.to_owned()]).collect();
    let list =
        |names: BTreeSet<String>| pack(&names.into_iter().collect::<Vec<_>>(), WIDTH, INDENT).join("\n");
    let (imports, exports) = (list(named(&types, &known)), list(names));
    template::fill(TEMPLATE, minijinja::context! { imports, exports, types => types.join("\n\n") })
}

/// Whether a field of the request is called otherwise in camel case.
pub(super) fn has_camel_case(operation: &Operation) -> bool {
    let names = |argument: &&Argument| [Some(argument.name), argument.also];
    fields(operation).iter().flat_map(names).flatten().any(|name| camel_case(name) != name)
}

/// An editor offers no name of a class that has a private one, and explains each all the same: so it offers those on the
/// wire, and explains both.
fn request(api: &Api, operation: &Operation) -> String {
    let (doc, name) = (arguments_of(operation), camel_type(&operation.request));
    let members = properties(api, operation, camel_case).join("\n");
    format!("{doc}\ndeclare abstract class {name} {{\n{INDENT}private camelCase?: true;\n{members}\n}}")
}

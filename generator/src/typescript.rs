//! Node: the methods of the client in JavaScript, and the declarations that TypeScript and editors read.

mod annotation;
mod call;
mod camel;
mod errors;
mod method;
mod names;
mod options;
mod tsdoc;
mod types;

use dashclaw::ErrorKindRow;

use crate::model::{Api, Operation};
use crate::{Language, Output, Result};

const PACKAGE: &str = "bindings-node";

/// Node, in the words of TypeScript.
#[derive(Debug)]
pub(crate) struct Node;

impl Language for Node {
    fn title(&self) -> &'static str {
        "Node"
    }

    fn note(&self) -> &'static str {
        "methods of `DashClaw` of the package `dashclaw`; the package's types describe what goes in and what comes \
         out. Fields may be written `actionType`, too. The last parameter of every method holds what is for this call \
         only: a time-out in milliseconds, an `AbortSignal`, the number of retries, the idempotency key."
    }

    fn fence(&self) -> &'static str {
        "typescript"
    }

    fn name(&self, operation: &str) -> String {
        names::camel_case(operation)
    }

    fn signature(&self, api: &Api, operation: &Operation) -> String {
        method::signatures(api, operation, "").join("\n")
    }

    fn error(&self, kind: &ErrorKindRow) -> String {
        kind.class.to_owned()
    }
}

pub(crate) fn outputs(api: &Api) -> Result<Vec<Output>> {
    Ok(vec![
        Output { path: format!("{PACKAGE}/lib/operations.js"), text: method::module(api)? },
        Output { path: format!("{PACKAGE}/types/operations.d.ts"), text: method::declarations(api)? },
        Output { path: format!("{PACKAGE}/lib/option-names.js"), text: options::names()? },
        Output { path: format!("{PACKAGE}/types/options.d.ts"), text: options::declarations()? },
        Output { path: format!("{PACKAGE}/types/api.d.ts"), text: types::module(api)? },
        Output { path: format!("{PACKAGE}/types/camel.d.ts"), text: camel::module(api)? },
        Output { path: format!("{PACKAGE}/lib/error-table.js"), text: errors::table(api)? },
        Output { path: format!("{PACKAGE}/types/errors.d.ts"), text: errors::declarations(api)? },
    ])
}

//! Kotlin: the functions of the client, and the types of what goes in and comes out.

mod classes;
mod errors;
mod function;
mod kdoc;
mod names;
mod operations;
mod options;
mod shapes;

use dashclaw::ErrorKindRow;

use crate::model::{Api, Operation};
use crate::text::{camel_case, pascal_case};
use crate::{Language, Output, Result};

/// Where the types are, and where the functions are; nothing else is there but one file each written by hand.
pub(crate) const API: &str = "bindings-uniffi/kotlin/src/main/kotlin/dev/dashclaw/api";
pub(crate) const OPERATIONS: &str = "bindings-uniffi/kotlin/src/main/kotlin/dev/dashclaw/operations";
const PACKAGE: &str = "bindings-uniffi/kotlin/src/main/kotlin/dev/dashclaw";

/// Kotlin.
#[derive(Debug)]
pub(crate) struct Kotlin;

impl Language for Kotlin {
    fn title(&self) -> &'static str {
        "Kotlin"
    }

    fn note(&self) -> &'static str {
        "suspending functions of `dev.dashclaw.DashClaw`; each also takes its arguments as one object. Arguments and \
         results are data classes of `dev.dashclaw.api`."
    }

    fn fence(&self) -> &'static str {
        "kotlin"
    }

    fn name(&self, operation: &str) -> String {
        camel_case(operation)
    }

    fn signature(&self, api: &Api, operation: &Operation) -> String {
        function::signature(api, operation, "").join("\n")
    }

    fn error(&self, kind: &ErrorKindRow) -> String {
        errors::kind(kind).map_or_else(|| errors::class(kind), |constant| format!("ErrorKind.{constant}"))
    }
}

pub(crate) fn outputs(api: &Api) -> Result<Vec<Output>> {
    let mut outputs = vec![
        Output { path: format!("{PACKAGE}/ErrorKind.kt"), text: errors::kinds(api)? },
        Output { path: format!("{PACKAGE}/Exceptions.kt"), text: errors::classes(api)? },
        Output { path: format!("{PACKAGE}/Options.kt"), text: options::module()? },
        Output { path: format!("{OPERATIONS}/Operations.kt"), text: operations::all(api)? },
    ];
    for domain in &api.domains {
        let types = format!("{API}/{}.kt", pascal_case(domain.name));
        outputs.push(Output { path: types, text: classes::module(api, domain)? });
        let functions = format!("{OPERATIONS}/{}.kt", operations::name(domain));
        outputs.push(Output { path: functions, text: operations::module(api, domain)? });
    }
    Ok(outputs)
}

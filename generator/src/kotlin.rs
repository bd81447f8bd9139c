//! Kotlin: the functions of the client, and the types of what goes in and comes out.

mod classes;
mod errors;
mod function;
mod kdoc;
mod names;
mod options;
mod shapes;

use dashclaw::ErrorKindRow;
use serde::Serialize;

use crate::model::{Api, Operation};
use crate::text::{camel_case, pascal_case};
use crate::{Language, Output, Result, template};

/// Where the types are; nothing else is there but one file written by hand.
pub(crate) const API: &str = "bindings-uniffi/kotlin/src/main/kotlin/dev/dashclaw/api";
const PACKAGE: &str = "bindings-uniffi/kotlin/src/main/kotlin/dev/dashclaw";
const OPERATIONS: &str = include_str!("../templates/kotlin_operations.kt.jinja");

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
        Output { path: format!("{PACKAGE}/Operations.kt"), text: operations(api)? },
        Output { path: format!("{PACKAGE}/ErrorKind.kt"), text: errors::kinds(api)? },
        Output { path: format!("{PACKAGE}/Exceptions.kt"), text: errors::classes(api)? },
        Output { path: format!("{PACKAGE}/Options.kt"), text: options::module()? },
    ];
    for domain in &api.domains {
        let path = format!("{API}/{}.kt", pascal_case(domain.name));
        outputs.push(Output { path, text: classes::module(api, domain)? });
    }
    Ok(outputs)
}

#[derive(Serialize)]
struct Section {
    functions: Vec<String>,
}

fn operations(api: &Api) -> Result<String> {
    let sections = api.domains.iter().map(|domain| Section {
        functions: domain.operations.iter().map(|operation| function::text(api, operation)).collect(),
    });
    let sections: Vec<Section> = sections.collect();
    let text = sections.iter().flat_map(|section| &section.functions).cloned().collect::<Vec<_>>().join("\n");
    let mut names = classes::names(api);
    names.push("NOTHING".to_owned());
    names.retain(|name| is_used(&text, name));
    names.sort();
    template::fill(
        OPERATIONS,
        minijinja::context! { sections => sections, names => names, lengths => is_used(&text, "Duration") },
    )
}

/// Whether code of `text` names this type.
fn is_used(text: &str, name: &str) -> bool {
    let code = text.lines().filter(|line| !line.trim_start().starts_with(['*', '/']));
    let words =
        |line: &str| line.split(|char: char| !char.is_alphanumeric() && char != '_').any(|word| word == name);
    code.into_iter().any(words)
}

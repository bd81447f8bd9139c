//! Python: the methods of both clients, and the types of what goes in and comes out.

mod annotation;
mod docstring;
mod errors;
mod method;
mod names;
mod options;
mod types;

use dashclaw::ErrorKindRow;
use serde::Serialize;

use crate::model::{Api, Operation};
use crate::{Language, Output, Result, template};

const PACKAGE: &str = "bindings-python/python/dashclaw";
const OPERATIONS: &str = include_str!("../templates/python_operations.py.jinja");
const RAW_OPERATIONS: &str = include_str!("../templates/python_raw_operations.py.jinja");

/// Python.
#[derive(Debug)]
pub(crate) struct Python;

impl Language for Python {
    fn title(&self) -> &'static str {
        "Python"
    }

    fn note(&self) -> &'static str {
        "methods of `dashclaw.DashClaw`; `dashclaw.AsyncDashClaw` has the same as coroutines. Results are plain dicts; \
         `dashclaw.types` describes them to type checkers."
    }

    fn fence(&self) -> &'static str {
        "python"
    }

    fn name(&self, operation: &str) -> String {
        operation.to_owned()
    }

    fn signature(&self, api: &Api, operation: &Operation) -> String {
        method::signature(api, operation, method::Color::Sync, "").join("\n").trim_end_matches(':').to_owned()
    }

    fn error(&self, kind: &ErrorKindRow) -> String {
        kind.class.to_owned()
    }
}

pub(crate) fn outputs(api: &Api) -> Result<Vec<Output>> {
    Ok(vec![
        Output { path: format!("{PACKAGE}/_operations.py"), text: operations(api, method::Color::Sync)? },
        Output {
            path: format!("{PACKAGE}/_async_operations.py"),
            text: operations(api, method::Color::Async)?,
        },
        Output {
            path: format!("{PACKAGE}/_raw_operations.py"),
            text: raw_operations(api, method::Color::Sync)?,
        },
        Output {
            path: format!("{PACKAGE}/_async_raw_operations.py"),
            text: raw_operations(api, method::Color::Async)?,
        },
        Output { path: format!("{PACKAGE}/_client_options.py"), text: options::module()? },
        Output { path: format!("{PACKAGE}/types.py"), text: types::module(api)? },
        Output { path: format!("{PACKAGE}/_error_classes.py"), text: errors::module(api)? },
    ])
}

#[derive(Serialize)]
struct Section {
    name: &'static str,
    methods: Vec<String>,
}

fn operations(api: &Api, color: method::Color) -> Result<String> {
    let section = |domain: &crate::model::Domain| {
        let methods = domain.operations.iter().map(|operation| method::text(api, operation, color));
        Ok(Section { name: domain.name, methods: methods.collect::<Result<_>>()? })
    };
    let sections: Vec<Section> = api.domains.iter().map(section).collect::<Result<_>>()?;
    template::fill(
        OPERATIONS,
        minijinja::context! {
            is_async => color == method::Color::Async,
            abstract_types => abstract_types(&sections.iter().flat_map(|section| &section.methods).collect::<Vec<_>>()),
            helpers => helpers(&sections),
            bytes => bytes(api),
            sections => sections,
        },
    )
}

/// The names that the methods need of `_dicts.py`.
fn helpers(sections: &[Section]) -> String {
    let used = |text: &str| {
        sections.iter().any(|section| section.methods.iter().any(|method| method.contains(text)))
    };
    let names = [
        ("dict_or_field", used(" dict_or_field(")),
        ("or_a_dict", used("@or_a_dict\n")),
        ("or_a_dict_async", used("@or_a_dict_async\n")),
        ("the_dict", used(" the_dict(")),
    ];
    names.into_iter().filter(|(_, is_used)| *is_used).map(|(name, _)| name).collect::<Vec<_>>().join(", ")
}

/// The same methods, answering with status and headers.
fn raw_operations(api: &Api, color: method::Color) -> Result<String> {
    let names: Vec<&str> = api.operations().map(|operation| operation.name).collect();
    template::fill(
        RAW_OPERATIONS,
        minijinja::context! { is_async => color == method::Color::Async, names => names },
    )
}

/// `"get_attachment": ("data",)` for each operation whose answer holds bytes.
fn bytes(api: &Api) -> Vec<String> {
    let entries = api.operations().map(|operation| (operation.name, operation.bytes(api)));
    let entries = entries.filter(|(_, members)| !members.is_empty());
    let tuple = |members: &[String]| {
        members.iter().map(|member| format!("\"{member}\",")).collect::<Vec<_>>().join(" ")
    };
    entries.map(|(name, members)| format!("\"{name}\": ({})", tuple(&members))).collect()
}

/// The names that `texts` need of `collections.abc`.
fn abstract_types(texts: &[&String]) -> String {
    let used = |text: &str| texts.iter().any(|found| found.contains(text));
    let names = [
        ("AsyncIterator", used("-> AsyncIterator[")),
        ("Iterator", used("-> Iterator[")),
        ("Mapping", true),
        ("Sequence", used("Sequence[")),
    ];
    names.into_iter().filter(|(_, is_used)| *is_used).map(|(name, _)| name).collect::<Vec<_>>().join(", ")
}

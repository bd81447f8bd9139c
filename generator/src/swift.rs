//! Swift: the methods of the client, the requests and records they take and return, the kinds of errors.

mod dispatch;
mod docs;
mod errors;
mod method;
mod names;
mod options;
mod record;
mod shapes;
mod words;

use dashclaw::ErrorKindRow;

use crate::model::{Api, Form, Operation};
use crate::{Language, Output, Result, template};
use shapes::Shapes;

const PACKAGE: &str = "bindings-uniffi/swift/Sources/DashClaw/Generated";
const TESTEE: &str = "tests/conformance/testees/swift/testee/Sources/Testee";
const FILE: &str = include_str!("../templates/swift_file.swift.jinja");
const OPERATIONS: &str = include_str!("../templates/swift_operations.swift.jinja");

const DISPATCH: &str = include_str!("../templates/swift_dispatch.swift.jinja");

/// Swift.
#[derive(Debug)]
pub(crate) struct Swift;

impl Language for Swift {
    fn title(&self) -> &'static str {
        "Swift"
    }

    fn note(&self) -> &'static str {
        "methods of `DashClaw` in the package `DashClaw`; records keep members that this version does not know."
    }

    fn fence(&self) -> &'static str {
        "swift"
    }

    fn name(&self, operation: &str) -> String {
        names::camel(operation)
    }

    fn signature(&self, api: &Api, operation: &Operation) -> String {
        method::signature(&Shapes::new(api), operation, "").join("\n").trim_end_matches(" {").to_owned()
    }

    fn error(&self, kind: &ErrorKindRow) -> String {
        format!(".{}", names::camel(kind.code))
    }
}

pub(crate) fn outputs(api: &Api) -> Result<Vec<Output>> {
    let shapes = Shapes::new(api);
    let words = api.types.iter().filter_map(|one| words::vocabulary(&shapes, one));
    let requests = api.operations().filter(|operation| method::takes_request(operation));
    let records = api.types.iter().filter(|one| matches!(one.form, Form::Record(_)));
    Ok(vec![
        file("Words", &words.collect::<Vec<_>>())?,
        file("Requests", &requests.map(|operation| record::request(&shapes, operation)).collect::<Vec<_>>())?,
        file("Records", &records.filter_map(|one| record::record(&shapes, one)).collect::<Vec<_>>())?,
        file("ErrorKind", &[errors::kinds(api)])?,
        Output { path: format!("{PACKAGE}/ErrorFields.swift"), text: errors::module(api)? },
        Output { path: format!("{PACKAGE}/ClientOptions.swift"), text: options::module()? },
        Output { path: format!("{PACKAGE}/Operations.swift"), text: operations(&shapes)? },
        Output { path: format!("{TESTEE}/Methods.swift"), text: dispatch(&shapes)? },
    ])
}

fn file(name: &str, items: &[String]) -> Result<Output> {
    let text =
        template::fill(FILE, minijinja::context! { items => items, foundation => needs_foundation(items) })?;
    Ok(Output { path: format!("{PACKAGE}/{name}.swift"), text })
}

/// Whether types of Foundation are named.
fn needs_foundation(items: &[String]) -> bool {
    items.iter().any(|item| [": TimeInterval", ": Data"].iter().any(|word| item.contains(word)))
}

fn operations(shapes: &Shapes<'_>) -> Result<String> {
    let sections: Vec<String> = shapes
        .api
        .domains
        .iter()
        .map(|domain| {
            let methods = domain.operations.iter().map(|operation| method::text(shapes, operation));
            methods.collect::<Vec<_>>().join("\n\n")
        })
        .collect();
    let foundation = needs_foundation(&sections);
    template::fill(OPERATIONS, minijinja::context! { sections => sections, foundation => foundation })
}

fn dispatch(shapes: &Shapes<'_>) -> Result<String> {
    let cases = shapes.api.operations().map(|operation| dispatch::case(shapes, operation));
    let iterators = shapes.api.operations().filter_map(|operation| dispatch::iterator(shapes, operation));
    let (cases, iterators) = (cases.collect::<Vec<_>>(), iterators.collect::<Vec<_>>());
    template::fill(DISPATCH, minijinja::context! { cases, iterators })
}

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

use crate::model::{Api, Domain, Operation};
use crate::text::pascal_case;
use crate::{Language, Output, Result, template};
use shapes::Shapes;

/// Where all of it is, the methods of each domain and the types of each domain. Nothing else is there.
pub(crate) const FOLDERS: [&str; 3] = [PACKAGE, METHODS, TYPES];
const PACKAGE: &str = "bindings-uniffi/swift/Sources/DashClaw/Generated";
const METHODS: &str = "bindings-uniffi/swift/Sources/DashClaw/Generated/Operations";
const TYPES: &str = "bindings-uniffi/swift/Sources/DashClaw/Generated/Types";
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
    let mut outputs = vec![
        file(PACKAGE, "ErrorKind", &[errors::kinds(api)])?,
        Output { path: format!("{PACKAGE}/ErrorFields.swift"), text: errors::module(api)? },
        Output { path: format!("{PACKAGE}/ClientOptions.swift"), text: options::module()? },
        Output { path: format!("{TESTEE}/Methods.swift"), text: dispatch(&shapes)? },
    ];
    for domain in &api.domains {
        let name = pascal_case(domain.name);
        outputs.push(operations(&shapes, domain, &name)?);
        let types = types(&shapes, domain);
        if !types.is_empty() {
            outputs.push(file(TYPES, &format!("{name}Types"), &types)?);
        }
    }
    Ok(outputs)
}

/// The vocabularies, requests and records of a domain.
fn types(shapes: &Shapes<'_>, domain: &Domain) -> Vec<String> {
    let types = || shapes.api.types.iter().filter(|one| one.domain == domain.name);
    let requests = domain.operations.iter().filter(|operation| method::takes_request(operation));
    types()
        .filter_map(|one| words::vocabulary(shapes, one))
        .chain(domain.operations.iter().filter_map(method::fields))
        .chain(requests.map(|operation| record::request(shapes, operation)))
        .chain(types().filter_map(|one| record::record(shapes, one)))
        .collect()
}

fn file(folder: &str, name: &str, items: &[String]) -> Result<Output> {
    let text =
        template::fill(FILE, minijinja::context! { items => items, foundation => needs_foundation(items) })?;
    Ok(Output { path: format!("{folder}/{name}.swift"), text })
}

/// Whether types of Foundation are named.
fn needs_foundation(items: &[String]) -> bool {
    items.iter().any(|item| [": TimeInterval", ": Data"].iter().any(|word| item.contains(word)))
}

/// The methods of a domain.
fn operations(shapes: &Shapes<'_>, domain: &Domain, name: &str) -> Result<Output> {
    let methods: Vec<String> =
        domain.operations.iter().map(|operation| method::text(shapes, operation)).collect();
    let foundation = needs_foundation(&methods);
    let subject = domain.name.replace('_', " ");
    let text = template::fill(OPERATIONS, minijinja::context! { methods, foundation, subject })?;
    Ok(Output { path: format!("{METHODS}/DashClaw+{name}.swift"), text })
}

/// A function for each domain: one for all would be too large for the compiler.
fn dispatch(shapes: &Shapes<'_>) -> Result<String> {
    let domains = shapes.api.domains.iter().map(|domain| {
        let cases = domain.operations.iter().map(|operation| dispatch::case(shapes, operation));
        let cases: Vec<String> = cases.collect();
        let reads = cases.iter().any(|case| case.contains("given."));
        minijinja::context! { name => names::camel(domain.name), reads, cases }
    });
    let iterators = shapes.api.operations().filter_map(|operation| dispatch::iterator(shapes, operation));
    let (domains, iterators) = (domains.collect::<Vec<_>>(), iterators.collect::<Vec<_>>());
    template::fill(DISPATCH, minijinja::context! { domains, iterators })
}

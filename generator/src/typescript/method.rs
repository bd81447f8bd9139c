//! One operation as a method, in JavaScript and as a declaration.

use super::annotation::{Annotations, BYTES, OTHER, named, or_null};
use super::call::Parameters;
use super::camel::has_camel_case;
use super::names::{camel_case, camel_type, parameter, quoted};
use super::tsdoc;
use crate::model::{Api, Operation};
use crate::text::{WIDTH, pack};
use crate::{Result, template};

const JAVASCRIPT: &str = include_str!("../../templates/typescript_operations.js.jinja");
const DECLARATIONS: &str = include_str!("../../templates/typescript_operations.d.ts.jinja");
const INDENT: &str = "  ";
const OPTIONS: &str = "options?: CallOptions";

/// `operations.js`.
pub(super) fn module(api: &Api) -> Result<String> {
    let methods = api.operations().map(|operation| {
        let summary = tsdoc::summary(operation, INDENT);
        let mut text = format!("{summary}\n{}", body(api, operation)?.join("\n"));
        if let Some((name, _)) = &operation.iterator {
            let doc = tsdoc::of_iterator(operation, INDENT);
            text = format!("{text}\n\n{doc}\n{}", iterating(operation, name).join("\n"));
        }
        Ok(text)
    });
    let methods: Vec<String> = methods.collect::<Result<_>>()?;
    let table = |members: &dyn Fn(&Operation) -> Vec<String>| -> Vec<String> {
        let entries = api.operations().map(|operation| (operation.name, members(operation)));
        let entries = entries.filter(|(_, members)| !members.is_empty());
        let list =
            |members: Vec<String>| members.iter().map(|member| quoted(member)).collect::<Vec<_>>().join(", ");
        entries.map(|(name, members)| format!("{name}: [{}]", list(members))).collect()
    };
    let lengths = table(&|operation| operation.lengths().into_iter().map(str::to_owned).collect());
    let bytes = table(&|operation| operation.bytes(api));
    let own_agent: Vec<String> = api
        .operations()
        .filter(|operation| operation.arguments.iter().any(|argument| argument.own_agent_in_node))
        .map(|operation| quoted(operation.name))
        .collect();
    template::fill(
        JAVASCRIPT,
        minijinja::context! { methods => methods.join("\n\n"), lengths, bytes, own_agent },
    )
}

/// `operations.d.ts`.
pub(super) fn declarations(api: &Api) -> Result<String> {
    let methods: Vec<String> = api.operations().map(|operation| declaration(api, operation)).collect();
    let requests = || api.operations().map(|operation| operation.request.clone());
    let types = api.types.iter().map(|one| one.name.clone());
    let list = |known| {
        let names: Vec<String> = named(&methods, &known).into_iter().collect();
        pack(&names, WIDTH, INDENT).join("\n")
    };
    let imports = list(types.chain(requests()).chain([OTHER.to_owned(), BYTES.to_owned()]).collect());
    let camel_imports = list(requests().map(|request| camel_type(&request)).collect());
    template::fill(
        DECLARATIONS,
        minijinja::context! { imports, camel_imports, methods => methods.join("\n\n") },
    )
}

/// The signatures, each with its comment.
fn declaration(api: &Api, operation: &Operation) -> String {
    let usual = Parameters::of(operation);
    let doc = tsdoc::of_method(api, operation, &usual, INDENT);
    let first = format!("{doc}\n{};", signature(api, operation, &usual, INDENT));
    let mut text = first;
    if let Some(in_object) = usual.in_object(operation) {
        let doc = tsdoc::of_object_form(operation, INDENT);
        text = format!("{text}\n{doc}\n{};", signature(api, operation, &in_object, INDENT));
    }
    if let Some((name, item)) = &operation.iterator {
        let doc = tsdoc::of_iterator(operation, INDENT);
        let item = Annotations { api, given: false }.response(item);
        let returns = format!("AsyncIterableIterator<{item}>");
        let line = declared(name, &iterated(api, operation), &returns, INDENT);
        text = format!("{text}\n\n{doc}\n{line};");
    }
    text
}

/// What the method takes that goes through all items: the ids of the path by position, then the fields.
fn fields_of(operation: &Operation) -> Parameters<'_> {
    Parameters::of(operation).with_fields(operation)
}

/// The same with types.
fn iterated(api: &Api, operation: &Operation) -> Vec<String> {
    typed(api, operation, &fields_of(operation))
}

fn iterating(operation: &Operation, name: &str) -> Vec<String> {
    let parameters = fields_of(operation);
    let mut names = parameters.names();
    names.push("options".to_owned());
    let mut lines = vec![format!("{INDENT}{}({}) {{", camel_case(name), names.join(", "))];
    lines.extend(call("_pages", operation.name, &parameters, &INDENT.repeat(2)));
    lines.push(format!("{INDENT}}}"));
    lines
}

fn body(api: &Api, operation: &Operation) -> Result<Vec<String>> {
    let parameters = Parameters::of(operation);
    parameters.check(api, operation)?;
    let name = operation.name;
    let mut names = parameters.names();
    names.push("options".to_owned());
    let mut lines = vec![format!("{INDENT}{}({}) {{", camel_case(name), names.join(", "))];
    let deep = format!("{INDENT}{INDENT}");
    if parameters.in_object(operation).is_some() {
        lines.push(format!("{deep}if (isObject({})) return this._call('{name}', ...arguments);", names[0]));
    }
    lines.extend(call("_call", name, &parameters, &deep));
    lines.push(format!("{INDENT}}}"));
    Ok(lines)
}

/// The call of the engine.
fn call(method: &str, name: &str, parameters: &Parameters<'_>, indent: &str) -> Vec<String> {
    let positional = parameters.positional.iter().map(|argument| match parameter(argument.name) {
        same if same == argument.name => same,
        other => format!("{}: {other}", argument.name),
    });
    let positional = positional.collect::<Vec<_>>().join(", ");
    let arguments = match (&parameters.rest, positional.as_str()) {
        (Some(rest), "") => rest.name.clone(),
        (Some(rest), _) => format!("merge({}, {{ {positional} }})", rest.name),
        (None, "") => "{}".to_owned(),
        (None, _) => format!("{{ {positional} }}"),
    };
    let line = format!("{indent}return this.{method}('{name}', {arguments}, options);");
    if line.len() <= WIDTH {
        return vec![line];
    }
    let all = if parameters.names().iter().any(|name| name == "fields") { "all" } else { "fields" };
    vec![
        format!("{indent}const {all} = {arguments};"),
        format!("{indent}return this.{method}('{name}', {all}, options);"),
    ]
}

/// The ways to call a method, without the semicolon, indented by `indent`.
pub(super) fn signatures(api: &Api, operation: &Operation, indent: &str) -> Vec<String> {
    let usual = Parameters::of(operation);
    let in_object = usual.in_object(operation);
    let forms = [usual].into_iter().chain(in_object);
    forms.map(|parameters| signature(api, operation, &parameters, indent)).collect()
}

fn signature(api: &Api, operation: &Operation, parameters: &Parameters<'_>, indent: &str) -> String {
    let answer = Annotations { api, given: false }.response(&operation.response);
    declared(operation.name, &typed(api, operation, parameters), &format!("Promise<{answer}>"), indent)
}

/// A method with these parameters, without its semicolon.
fn declared(name: &str, parameters: &[String], returns: &str, indent: &str) -> String {
    let name = camel_case(name);
    let line = format!("{indent}{name}({}): {returns}", parameters.join(", "));
    if line.len() < WIDTH {
        return line;
    }
    let lines = pack(parameters, WIDTH, &format!("{indent}{INDENT}")).join("\n");
    format!("{indent}{name}(\n{lines}\n{indent}): {returns}")
}

/// The parameters with their types.
fn typed(api: &Api, operation: &Operation, parameters: &Parameters<'_>) -> Vec<String> {
    let annotations = Annotations { api, given: true };
    let positional = parameters.positional.iter().map(|argument| {
        let (name, annotation) = (parameter(argument.name), annotations.of_argument(argument));
        if argument.required {
            format!("{name}: {annotation}")
        } else {
            format!("{name}?: {}", or_null(&annotation))
        }
    });
    let rest = parameters.rest.iter().map(|rest| {
        let mark = if rest.required { "" } else { "?" };
        format!("{}{mark}: {}", rest.name, rest_type(operation))
    });
    positional.chain(rest).chain([OPTIONS.to_owned()]).collect()
}

/// The type of the object, in either spelling.
fn rest_type(operation: &Operation) -> String {
    let request = &operation.request;
    if has_camel_case(operation) { format!("{request} | {}", camel_type(request)) } else { request.clone() }
}

//! One operation as a method.

use dashclaw::catalogue::{Call, Expect, Repeat};

use super::annotation::Annotations;
use super::docstring;
use super::names::{literal, or_none, parameter};
use crate::Result;
use crate::model::{Api, Argument, Operation, Shape};
use crate::options;
use crate::text::{WIDTH, pack};

const INDENT: &str = "    ";

/// The two kinds of methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Color {
    Sync,
    Async,
}

/// The method with its docstring.
pub(super) fn text(api: &Api, operation: &Operation, color: Color) -> Result<String> {
    check(operation)?;
    let deep = format!("{INDENT}{INDENT}");
    let decorator = if color == Color::Async { "or_a_dict_async" } else { "or_a_dict" };
    let decorated = takes_an_intent(operation).then(|| format!("{INDENT}@{decorator}"));
    let mut lines: Vec<String> = decorated.into_iter().collect();
    lines.extend(signature(api, operation, color, INDENT));
    let key: &[(&str, &str)] = match (is_keyed(operation), is_created(operation)) {
        (true, true) => &[KEY_DOC, REPLAY_DOC],
        (true, false) => &[KEY_DOC],
        (false, _) => &[],
    };
    lines.push(docstring::of_method(api, operation, key, &deep));
    lines.extend(body(operation, color, &deep));
    if let Some((name, item)) = &operation.iterator {
        lines.push(String::new());
        lines.extend(iterating(api, operation, (name, item), color));
    }
    Ok(lines.join("\n"))
}

/// The method that goes through all items.
fn iterating(api: &Api, operation: &Operation, (name, item): (&str, &Shape), color: Color) -> Vec<String> {
    let deep = format!("{INDENT}{INDENT}");
    let annotations = Annotations { api, prefix: "types." };
    let kind = if color == Color::Async { "AsyncIterator" } else { "Iterator" };
    let returns = format!("{kind}[{}]", annotations.received(item, false));
    let mut lines = declared(api, operation, &format!("def {name}"), &returns, INDENT);
    lines.push(docstring::of_iterator(operation, &deep));
    lines.extend(called(operation, "return self._pages", &deep));
    lines
}

/// Whether the name is one that `CallOptions` of `_client_options.py` holds.
pub(super) fn is_call_option(name: &str) -> bool {
    options::call().iter().any(|option| option.name == name)
}

const KEY_DOC: (&str, &str) = (
    "idempotency",
    "Where the idempotency key comes from unless one is given: `intent` makes the same intent the same record, \
     `call` makes a new record with every call.",
);

const REPLAY_DOC: (&str, &str) = (
    "on_replay",
    "What becomes of an action that was created before with the same key: `judge` raises unless it is `running` or \
     `pending_approval`, `return` gives the record whatever its state.",
);

/// Whether a replay may be one of an action that was refused or has ended.
fn is_created(operation: &Operation) -> bool {
    is_keyed(operation) && operation.rules.expect == Expect::Creation
}

fn is_keyed(operation: &Operation) -> bool {
    operation.rules.repeat == Repeat::Keyed
}

/// Whether a dict may stand in place of its arguments: that of an action, as a governed run takes it.
fn takes_an_intent(operation: &Operation) -> bool {
    operation.rules.governed && matches!(operation.rules.call, Call::Positional(_))
}

/// Whether more fields may be given than the signature names. Among them are the options of the call, which the client
/// takes out.
fn takes_fields(operation: &Operation) -> bool {
    operation.rules.open || matches!(operation.rules.call, Call::Object(_))
}

/// All other keywords, with their type. Where an argument or a parameter has the name of an option, it is none of them.
fn keywords(operation: &Operation) -> String {
    let is_option = |argument: &Argument| is_call_option(argument.name);
    if matches!(operation.rules.call, Call::Object(_)) {
        format!("fields: Unpack[types.{}]", fields_type(operation))
    } else if takes_fields(operation) {
        "fields: Any".to_owned()
    } else if is_keyed(operation) || operation.arguments.iter().any(is_option) {
        "options: Any".to_owned()
    } else {
        "options: Unpack[CallOptions]".to_owned()
    }
}

/// The type of the keywords of an operation that takes its fields as one dict.
pub(super) fn fields_type(operation: &Operation) -> String {
    format!("{}Fields", operation.request)
}

/// The parameter that takes all other keywords.
fn rest(operation: &Operation) -> &'static str {
    if takes_fields(operation) { "fields" } else { "options" }
}

/// Two parameters of one name would not be Python.
fn check(operation: &Operation) -> Result<()> {
    let mut names: Vec<String> =
        operation.arguments.iter().map(|argument| parameter(argument.name)).collect();
    names.push(rest(operation).to_owned());
    names.sort();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(format!("`{}` has two parameters called `{}`", operation.name, pair[0])),
        None => Ok(()),
    }
}

/// The `def` up to its colon, in lines indented by `indent`.
pub(super) fn signature(api: &Api, operation: &Operation, color: Color, indent: &str) -> Vec<String> {
    let word = if color == Color::Async { "async def" } else { "def" };
    let returns = Annotations { api, prefix: "types." }.response(&operation.response);
    declared(api, operation, &format!("{word} {}", operation.name), &returns, indent)
}

/// A method of this head with the operation's parameters.
fn declared(api: &Api, operation: &Operation, head: &str, returns: &str, indent: &str) -> Vec<String> {
    let annotations = Annotations { api, prefix: "types." };
    let (mut by_position, mut by_name) = parameters(operation, annotations);
    by_position.insert(0, "self".to_owned());
    if is_keyed(operation) {
        by_name.push("idempotency: Literal[\"intent\", \"call\"] = \"intent\"".to_owned());
    }
    if is_created(operation) {
        by_name.push("on_replay: Literal[\"judge\", \"return\"] = \"judge\"".to_owned());
    }
    if !by_name.is_empty() {
        by_position.push("*".to_owned());
    }
    by_name.push(format!("**{}", keywords(operation)));
    let head = format!("{indent}{head}(");
    let tail = format!(") -> {returns}:");
    let all: Vec<String> = by_position.iter().chain(&by_name).cloned().collect();
    let line = format!("{head}{}{tail}", all.join(", "));
    if line.len() <= WIDTH {
        return vec![line];
    }
    let deep = format!("{indent}{INDENT}");
    let mut lines = vec![head];
    match pack(&all, WIDTH, &deep) {
        one if one.len() == 1 => lines.extend(one),
        _ => lines.extend([by_position, by_name].iter().flat_map(|some| pack(some, WIDTH, &deep))),
    }
    lines.push(format!("{indent}{tail}"));
    lines
}

/// The parameters given by position and those given by name.
fn parameters(operation: &Operation, annotations: Annotations<'_>) -> (Vec<String>, Vec<String>) {
    if let Call::Object(name) = operation.rules.call {
        let mut whole = format!("{name}: types.{} | Mapping[str, Any]", operation.request);
        if let Some(field) = operation.argument(name) {
            whole = format!("{whole} | {}", annotations.given(&field.shape, field.strict));
        }
        return (vec![format!("{whole} | None = None")], Vec::new());
    }
    let (positional, named) = operation.split();
    let mut optional = false;
    let by_position = positional.into_iter().map(|argument| {
        // Python wants a default behind a default; the engine still refuses a call without the argument.
        optional |= !argument.required;
        declaration(argument, optional, annotations)
    });
    let by_position = by_position.collect();
    (
        by_position,
        named.into_iter().map(|argument| declaration(argument, !argument.required, annotations)).collect(),
    )
}

fn declaration(argument: &Argument, optional: bool, annotations: Annotations<'_>) -> String {
    let name = parameter(argument.name);
    let mut annotation = annotations.given(&argument.shape, argument.strict);
    if argument.spread {
        annotation.push_str(" | Mapping[str, Any]");
    }
    match argument.default.as_ref().and_then(literal) {
        Some(default) => format!("{name}: {annotation} = {default}"),
        None if argument.can_be_emptied => format!("{name}: {} = UNSET", or_none(&annotation)),
        None if optional => format!("{name}: {} = None", or_none(&annotation)),
        None => format!("{name}: {annotation}"),
    }
}

fn body(operation: &Operation, color: Color, indent: &str) -> Vec<String> {
    let word = if color == Color::Async { "return await" } else { "return" };
    called(operation, &format!("{word} self._call"), indent)
}

/// The call of `function` with the operation's name and arguments.
fn called(operation: &Operation, function: &str, indent: &str) -> Vec<String> {
    let call = |arguments: &str| {
        let given = format!("{arguments}, {}", rest(operation));
        // Of a change None is sent, too.
        let given = if changes(operation) { format!("{{}}, given({given})") } else { given };
        let mut call = format!("{indent}{function}(\"{}\", {given}", operation.name);
        if is_keyed(operation) {
            call.push_str(", idempotency=idempotency");
        }
        if is_created(operation) {
            call.push_str(", on_replay=on_replay");
        }
        call + ")"
    };
    if let Call::Object(name) = operation.rules.call {
        let example = operation.arguments.first().map_or("field", |argument| argument.name);
        // Where a field has the name of the dict, that name may be either.
        let function = if operation.argument(name).is_some() { "dict_or_field" } else { "the_dict" };
        let whole = format!("{function}(\"{}\", \"{name}\", {name}, \"{example}\")", operation.name);
        return vec![format!("{indent}arguments = {whole}"), call("arguments")];
    }
    let (positional, named) = operation.split();
    let all = positional.into_iter().chain(named);
    let items: Vec<String> =
        all.map(|argument| format!("\"{}\": {}", argument.name, parameter(argument.name))).collect();
    let line = call(&format!("{{{}}}", items.join(", ")));
    if line.len() <= WIDTH {
        return vec![line];
    }
    let mut lines = vec![format!("{indent}arguments: dict[str, Any] = {{")];
    lines.extend(pack(&items, WIDTH, &format!("{indent}{INDENT}")));
    lines.push(format!("{indent}}}"));
    lines.extend(wrapped(call("arguments"), indent));
    lines
}

/// A call on one line, or its arguments on a line of their own.
fn wrapped(call: String, indent: &str) -> Vec<String> {
    match call.split_once('(') {
        Some((head, rest)) if call.len() > WIDTH => {
            let arguments = rest.strip_suffix(')').unwrap_or(rest);
            vec![format!("{head}("), format!("{indent}{INDENT}{arguments}"), format!("{indent})")]
        }
        _ => vec![call],
    }
}

/// Whether None empties a field of it.
pub(super) fn changes(operation: &Operation) -> bool {
    operation.arguments.iter().any(|argument| argument.can_be_emptied)
}

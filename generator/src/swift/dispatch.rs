//! The testee's table of methods: each operation by its name, with arguments from JSON.

use super::method::{arguments, takes_request};
use super::names::{camel, quoted};
use super::record::parameter_list;
use super::shapes::Shapes;
use crate::model::{Argument, Operation};

const INDENT: &str = "        ";

/// One case of the table.
pub(super) fn case(shapes: &Shapes<'_>, operation: &Operation) -> String {
    let mut lines = vec![format!("{INDENT}case \"{}\":", operation.name)];
    let (given, mut passed) = given(shapes, operation);
    lines.extend(given);
    passed.push("options: options".to_owned());
    let deep = format!("{INDENT}    ");
    let head = format!("{deep}return try await self.{}(", quoted(&camel(operation.name)));
    lines.extend(parameter_list(&head, &passed, ").jsonValue", &deep));
    lines.join("\n")
}

/// One case of the table of iterators; nothing for an operation that lists no pages.
pub(super) fn iterator(shapes: &Shapes<'_>, operation: &Operation) -> Option<String> {
    let (name, _) = operation.iterator.as_ref()?;
    let mut lines = vec![format!("{INDENT}case \"{}\":", operation.name)];
    let (given, mut passed) = given(shapes, operation);
    lines.extend(given);
    passed.push("options: options".to_owned());
    let deep = format!("{INDENT}    ");
    let head = format!("{deep}return erased(self.{}(", camel(name));
    lines.extend(parameter_list(&head, &passed, "))", &deep));
    Some(lines.join("\n"))
}

/// The lines that read the arguments of a case, and what is passed then.
fn given(shapes: &Shapes<'_>, operation: &Operation) -> (Vec<String>, Vec<String>) {
    let emptied = operation.arguments.iter().any(|argument| argument.can_be_emptied);
    if takes_request(operation) && !emptied {
        return (Vec::new(), vec![format!("{}(json: arguments)", operation.request)]);
    }
    let all = arguments(operation);
    let deep = format!("{INDENT}    ");
    let mut lines: Vec<String> = all.iter().map(|argument| read(shapes, argument)).collect();
    let mut items: Vec<String> = all.iter().map(|argument| passed(argument)).collect();
    if emptied {
        items.push("emptied: given.emptied()".to_owned());
    }
    if takes_request(operation) {
        // As programs write it: through the names of Swift, not as a JSON object.
        let open = operation.rules.open;
        let head = format!("{deep}{} request = {}(", if open { "var" } else { "let" }, operation.request);
        lines.extend(parameter_list(&head, &items, ")", &deep));
        if open {
            lines.push(format!("{deep}request.extra = given.rest()"));
        }
        items = vec!["request".to_owned()];
    } else if emptied {
        lines.push(format!("{deep}let emptied: Set<{}.Field> = given.emptied()", operation.request));
        items.pop();
        items.push("emptied: emptied".to_owned());
    }
    let check = if all.is_empty() { "arguments.isEmpty" } else { "given.fits" };
    lines.push(format!("{deep}guard {check} else {{ return nil }}"));
    (lines, items)
}

fn passed(argument: &Argument) -> String {
    let name = camel(argument.name);
    format!("{name}: {}", quoted(&name))
}

fn read(shapes: &Shapes<'_>, argument: &Argument) -> String {
    let swift = shapes.argument(argument.without_unions(), argument.required);
    let name = quoted(&camel(argument.name));
    if argument.required {
        format!("{INDENT}    let {name}: {} = given.required(\"{}\")", swift.text(), argument.name)
    } else {
        format!("{INDENT}    let {name}: {} = given.optional(\"{}\")", swift.text(), argument.name)
    }
}

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
    let mut passed = if takes_request(operation) {
        vec![format!("{}(json: arguments)", operation.request)]
    } else {
        let all = arguments(operation);
        lines.extend(all.iter().map(|argument| read(shapes, argument)));
        let check = if all.is_empty() { "arguments.isEmpty" } else { "given.fits" };
        lines.push(format!("{INDENT}    guard {check} else {{ return nil }}"));
        all.iter().map(|argument| passed(argument)).collect()
    };
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
    let mut passed = if takes_request(operation) {
        vec![format!("{}(json: arguments)", operation.request)]
    } else {
        let all = arguments(operation);
        lines.extend(all.iter().map(|argument| read(shapes, argument)));
        lines.push(format!("{INDENT}    guard given.fits else {{ return nil }}"));
        all.iter().map(|argument| self::passed(argument)).collect()
    };
    passed.push("options: options".to_owned());
    let deep = format!("{INDENT}    ");
    let head = format!("{deep}return erased(self.{}(", camel(name));
    lines.extend(parameter_list(&head, &passed, "))", &deep));
    Some(lines.join("\n"))
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

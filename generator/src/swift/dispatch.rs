//! The testee's table of methods: each operation by its name, with arguments from JSON.

use super::method::{arguments, takes_request};
use super::names::{camel, quoted};
use super::shapes::Shapes;
use crate::model::{Argument, Operation};

const INDENT: &str = "        ";

/// One case of the table.
pub(super) fn case(shapes: &Shapes<'_>, operation: &Operation) -> String {
    let mut lines = vec![format!("{INDENT}case \"{}\":", operation.name)];
    let mut call = |arguments: &str| {
        let name = quoted(&camel(operation.name));
        lines
            .push(format!("{INDENT}    return try await self.{name}({arguments}options: options).jsonValue"));
    };
    if takes_request(operation) {
        call(&format!("{}(json: arguments), ", operation.request));
        return lines.join("\n");
    }
    let all = arguments(operation);
    let passed: Vec<String> = all.iter().map(|argument| passed(argument)).collect();
    call(&passed.concat());
    let read = all.iter().map(|argument| read(shapes, argument));
    let check = (!all.is_empty()).then(|| format!("{INDENT}    guard given.fits else {{ return nil }}"));
    let check = check.or_else(|| Some(format!("{INDENT}    guard arguments.isEmpty else {{ return nil }}")));
    let reads: Vec<String> = read.chain(check).collect();
    lines.splice(1..1, reads);
    lines.join("\n")
}

fn passed(argument: &Argument) -> String {
    let name = camel(argument.name);
    format!("{name}: {}, ", quoted(&name))
}

fn read(shapes: &Shapes<'_>, argument: &Argument) -> String {
    let swift = shapes.argument(&argument.shape, argument.required);
    let name = quoted(&camel(argument.name));
    if argument.required {
        format!("{INDENT}    let {name}: {} = given.required(\"{}\")", swift.text(), argument.name)
    } else {
        format!("{INDENT}    let {name}: {} = given.optional(\"{}\")", swift.text(), argument.name)
    }
}

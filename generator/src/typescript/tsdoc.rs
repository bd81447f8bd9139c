//! Doc comments in TSDoc.

use super::call::Parameters;
use super::names::{line, methods, parameter, spell};
use crate::classes::class;
use crate::describe::{self, Time, capitalized, endpoint};
use crate::model::{Api, Argument, Block, Doc, Operation};
use crate::text::{WIDTH, wrap};

/// The comment of a method, indented by `indent`.
pub(super) fn of_method(
    api: &Api,
    operation: &Operation,
    parameters: &Parameters<'_>,
    indent: &str,
) -> String {
    let mut blocks = operation.doc.blocks(&spell);
    blocks.push(Block { text: endpoint(operation), verbatim: false });
    let described = parameters.positional.iter().map(|one| (parameter(one.name), described(api, one)));
    let rest = parameters
        .rest
        .iter()
        .map(|rest| (rest.name.clone(), format!("The fields; see {{@link {}}}.", operation.request)));
    let options = ("options".to_owned(), "What is for this call only.".to_owned());
    let mut tags: Vec<String> = described
        .chain(rest)
        .chain([options])
        .map(|(name, text)| format!("@param {name} - {text}"))
        .collect();
    tags.extend(
        describe::returned(api, &operation.response, &spell).map(|returned| format!("@returns {returned}")),
    );
    tags.extend(
        operation
            .failures
            .iter()
            .map(|failure| format!("@throws `{}`: {}.", class(failure.kind), capitalized(failure.when))),
    );
    comment(&blocks, &tags, indent)
}

/// The comment of a method's second form.
pub(super) fn of_object_form(operation: &Operation, indent: &str) -> String {
    let text = format!("The same with all arguments in one object; see {{@link {}}}.", operation.request);
    comment(&[Block { text, verbatim: false }], &[], indent)
}

/// The comment of the method that goes through all items.
pub(super) fn of_iterator(operation: &Operation, indent: &str) -> String {
    comment(&Doc::read(&describe::iterator(operation.name)).blocks(&spell), &[], indent)
}

/// A comment that holds `doc` only.
pub(super) fn of_doc(doc: &Doc, indent: &str) -> Option<String> {
    (!doc.is_empty()).then(|| comment(&doc.blocks(&spell), &[], indent))
}

/// The comment of an argument in an object.
pub(super) fn of_argument(api: &Api, argument: &Argument, indent: &str) -> Option<String> {
    let mut blocks = argument.doc.blocks(&spell);
    let (plain, whole) = (line(&argument.doc), described(api, argument));
    if let Some(more) = whole.strip_prefix(&plain).map(str::trim).filter(|more| !more.is_empty()) {
        match blocks.last_mut().filter(|block| !block.verbatim) {
            Some(block) => block.text = format!("{} {more}", block.text),
            None => blocks.push(Block { text: more.to_owned(), verbatim: false }),
        }
    }
    (!blocks.is_empty()).then(|| comment(&blocks, &[], indent))
}

/// The first sentence, for editors that read no declarations.
pub(super) fn summary(operation: &Operation, indent: &str) -> String {
    let text = operation.doc.summary(&spell);
    comment(&[Block { text, verbatim: false }], &[], indent)
}

/// One comment: paragraphs with blank lines between them, then tags.
pub(super) fn comment(blocks: &[Block], tags: &[String], indent: &str) -> String {
    let prefix = format!("{indent} * ");
    let mut lines = Vec::new();
    for block in blocks {
        if !lines.is_empty() {
            lines.push(format!("{indent} *"));
        }
        let text = safe(&methods(&block.text));
        if block.verbatim {
            lines.extend(text.lines().map(|line| format!("{prefix}{line}").trim_end().to_owned()));
        } else {
            lines.extend(wrap(&text, WIDTH, &prefix, &prefix));
        }
    }
    if !tags.is_empty() && !lines.is_empty() {
        lines.push(format!("{indent} *"));
    }
    for tag in tags {
        lines.extend(wrap(&safe(&methods(tag)), WIDTH, &prefix, &format!("{prefix}  ")));
    }
    match lines.as_slice() {
        [one] if one.chars().count() + 4 <= WIDTH => {
            format!("{indent}/** {} */", one[prefix.len()..].trim_end())
        }
        _ => format!("{indent}/**\n{}\n{indent} */", lines.join("\n")),
    }
}

fn described(api: &Api, argument: &Argument) -> String {
    methods(&describe::argument(api, argument, &spell, Time::Milliseconds, &|_| false))
}

/// Without the end of a comment.
fn safe(text: &str) -> String {
    text.replace("*/", "*\\/")
}

//! Doc comments.

use super::classes::EMPTIED;
use super::names::{property, spell};
use super::{errors, function};
use crate::describe::{self, Time};
use crate::model::{Api, Argument, Doc, Operation, Word};
use crate::spelling::in_camel_case;
use crate::text::{WIDTH, wrap};

/// The doc comment of the function with one parameter per argument.
pub(super) fn of_function(api: &Api, operation: &Operation, indent: &str) -> String {
    let mut blocks = blocks(&operation.doc);
    blocks.push(describe::endpoint(operation));
    let (positional, named) = operation.split();
    let mut tags: Vec<String> = positional
        .into_iter()
        .chain(named)
        .map(|argument| {
            format!("@param {} {}", property(argument.name).replace('`', ""), described(api, argument))
        })
        .collect();
    if function::empties(operation) {
        tags.push(format!("@param emptied {EMPTIED}"));
    }
    if operation.rules.open {
        tags.push("@param extra More fields, sent as they are.".to_owned());
    }
    tags.push("@param options How this call differs from the client's others.".to_owned());
    tags.extend(operation.failures.iter().map(|failure| {
        let when = match errors::kind(&failure.kind.row()) {
            Some(kind) => format!("Of kind `{kind}`: {}", failure.when),
            None => describe::capitalized(failure.when),
        };
        format!("@throws {} {when}.", errors::class(&failure.kind.row()))
    }));
    comment(&blocks, &tags, indent)
}

/// The doc comment of a class, with its properties.
pub(super) fn of_class(doc: &Doc, properties: &[(String, String)], indent: &str) -> String {
    let tags = properties.iter().map(|(name, text)| format!("@property {} {text}", name.replace('`', "")));
    comment(&blocks(doc), &tags.collect::<Vec<_>>(), indent)
}

/// A doc comment of these paragraphs.
pub(super) fn of_text(paragraphs: &[String], indent: &str) -> String {
    comment(paragraphs, &[], indent)
}

/// A doc comment for one word of a vocabulary.
pub(super) fn of_word(word: &Word, indent: &str) -> Option<String> {
    (!word.doc.is_empty()).then(|| of_text(&[word.doc.line(&spell)], indent))
}

pub(super) fn blocks(doc: &Doc) -> Vec<String> {
    doc.blocks(&spell).into_iter().map(|block| block.text).collect()
}

/// The doc text of an argument, with the words it takes and what is sent without it.
pub(super) fn described(api: &Api, argument: &Argument) -> String {
    let told = argument.doc.line(&spell).contains("unless given");
    describe::argument(api, argument, &spell, Time::Typed, &|_| told)
}

fn comment(paragraphs: &[String], tags: &[String], indent: &str) -> String {
    if let ([only], []) = (paragraphs, tags)
        && !only.contains('\n')
        && indent.len() + only.chars().count() + 7 <= WIDTH
    {
        return format!("{indent}/** {} */", safe(only));
    }
    let first = format!("{indent} * ");
    let mut lines = vec![format!("{indent}/**")];
    for (at, paragraph) in paragraphs.iter().filter(|paragraph| !paragraph.is_empty()).enumerate() {
        if at > 0 {
            lines.push(format!("{indent} *"));
        }
        if paragraph.contains('\n') {
            lines
                .extend(paragraph.lines().map(|line| format!("{first}{}", safe(line)).trim_end().to_owned()));
        } else {
            lines.extend(wrap(&safe(paragraph), WIDTH, &first, &first));
        }
    }
    if !tags.is_empty() && lines.len() > 1 {
        lines.push(format!("{indent} *"));
    }
    let rest = format!("{first}  ");
    lines.extend(tags.iter().flat_map(|tag| wrap(&safe(tag), WIDTH, &first, &rest)));
    lines.push(format!("{indent} */"));
    lines.join("\n")
}

/// With names as Kotlin has them, and without what would end or nest the comment.
fn safe(text: &str) -> String {
    in_camel_case(text).replace("*/", "*&#47;").replace("/*", "/&#42;")
}

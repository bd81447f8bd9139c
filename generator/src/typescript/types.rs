//! `api.d.ts`: an interface for every request and every record, a union for every vocabulary.

use super::annotation::{Annotations, OTHER};
use super::call::fields;
use super::names::{camel_case, member, quoted, spell};
use super::tsdoc;
use crate::model::{Api, Block, Form, Operation, Shape, Type, Word};
use crate::text::{WIDTH, wrap};
use crate::{Result, template};

const TEMPLATE: &str = include_str!("../../templates/typescript_api.d.ts.jinja");
const INDENT: &str = "  ";
/// What lets an object hold members of any name.
const OPEN: &str = "  [member: string]: unknown;";

pub(super) fn module(api: &Api) -> Result<String> {
    let types = api.domains.iter().flat_map(|domain| {
        let takes = |operation: &&Operation| !fields(operation).is_empty() || operation.rules.open;
        let requests = domain.operations.iter().filter(takes);
        let types = api.types.iter().filter(|one| one.domain == domain.name);
        requests.map(|operation| request(api, operation)).chain(types.filter_map(|one| declared(api, one)))
    });
    let types: Vec<String> = types.collect();
    template::fill(TEMPLATE, minijinja::context! { types => types.join("\n\n") })
}

/// Whether other words than its own are refused where the vocabulary `name` stands, at least in one place.
pub(super) fn is_closed(api: &Api, name: &str) -> bool {
    let names = |shape: &Shape| shape.names().contains(&name);
    let mut arguments = api.operations().flat_map(|operation| &operation.arguments);
    let mut members = api.types.iter().flat_map(|one| match &one.form {
        Form::Record(members) => members.as_slice(),
        _ => &[],
    });
    members.any(|member| member.closed && names(&member.shape))
        || arguments.any(|argument| argument.strict && names(&argument.shape))
}

fn declared(api: &Api, one: &Type) -> Option<String> {
    match &one.form {
        Form::Record(members) => {
            let annotations = Annotations { api, given: false };
            let members = members.iter().map(|part| {
                let annotation = annotations.of(&part.shape, part.closed);
                let doc = tsdoc::of_doc(&part.doc, INDENT);
                property(&part.name, &annotation, part.required, doc)
            });
            let doc = tsdoc::of_doc(&one.doc, "");
            Some(interface(&one.name, doc, members.chain([OPEN.to_owned()])))
        }
        Form::Words { words, open } => Some(vocabulary(api, one, words, *open)),
        Form::Alias(_) => None,
    }
}

fn request(api: &Api, operation: &Operation) -> String {
    let members = properties(api, operation, str::to_owned);
    interface(&operation.request, Some(arguments_of(operation)), members.into_iter())
}

/// The comment of the type of a request.
pub(super) fn arguments_of(operation: &Operation) -> String {
    let all = fields(operation).len() == operation.arguments.len();
    let but = if all { "" } else { " but those by position" };
    format!("/** The arguments of `{}`{but}. */", camel_case(operation.name))
}

/// The members of the type of a request: its fields, called as `spelled`, and what else it may hold.
pub(super) fn properties(api: &Api, operation: &Operation, spelled: impl Fn(&str) -> String) -> Vec<String> {
    let annotations = Annotations { api, given: true };
    let members = fields(operation).into_iter().flat_map(|argument| {
        let annotation = annotations.of_argument(argument);
        let doc = tsdoc::of_argument(api, argument, INDENT);
        let name = spelled(argument.name);
        let also = argument.also.map(|also| {
            let doc = format!("{INDENT}/** Another name for `{name}`. */");
            property(&spelled(also), &annotation, false, Some(doc))
        });
        let own = property(&name, &annotation, argument.required, doc);
        std::iter::once(own).chain(also)
    });
    members.chain(operation.rules.open.then(|| OPEN.to_owned())).collect()
}

fn interface(name: &str, doc: Option<String>, members: impl Iterator<Item = String>) -> String {
    let head = doc.map(|doc| doc + "\n").unwrap_or_default();
    format!("{head}export interface {name} {{\n{}\n}}", members.collect::<Vec<_>>().join("\n"))
}

fn property(name: &str, annotation: &str, required: bool, doc: Option<String>) -> String {
    let mark = if required { "" } else { "?" };
    let line = format!("{INDENT}{}{mark}: {annotation};", member(name));
    doc.map_or(line.clone(), |doc| format!("{doc}\n{line}"))
}

/// A union of words; with any other word where nobody refuses them.
fn vocabulary(api: &Api, one: &Type, words: &[Word], open: bool) -> String {
    let mut members: Vec<String> = words.iter().map(|word| quoted(&word.text)).collect();
    members.extend((open && !is_closed(api, &one.name)).then(|| OTHER.to_owned()));
    let line = format!("export type {} = {};", one.name, members.join(" | "));
    let text = if line.len() <= WIDTH {
        line
    } else {
        let lines: Vec<String> = members.iter().map(|member| format!("{INDENT}| {member}")).collect();
        format!("export type {} =\n{};", one.name, lines.join("\n"))
    };
    let mut blocks = one.doc.blocks(&spell);
    let explained = words.iter().filter(|word| !word.doc.is_empty());
    let list: Vec<String> = explained
        .flat_map(|word| wrap(&format!("`{}`: {}", word.text, word.doc.line(&spell)), WIDTH - 3, "- ", "  "))
        .collect();
    if !list.is_empty() {
        blocks.push(Block { text: list.join("\n"), verbatim: true });
    }
    if blocks.is_empty() { text } else { format!("{}\n{text}", tsdoc::comment(&blocks, &[], "")) }
}

//! `types.py`: a `TypedDict` for every record and every operation's arguments, a `Literal` for every vocabulary.

use dashclaw::catalogue::Call;
use serde::Serialize;

use super::abstract_types;
use super::annotation::Annotations;
use super::docstring::{code, described, of_doc};
use super::method::{fields_type, is_call_option};
use super::names::{is_identifier, or_none, spell};
use crate::model::{Api, Doc, Form, Member, Operation, Type, Word};
use crate::text::{WIDTH, pack, wrap};
use crate::{Result, template};

const TEMPLATE: &str = include_str!("../../templates/python_types.py.jinja");
const INDENT: &str = "    ";

#[derive(Serialize)]
struct Section {
    name: &'static str,
    items: Vec<String>,
}

pub(super) fn module(api: &Api) -> Result<String> {
    let words = api.types.iter().filter_map(vocabulary).collect::<Vec<_>>();
    let sections = api.domains.iter().map(|domain| {
        let requests = domain.operations.iter().filter(|operation| !operation.arguments.is_empty());
        let records = api.types.iter().filter(|one| one.domain == domain.name);
        let items = requests
            .flat_map(|operation| [Some(request(api, operation)), fields(api, operation)])
            .flatten()
            .chain(records.filter_map(|one| record(api, one)));
        Section { name: domain.name, items: items.collect() }
    });
    let sections: Vec<Section> = sections.collect();
    template::fill(
        TEMPLATE,
        minijinja::context! {
            abstract_types => abstract_types(&sections.iter().flat_map(|section| &section.items).collect::<Vec<_>>()),
            vocabularies => words,
            sections => sections,
        },
    )
}

/// One member of a `TypedDict`.
struct Key {
    name: String,
    annotation: String,
    doc: Option<String>,
    required: bool,
}

fn record(api: &Api, one: &Type) -> Option<String> {
    let Form::Record(members) = &one.form else { return None };
    let annotations = Annotations { api, prefix: "" };
    let key = |member: &Member| Key {
        name: member.name.clone(),
        annotation: annotations.received(&member.shape, member.closed),
        doc: of_doc(&member.doc, INDENT),
        required: member.required,
    };
    Some(typed_dict(&one.name, &one.doc, &members.iter().map(key).collect::<Vec<_>>()))
}

fn request(api: &Api, operation: &Operation) -> String {
    let annotations = Annotations { api, prefix: "" };
    let keys = operation.arguments.iter().map(|argument| Key {
        name: argument.name.to_owned(),
        annotation: annotations.given(&argument.shape, argument.strict),
        doc: of_doc(&Doc::read(&described(api, argument)), INDENT),
        required: argument.required,
    });
    let doc = Doc::read(&format!("The arguments of `{}`.", operation.name));
    typed_dict(&operation.request, &doc, &keys.collect::<Vec<_>>())
}

/// The keywords of an operation that takes its arguments as one dict: the same keys, and the options of a call.
fn fields(api: &Api, operation: &Operation) -> Option<String> {
    let Call::Object(dict) = operation.rules.call else { return None };
    let annotations = Annotations { api, prefix: "" };
    let is_other = |name: &str| name == dict || is_call_option(name);
    let own = operation.arguments.iter().filter(|argument| !is_other(argument.name));
    let keys = own.map(|argument| Key {
        name: argument.name.to_owned(),
        annotation: or_none(&annotations.given(&argument.shape, argument.strict)),
        doc: None,
        required: false,
    });
    let doc = format!(
        "What `{}` takes by name: the keys of `{}`, which says what they mean, and options of the call.",
        operation.name, operation.request
    );
    let (doc, keys) = (Doc::read(&doc), keys.collect::<Vec<_>>());
    Some(class(&fields_type(operation), "CallOptions", true, &doc, &keys.iter().collect::<Vec<_>>()))
}

/// One class; two where some keys are required and others are not, because `NotRequired` needs Python 3.11.
fn typed_dict(name: &str, doc: &Doc, keys: &[Key]) -> String {
    let (required, optional): (Vec<&Key>, Vec<&Key>) = keys.iter().partition(|key| key.required);
    if optional.is_empty() {
        return class(name, "TypedDict", false, doc, &required);
    }
    if required.is_empty() {
        return class(name, "TypedDict", true, doc, &optional);
    }
    let base = format!("_{name}");
    let base_doc = Doc::read(&format!("The keys that every `{name}` has."));
    let base_class = class(&base, "TypedDict", false, &base_doc, &required);
    format!("{base_class}\n\n\n{}", class(name, &base, true, doc, &optional))
}

fn class(name: &str, base: &str, optional: bool, doc: &Doc, keys: &[&Key]) -> String {
    let (plain, odd): (Vec<&Key>, Vec<&Key>) = keys.iter().partition(|key| is_identifier(&key.name));
    let total = if optional { ", total=False" } else { "" };
    let mut text = String::new();
    let mut base = base.to_owned();
    if !odd.is_empty() {
        let own = format!("_{name}Keys");
        text = call_form(&own, total, &odd);
        base = if base == "TypedDict" { own } else { format!("{base}, {own}") };
    }
    let mut parts: Vec<String> = of_doc(doc, INDENT).into_iter().collect();
    let text_of = |key: &Key| {
        let line = format!("{INDENT}{}: {}", key.name, key.annotation);
        key.doc.iter().fold(line, |line, doc| format!("{line}\n{doc}"))
    };
    // What needs no words needs no room between.
    let runs = plain.chunk_by(|one, next| one.doc.is_none() && next.doc.is_none());
    parts.extend(runs.map(|run| run.iter().map(|key| text_of(key)).collect::<Vec<_>>().join("\n")));
    if parts.is_empty() {
        parts.push(format!("{INDENT}pass"));
    }
    format!("{text}class {name}({base}{total}):\n{}", parts.join("\n\n"))
}

/// Keys that a class body cannot hold, such as `from`.
fn call_form(name: &str, total: &str, keys: &[&Key]) -> String {
    let docs = keys.iter().filter_map(|key| Some((&key.name, key.doc.as_ref()?)));
    let comments = docs.flat_map(|(name, doc)| {
        let doc = doc.replace("\"\"\"", "");
        wrap(&format!("``{name}``: {}", doc.trim()), WIDTH, "# ", "# ")
    });
    let items: Vec<String> =
        keys.iter().map(|key| format!("\"{}\": \"{}\"", key.name, key.annotation)).collect();
    let assignment = format!("{name} = TypedDict(\"{name}\", {{{}}}{total})\n\n\n", items.join(", "));
    comments.chain([assignment]).collect::<Vec<_>>().join("\n")
}

/// `Verdict = Literal["allow", …]`, with what each word means.
fn vocabulary(one: &Type) -> Option<String> {
    let Form::Words { words, .. } = &one.form else { return None };
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{}\"", word.text)).collect();
    let line = format!("{}: TypeAlias = Literal[{}]", one.name, quoted.join(", "));
    let alias = if line.len() <= WIDTH {
        line
    } else {
        let lines = pack(&quoted, WIDTH, INDENT).join("\n");
        format!("{}: TypeAlias = Literal[\n{lines}\n]", one.name)
    };
    Some(of_words(&one.doc, words).map_or(alias.clone(), |doc| format!("{alias}\n{doc}")))
}

fn of_words(doc: &Doc, words: &[Word]) -> Option<String> {
    let explained = words.iter().filter(|word| !word.doc.is_empty());
    let list: Vec<String> = explained
        .flat_map(|word| {
            wrap(&code(&format!("`{}`: {}", word.text, word.doc.line(&spell))), WIDTH, "* ", "  ")
        })
        .collect();
    let mut text = doc.blocks(&spell).into_iter().map(|block| block.text).collect::<Vec<_>>();
    if !list.is_empty() {
        text.push(list.join("\n"));
    }
    of_doc(&Doc::read(&text.join("\n\n")), "")
}

//! The page of one domain.

use dashclaw::catalogue::{Fill, Place};
use minijinja::{Value, context};

use super::shapes::{cell, spell, words};
use super::streams;
use crate::model::{Api, Argument, Doc, Domain, Form, Member, Operation, Shape, Type, repeat};
use crate::{Language, Result, template};

const TEMPLATE: &str = include_str!("../../templates/reference_domain.md.jinja");

pub(super) fn text(api: &Api, domain: &Domain, languages: &[&dyn Language]) -> Result<String> {
    let operations = domain.operations.iter().map(|operation| view(api, operation, languages));
    let operations: Vec<Value> = operations.collect();
    let types = api.types.iter().filter(|one| one.domain == domain.name && !is_inline(api, &one.name));
    let types: Vec<Value> = types.filter_map(|one| type_view(api, one)).collect();
    let languages: Vec<&str> = languages.iter().map(|language| language.title()).collect();
    template::fill(
        TEMPLATE,
        context! { title => title(domain.name), languages, operations => operations, types => types },
    )
}

/// `open_loops` as a heading.
pub(super) fn title(domain: &str) -> String {
    let words = domain.replace('_', " ");
    words[..1].to_uppercase() + &words[1..]
}

/// Whether the type is the result of one operation and stands nowhere else: it is shown there.
fn is_inline(api: &Api, name: &str) -> bool {
    let results = api.operations().filter(|operation| operation.response == Shape::Named(name.to_owned()));
    let arguments =
        api.operations().flat_map(|operation| &operation.arguments).map(|argument| &argument.shape);
    let members = api.types.iter().flat_map(|one| match &one.form {
        Form::Record(members) => members.iter().map(|member| &member.shape).collect(),
        Form::Alias(shape) => vec![shape],
        Form::Words { .. } => Vec::new(),
    });
    results.count() == 1 && !arguments.chain(members).any(|shape| shape.names().contains(&name))
}

fn view(api: &Api, operation: &Operation, languages: &[&dyn Language]) -> Value {
    let names: Vec<String> = languages.iter().map(|language| language.name(operation.name)).collect();
    let code = languages.iter().map(|language| {
        let by_hand = streams::signature(operation, language.title());
        let text = by_hand.map_or_else(|| language.signature(api, operation), str::to_owned);
        context! { fence => language.fence(), text }
    });
    let constants = operation.constants.iter().map(|constant| {
        format!("`{}` = `{}`", constant.wire_name, constant.default.clone().unwrap_or_default())
    });
    let errors = operation.failures.iter().map(|failure| {
        let names: Vec<String> =
            languages.iter().map(|language| language.error(&failure.kind.row())).collect();
        context! { code => failure.kind.as_str(), when => failure.when, names => names }
    });
    context! {
        name => operation.name,
        method => operation.method,
        path => operation.path,
        names => names,
        facts => facts(operation),
        doc => paragraphs(&operation.doc),
        arguments => operation.arguments.iter().map(|one| argument(api, one, operation.domain)).collect::<Vec<_>>(),
        constants => constants.collect::<Vec<_>>(),
        open => operation.rules.open,
        result => result(api, operation),
        errors => errors.collect::<Vec<_>>(),
        code => code.collect::<Vec<_>>(),
    }
}

/// What the rules say, in sentences.
fn facts(operation: &Operation) -> String {
    let rules = &operation.rules;
    let mut facts = vec![repeat(rules.repeat).to_owned()];
    if rules.admin {
        facts.push("Needs an API key with the admin role.".to_owned());
    }
    if rules.public {
        facts.push("Needs no API key.".to_owned());
    }
    if rules.scheduler {
        facts.push("Needs the scheduler's secret as the client's `auth_token`, and no API key.".to_owned());
    }
    if rules.signed {
        facts.push("Signed when the client has a signing key.".to_owned());
    }
    if let Some(items) = rules.pages {
        facts.push(format!("Pages through `{items}` with `limit` and `offset`."));
    }
    if let Some((name, _)) = &operation.iterator {
        facts.push(format!("`{name}` goes through all of them."));
    }
    if let Some(flag) = rules.key_when {
        facts.push(format!("With `{flag}` it writes, under an idempotency key of its own."));
    }
    if !rules.aliases.is_empty() {
        facts.push(format!("Also served as `{}`.", rules.aliases.join("`, `")));
    }
    facts.join(" ")
}

fn paragraphs(doc: &Doc) -> String {
    doc.blocks(&spell).into_iter().map(|block| block.text).collect::<Vec<_>>().join("\n\n")
}

fn argument(api: &Api, argument: &Argument, domain: &str) -> Value {
    let name = if argument.wire_name == argument.name {
        format!("`{}`", argument.name)
    } else {
        format!("`{}` (sent as `{}`)", argument.name, argument.wire_name)
    };
    let place = match argument.place {
        Place::Path => "path",
        Place::Query => "query",
        Place::Body => "body",
        Place::Local => "not sent",
    };
    let default = match (&argument.default, argument.fill) {
        (Some(default), _) => format!("`{default}`"),
        (None, Some(Fill::AgentId)) => "the client's agent id".to_owned(),
        (None, Some(Fill::AgentName)) => "the client's agent name".to_owned(),
        (None, Some(Fill::Now)) => "now".to_owned(),
        (None, None) => String::new(),
    };
    context! {
        name => name,
        type => words(api, &argument.shape, domain),
        place => place,
        required => if argument.required { "yes" } else { "" },
        default => default,
        limits => limits(argument),
        doc => cell(&argument.doc.line(&spell)),
    }
}

fn limits(argument: &Argument) -> String {
    let unit = match argument.shape {
        Shape::List(_) => "entries",
        Shape::Map(_) | Shape::Any => "bytes of JSON",
        _ => "characters",
    };
    match (argument.max, argument.range) {
        (Some(max), _) => format!("≤ {max} {unit}"),
        (None, Some((low, i64::MAX))) => format!("≥ {low}"),
        (None, Some((low, high))) => format!("{low} to {high}"),
        (None, None) if argument.strict => "these words only".to_owned(),
        (None, None) => String::new(),
    }
}

fn result(api: &Api, operation: &Operation) -> Value {
    let type_name = words(api, &operation.response, operation.domain);
    let Shape::Named(name) = &operation.response else { return context! { type => type_name } };
    let Some(Type { form: Form::Record(members), doc, .. }) = api.find(name) else {
        return context! { type => type_name };
    };
    if !is_inline(api, name) {
        return context! { type => type_name, doc => cell(&doc.line(&spell)) };
    }
    context! {
        type => format!("`{name}`"),
        doc => doc.line(&spell),
        members => members.iter().map(|one| member(api, one, operation.domain)).collect::<Vec<_>>(),
    }
}

fn member(api: &Api, member: &Member, domain: &str) -> Value {
    context! {
        name => member.name,
        type => words(api, &member.shape, domain),
        always => if member.required { "yes" } else { "" },
        doc => cell(&member.doc.line(&spell)),
    }
}

fn type_view(api: &Api, one: &Type) -> Option<Value> {
    let (name, doc) = (&one.name, paragraphs(&one.doc));
    match &one.form {
        Form::Record(members) => {
            let members: Vec<Value> = members.iter().map(|part| member(api, part, one.domain)).collect();
            Some(context! { name, doc, members => members })
        }
        Form::Words { words, open } => {
            let words = words.iter().map(|word| {
                context! { text => word.text, doc => cell(&word.doc.line(&spell)) }
            });
            Some(context! { name, doc, open, words => words.collect::<Vec<_>>() })
        }
        Form::Alias(_) => None,
    }
}

//! The list of errors.

use dashclaw::Holds;
use minijinja::context;

use super::shapes::cell;
use crate::describe::Time;
use crate::model::{Api, Doc, Reference, with_unit};
use crate::{Language, Result, template};

const TEMPLATE: &str = include_str!("../../templates/errors.md.jinja");

pub(super) fn text(api: &Api, languages: &[&dyn Language]) -> Result<String> {
    let kinds = api.errors.kinds.iter().map(|kind| {
        let names: Vec<String> = languages.iter().map(|language| language.error(kind)).collect();
        context! {
            code => kind.code,
            doc => cell(&Doc::read(kind.doc).line(&spell)),
            retryable => if kind.retryable { "yes" } else { "" },
            names => names,
        }
    });
    let fields = api.errors.fields.iter().map(|field| {
        let doc = Doc::read(&with_unit(field, Time::Typed)).line(&spell);
        context! { name => field.name, holds => holds(field.holds), always => field.always, doc => cell(&doc) }
    });
    let titles: Vec<&str> = languages.iter().map(|language| language.title()).collect();
    let (kinds, fields) = (kinds.collect::<Vec<_>>(), fields.collect::<Vec<_>>());
    template::fill(TEMPLATE, context! { languages => titles, kinds, fields })
}

const fn holds(holds: Holds) -> &'static str {
    match holds {
        Holds::Text => "text",
        Holds::Integer => "whole number",
        Holds::Flag => "boolean",
        Holds::Seconds => "length of time",
        Holds::Json => "any JSON value",
    }
}

fn spell(reference: &Reference) -> String {
    match reference {
        Reference::Operation(name) | Reference::Item(name) => format!("`{name}`"),
        Reference::Error(kind) => format!("[`{0}`](#{0})", kind.as_str()),
        Reference::AnError(kind) => format!("an error of kind [`{0}`](#{0})", kind.as_str()),
    }
}

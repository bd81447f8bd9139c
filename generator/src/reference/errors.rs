//! The list of errors.

use dashclaw::{Error, ErrorKind};
use minijinja::context;

use super::shapes::cell;
use crate::model::{Doc, Reference};
use crate::{Language, Result, template};

const TEMPLATE: &str = include_str!("../../templates/errors.md.jinja");

pub(super) fn text(languages: &[&dyn Language]) -> Result<String> {
    let kinds = ErrorKind::ALL.iter().map(|kind| {
        let names: Vec<String> = languages.iter().map(|language| language.error(*kind)).collect();
        context! {
            code => kind.as_str(),
            doc => cell(&Doc::read(kind.doc()).line(&spell)),
            retryable => if Error::new(*kind, "").is_retryable() { "yes" } else { "" },
            names => names,
        }
    });
    let titles: Vec<&str> = languages.iter().map(|language| language.title()).collect();
    template::fill(TEMPLATE, context! { languages => titles, kinds => kinds.collect::<Vec<_>>() })
}

fn spell(reference: &Reference) -> String {
    match reference {
        Reference::Operation(name) | Reference::Item(name) => format!("`{name}`"),
        Reference::Error(kind) => format!("[`{0}`](#{0})", kind.as_str()),
        Reference::AnError(kind) => format!("an error of kind [`{0}`](#{0})", kind.as_str()),
    }
}

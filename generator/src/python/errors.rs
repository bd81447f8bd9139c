//! `_error_classes.py`: a class for every kind of error but those that have behaviour of their own.

use dashclaw::{ErrorField, ErrorKindRow, Holds};
use minijinja::context;

use super::docstring::of_doc;
use super::names::or_none;
use crate::describe::Time;
use crate::model::{Api, Doc, with_unit};
use crate::{Result, template};

const TEMPLATE: &str = include_str!("../../templates/python_errors.py.jinja");
const INDENT: &str = "    ";
/// The kinds whose classes are written by hand, for they have the official constructors.
const BY_HAND: [&str; 2] = ["guard_blocked", "approval_denied"];
/// The field that only those classes have.
const THEIRS: &str = "decision";
/// What the constructor takes.
const GIVEN: [&str; 3] = ["message", "status", "details"];

pub(super) fn module(api: &Api) -> Result<String> {
    let errors = &api.errors;
    let docstring = |doc: &Doc| of_doc(doc, INDENT).unwrap_or_default();
    let same = str::to_owned;
    let fields = errors.fields.iter().filter(|field| field.name != THEIRS).map(|field| {
        let doc = errors.told(&with_unit(field, Time::Seconds), &same, &same);
        context! { name => field.name, annotation => annotation(field), initial => initial(field), doc => docstring(&doc) }
    });
    let classes = errors.kinds.iter().filter(|kind| !BY_HAND.contains(&kind.code)).map(|kind| {
        let doc = errors.told(kind.doc, &same, &same);
        context! { name => kind.class, bases => bases(kind), code => kind.code, doc => docstring(&doc) }
    });
    let mut names: Vec<&str> =
        errors.kinds.iter().filter(|kind| !BY_HAND.contains(&kind.code)).map(|kind| kind.class).collect();
    names.push("DashClawError");
    names.sort_unstable();
    let (fields, classes) = (fields.collect::<Vec<_>>(), classes.collect::<Vec<_>>());
    template::fill(TEMPLATE, context! { fields, classes, names })
}

fn bases(kind: &ErrorKindRow) -> String {
    let bases: Vec<&str> = ["DashClawError"].into_iter().chain(kind.python.iter().copied()).collect();
    bases.join(", ")
}

fn annotation(field: &ErrorField) -> String {
    let annotation = match field.holds {
        Holds::Text => "str",
        Holds::Integer => "int",
        Holds::Flag => "bool",
        Holds::Seconds => "float",
        Holds::Json => "Any",
    };
    if field.always { annotation.to_owned() } else { or_none(annotation) }
}

/// What a program's own error holds.
fn initial(field: &ErrorField) -> &'static str {
    match field.name {
        "code" => "self.kind",
        name if GIVEN.contains(&name) => name,
        _ if field.holds == Holds::Flag => "False",
        _ => "None",
    }
}

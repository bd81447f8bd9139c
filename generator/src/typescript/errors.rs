//! The errors: `error-table.js`, from which `errors.js` makes the classes, and their declarations.

use dashclaw::{ErrorField, ErrorKindRow, Holds};
use minijinja::context;

use super::names::{camel_case, spell};
use super::tsdoc::comment;
use crate::describe::Time;
use crate::model::{Api, with_unit};
use crate::{Result, template};

const TABLE: &str = include_str!("../../templates/typescript_errors.js.jinja");
const DECLARATIONS: &str = include_str!("../../templates/typescript_errors.d.ts.jinja");
/// The field that each class has in its own way.
const BY_HAND: &str = "decision";
/// The field that every error of JavaScript has.
const BUILT_IN: &str = "message";
/// What is so in this language only.
const MORE: [(&str, &str); 2] = [
    ("cancelled", "Its `name` is `AbortError`, its `cause` the signal's reason."),
    (
        "guard_blocked",
        "Any call throws it that the server refuses with a verdict; throw it yourself with what `guard` returned.",
    ),
];

/// What is written of the fields.
fn fields(api: &Api) -> impl Iterator<Item = &ErrorField> {
    api.errors.fields.iter().filter(|field| field.name != BY_HAND && field.name != BUILT_IN)
}

pub(super) fn table(api: &Api) -> Result<String> {
    let kinds = api.errors.kinds.iter().map(|kind| context! { code => kind.code, class => kind.class });
    let fields = fields(api).map(|field| {
        context! { core => field.name, name => camel_case(field.name), is_time => field.holds == Holds::Seconds }
    });
    let (kinds, fields) = (kinds.collect::<Vec<_>>(), fields.collect::<Vec<_>>());
    template::fill(TABLE, context! { kinds, fields })
}

pub(super) fn declarations(api: &Api) -> Result<String> {
    let errors = &api.errors;
    let told = |text: &str, indent: &str| {
        comment(&errors.told(text, &camel_case, &camel_case).blocks(&spell), &[], indent)
    };
    let fields = fields(api).map(|field| {
        let optional = if field.always { "" } else { "?" };
        context! {
            name => format!("{}{optional}", camel_case(field.name)),
            type => type_of(field.holds),
            doc => told(&with_unit(field, Time::Milliseconds), "  "),
        }
    });
    let kinds = errors.kinds.iter().map(|kind| {
        context! { code => kind.code, class => kind.class, doc => told(&meaning(kind), "") }
    });
    let (fields, kinds) = (fields.collect::<Vec<_>>(), kinds.collect::<Vec<_>>());
    template::fill(DECLARATIONS, context! { fields, kinds })
}

fn meaning(kind: &ErrorKindRow) -> String {
    let more = MORE.iter().find(|(code, _)| *code == kind.code).map_or("", |(_, more)| more);
    format!("{}\n {more}", kind.doc.trim_end()).trim_end().to_owned()
}

const fn type_of(holds: Holds) -> &'static str {
    match holds {
        Holds::Text => "string",
        Holds::Integer | Holds::Seconds => "number",
        Holds::Flag => "boolean",
        Holds::Json => "unknown",
    }
}

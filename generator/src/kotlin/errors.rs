//! The exceptions that Kotlin throws, and the kinds that tell them apart.

use dashclaw::{ErrorField, ErrorKindRow, Holds};
use minijinja::context;

use super::kdoc;
use super::names::{constant, spell};
use crate::describe::Time;
use crate::model::{Api, with_unit};
use crate::text::camel_case;
use crate::{Result, template};

const KINDS: &str = include_str!("../../templates/kotlin_errors.kt.jinja");
const CLASSES: &str = include_str!("../../templates/kotlin_exceptions.kt.jinja");
const BASE: &str = "DashClawException";
/// The kind whose class is written by hand, for it reads the verdict.
const BY_HAND: &str = "guard_blocked";
/// The field that is a text here, whatever the core has.
const AS_TEXT: &str = "decision";

/// The class: one of its own where callers catch the kind, otherwise the base.
pub(super) fn class(kind: &ErrorKindRow) -> String {
    if kind.kotlin { kind.class.replace("Error", "Exception") } else { BASE.to_owned() }
}

/// The constant of `ErrorKind`, for a kind without a class of its own.
pub(super) fn kind(kind: &ErrorKindRow) -> Option<String> {
    (!kind.kotlin).then(|| constant(kind.code))
}

/// `ErrorKind.kt`.
pub(super) fn kinds(api: &Api) -> Result<String> {
    let kinds = api.errors.kinds.iter().map(|kind| {
        context! { constant => constant(kind.code), code => kind.code, doc => told(api, kind.doc, "    ") }
    });
    template::fill(KINDS, context! { kinds => kinds.collect::<Vec<_>>() })
}

/// `Exceptions.kt`.
pub(super) fn classes(api: &Api) -> Result<String> {
    let errors = &api.errors;
    let fields = errors.fields.iter().map(|field| {
        context! {
            name => camel_case(field.name),
            type => type_of(field),
            initial => initial(field),
            read => read(field),
            doc => told(api, &with_unit(field, Time::Typed), "    "),
            is_message => field.name == "message",
            as_text => field.name == AS_TEXT,
        }
    });
    let own = errors.kinds.iter().filter(|kind| kind.kotlin);
    let own = own.map(|kind| {
        context! {
            class => class(kind),
            constant => constant(kind.code),
            by_hand => kind.code == BY_HAND,
            doc => told(api, kind.doc, ""),
        }
    });
    let (fields, kinds) = (fields.collect::<Vec<_>>(), own.collect::<Vec<_>>());
    template::fill(CLASSES, context! { fields, kinds })
}

fn told(api: &Api, text: &str, indent: &str) -> String {
    let doc = api.errors.told(text, &camel_case, &camel_case);
    kdoc::of_text(&[doc.line(&spell)], indent)
}

fn type_of(field: &ErrorField) -> String {
    let name = match field.holds {
        Holds::Text => "String",
        Holds::Integer => "Int",
        Holds::Flag => "Boolean",
        Holds::Seconds => "Duration",
        Holds::Json => "JsonElement",
    };
    if field.always { name.to_owned() } else { format!("{name}?") }
}

/// What a failure has that arises here.
fn initial(field: &ErrorField) -> &'static str {
    match (field.name, field.holds) {
        ("message", _) => "",
        ("code", _) => " = kind.code",
        (_, Holds::Flag) => " = false",
        _ => " = null",
    }
}

/// How it is read from the core's fields.
fn read(field: &ErrorField) -> String {
    let member = format!("fields[\"{}\"]", field.name);
    let read = match field.holds {
        Holds::Text => format!("text({member})"),
        Holds::Integer => format!("({member} as? JsonPrimitive)?.intOrNull"),
        Holds::Flag => format!("({member} as? JsonPrimitive)?.booleanOrNull"),
        Holds::Seconds => format!("({member} as? JsonPrimitive)?.doubleOrNull?.seconds"),
        Holds::Json => member,
    };
    let otherwise = match field.name {
        "code" => " ?: kind.code",
        _ if !field.always => "",
        _ if field.holds == Holds::Flag => " ?: false",
        _ => ".orEmpty()",
    };
    format!("{read}{otherwise}")
}

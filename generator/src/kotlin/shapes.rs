//! Shapes as Kotlin types.

use crate::model::{Api, Form, Member, Shape};

/// The closed `enum class` of a vocabulary, and beside it the type for places where newer words may come.
pub(super) fn open_name(name: &str) -> String {
    format!("{name}Word")
}

/// The vocabularies of which the engine refuses unknown words in some answer.
pub(super) fn is_closed_somewhere(api: &Api, name: &str) -> bool {
    api.types.iter().any(|one| match &one.form {
        Form::Record(members) => members
            .iter()
            .any(|member| member.closed && *member.shape.present() == Shape::Named(name.to_owned())),
        _ => false,
    })
}

/// The type without its `?`; `closed` where only known words can stand.
pub(super) fn type_name(api: &Api, shape: &Shape, closed: bool) -> String {
    let inner = |shape: &Shape| optional(&type_name(api, shape, closed), matches!(shape, Shape::Nullable(_)));
    match shape {
        Shape::Any | Shape::Either(_) => "JsonElement".to_owned(),
        Shape::Text => "String".to_owned(),
        Shape::Integer => "Long".to_owned(),
        Shape::Number => "Double".to_owned(),
        Shape::Seconds => "Duration".to_owned(),
        Shape::Bytes => "ByteArray".to_owned(),
        Shape::Boolean => "Boolean".to_owned(),
        Shape::Map(shape) if **shape == Shape::Any => "JsonObject".to_owned(),
        Shape::Map(shape) => format!("Map<String, {}>", inner(shape)),
        Shape::List(shape) => format!("List<{}>", inner(shape)),
        Shape::Nullable(shape) => type_name(api, shape, closed),
        Shape::Named(name) => match api.find(name).map(|found| &found.form) {
            Some(Form::Alias(shape)) => type_name(api, shape, closed),
            Some(Form::Words { .. }) if !closed => open_or_own_name(api, name),
            _ => name.clone(),
        },
    }
}

/// What an operation returns: a JSON object, whatever else is known about it.
pub(super) fn response(api: &Api, shape: &Shape) -> String {
    match type_name(api, shape, false) {
        any if any == "JsonElement" => "JsonObject".to_owned(),
        name => name,
    }
}

/// `name?`
pub(super) fn optional(name: &str, is_optional: bool) -> String {
    if is_optional { format!("{name}?") } else { name.to_owned() }
}

/// What stands for an absent value of this type, when it has an empty one.
pub(super) fn empty(api: &Api, shape: &Shape) -> Option<String> {
    let text = match shape {
        Shape::Text => "\"\"",
        Shape::Integer => "0",
        Shape::Number => "0.0",
        Shape::Seconds => "Duration.ZERO",
        Shape::Bytes => "ByteArray(0)",
        Shape::Boolean => "false",
        Shape::List(_) => "emptyList()",
        Shape::Map(shape) if **shape == Shape::Any => "NOTHING",
        Shape::Map(_) => "emptyMap()",
        Shape::Named(name) => return empty_of(api, name),
        Shape::Any | Shape::Either(_) | Shape::Nullable(_) => return None,
    };
    Some(text.to_owned())
}

fn empty_of(api: &Api, name: &str) -> Option<String> {
    match &api.find(name)?.form {
        Form::Alias(shape) => empty(api, shape),
        Form::Words { open: true, .. } => Some(format!("{}(\"\")", open_or_own_name(api, name))),
        Form::Words { .. } => None,
        Form::Record(members) => {
            let has_default = |member: &Member| {
                !member.required
                    || matches!(member.shape, Shape::Nullable(_))
                    || (member.defaulted && !member.closed)
            };
            members.iter().all(has_default).then(|| format!("{name}()"))
        }
    }
}

/// The type of a vocabulary where any word may stand.
fn open_or_own_name(api: &Api, name: &str) -> String {
    if is_closed_somewhere(api, name) { open_name(name) } else { name.to_owned() }
}

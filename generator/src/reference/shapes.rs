//! Shapes and doc texts as Markdown.

use crate::model::{Api, Form, Reference, Shape};

/// A reference in a doc text of a page in `docs/api`.
pub(super) fn spell(reference: &Reference) -> String {
    match reference {
        Reference::Operation(name) => {
            let domain = dashclaw::api::find(name).map_or("README", |row| row.domain);
            format!("[`{name}`]({domain}.md#{name})")
        }
        Reference::Error(kind) => format!("[`{0}`](../errors.md#{0})", kind.as_str()),
        Reference::AnError(kind) => format!("an error of kind [`{0}`](../errors.md#{0})", kind.as_str()),
        Reference::Item(name) => format!("`{name}`"),
    }
}

/// `shape` in words, its types linked from the page of `domain`.
pub(super) fn words(api: &Api, shape: &Shape, domain: &str) -> String {
    let inner = |shape: &Shape| words(api, shape, domain);
    match shape {
        Shape::Any => "any JSON".to_owned(),
        Shape::Text => "string".to_owned(),
        Shape::Integer => "integer".to_owned(),
        Shape::Number => "number".to_owned(),
        Shape::Seconds => "seconds".to_owned(),
        Shape::Bytes => "bytes".to_owned(),
        Shape::Boolean => "boolean".to_owned(),
        Shape::Map(shape) if **shape == Shape::Any => "object".to_owned(),
        Shape::Map(shape) => format!("object of {}", inner(shape)),
        Shape::List(shape) if **shape == Shape::Any => "list".to_owned(),
        Shape::List(shape) => format!("list of {}", inner(shape)),
        Shape::Nullable(shape) if **shape == Shape::Any => inner(shape),
        Shape::Nullable(shape) => format!("{} or null", inner(shape)),
        Shape::Either(shapes) => shapes.iter().map(inner).collect::<Vec<_>>().join(" or "),
        Shape::Named(name) => named(api, name, domain),
    }
}

fn named(api: &Api, name: &str, domain: &str) -> String {
    let Some(one) = api.find(name) else { return name.to_owned() };
    let anchor = name.to_lowercase();
    match &one.form {
        Form::Alias(shape) => words(api, shape, domain),
        _ if one.domain == domain => format!("[{name}](#{anchor})"),
        _ => format!("[{name}]({}.md#{anchor})", one.domain),
    }
}

/// A text in the cell of a table.
pub(super) fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

//! What every language tells about an operation, in Markdown.

use serde_json::Value;

use crate::model::{Api, Argument, Form, Operation, Reference, Shape, repeat};

/// In what a language tells lengths of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Time {
    /// As numbers of seconds.
    Seconds,
    /// As numbers of milliseconds.
    Milliseconds,
    /// As a type of its own.
    Typed,
}

/// How a language writes what a doc text points at.
pub(crate) type Spell = dyn Fn(&Reference) -> String;

/// Which request it is and what a repeat means.
pub(crate) fn endpoint(operation: &Operation) -> String {
    let rules = &operation.rules;
    let key = if rules.public { " Needs no API key." } else { "" };
    let pages = rules.pages.map(|items| format!(" Pages through `{items}` with `limit` and `offset`."));
    let pages = pages.unwrap_or_default();
    let start = if rules.composed.is_some() { "Starts with " } else { "" };
    format!("{start}`{} {}`. {}{key}{pages}", operation.method, operation.path, repeat(rules.repeat))
}

/// The doc text of an argument, with the words it takes and a default that the signature does not show.
pub(crate) fn argument(
    api: &Api,
    argument: &Argument,
    spell: &Spell,
    time: Time,
    is_shown: &dyn Fn(&Value) -> bool,
) -> String {
    let mut sentences = vec![argument.doc.line(spell)];
    if let Shape::Named(name) = &argument.shape
        && let Some(Form::Words { words, .. }) = api.find(name).map(|found| &found.form)
        && !words.iter().all(|word| sentences[0].contains(&format!("`{}`", word.text)))
    {
        let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        sentences.push(format!("One of `{}`.", words.join("`, `")));
    }
    let is_length = argument.shape == Shape::Seconds;
    match time {
        Time::Seconds if is_length => sentences.push("In seconds.".to_owned()),
        Time::Milliseconds if is_length => sentences.push("In milliseconds.".to_owned()),
        _ => {}
    }
    if let Some(default) = argument.default.as_ref().filter(|default| !is_shown(default)) {
        sentences.push(match (is_length, time) {
            (true, Time::Milliseconds) => {
                format!("`{}` unless given.", default.as_f64().unwrap_or_default() * 1000.0)
            }
            (true, Time::Typed) => format!("{default} seconds unless given."),
            _ => format!("`{default}` unless given."),
        });
    }
    sentences.join(" ").trim_start().to_owned()
}

/// What the method does that goes through all items of `operation`.
pub(crate) fn iterator(operation: &str) -> String {
    format!(
        "Goes through all that `{operation}` lists, with the same arguments: `limit` is a page's size, `offset` how many to \
         skip.\n\nA page is asked for when it is needed. The last page is one that is short or empty, or the same as the one \
         before."
    )
}

/// What comes back, in a sentence.
pub(crate) fn returned(api: &Api, response: &Shape, spell: &Spell) -> Option<String> {
    let Shape::Named(name) = response else { return None };
    let doc = api.find(name)?.doc.summary(spell);
    (!doc.is_empty()).then_some(doc)
}

/// A sentence's beginning.
pub(crate) fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().collect::<String>() + chars.as_str()).unwrap_or_default()
}

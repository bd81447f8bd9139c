//! What every language tells about an operation, in Markdown.

use serde_json::Value;

use crate::model::{Api, Argument, Form, Operation, Reference, Shape, repeat};

/// How a language writes what a doc text points at.
pub(crate) type Spell = dyn Fn(&Reference) -> String;

/// Which request it is and what a repeat means.
pub(crate) fn endpoint(operation: &Operation) -> String {
    let rules = &operation.rules;
    let key = if rules.public { " Needs no API key." } else { "" };
    let pages = rules.pages.map(|items| format!(" Pages through `{items}` with `limit` and `offset`."));
    let pages = pages.unwrap_or_default();
    format!("`{} {}`. {}{key}{pages}", operation.method, operation.path, repeat(rules.repeat))
}

/// The doc text of an argument, with the words it takes and a default that the signature does not show.
pub(crate) fn argument(
    api: &Api,
    argument: &Argument,
    spell: &Spell,
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
    if let Some(default) = argument.default.as_ref().filter(|default| !is_shown(default)) {
        sentences.push(format!("`{default}` unless given."));
    }
    sentences.join(" ").trim_start().to_owned()
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

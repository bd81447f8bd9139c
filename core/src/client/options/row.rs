//! One option: what it is called, what it takes, and how it is set.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use crate::deadline::length;
use crate::{Error, Result};

/// One option of `T`, a client or a call.
#[derive(Debug)]
pub struct OptionRow<T: 'static> {
    /// The core's name, snake_case.
    pub name: &'static str,
    /// The name in Python, and in camel case in Node, where the official client calls it otherwise.
    pub official: Option<&'static str>,
    /// What it takes.
    pub form: Form,
    /// What counts when it is not given, as JSON text.
    pub default: Option<&'static str>,
    /// The environment variable that is read when it is not given.
    pub variable: Option<&'static str>,
    /// The one language that has it; all have it otherwise.
    pub only_in: Option<&'static str>,
    /// Whether it says how a server is reached, and so is none of an embedded instance's client.
    pub of_the_network: bool,
    /// Markdown for every language, without unit and default.
    pub doc: &'static str,
    set: Option<Setter<T>>,
}

type Setter<T> = fn(T, Given<'_>) -> Result<T>;

/// What an option takes.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// A text.
    Text,
    /// A text that is shown nowhere.
    Secret,
    /// A private key, each language in its own forms, and then a text that is shown nowhere.
    PrivateKey,
    /// A length of time: a number of seconds, 0 or more. Each language has its own unit.
    Seconds,
    /// A whole number, 0 or more.
    Count,
    /// A whole number of bytes.
    Bytes,
    /// A number.
    Number,
    /// One of some words.
    Words(&'static dyn Vocabulary),
    /// A function of the program, which is given a record of this name or any object. It does not cross as JSON.
    Callback(Option<&'static str>),
}

/// The words of an option, as languages see them.
pub trait Vocabulary: fmt::Debug + Sync {
    /// The type in languages that have one for it.
    fn name(&self) -> &'static str;
    /// What the type is for.
    fn doc(&self) -> &'static str;
    /// Each word with what it means.
    fn words(&self) -> Vec<(&'static str, &'static str)>;
}

/// The words of an option, each with what it means and its value.
#[derive(Debug)]
pub struct Words<T: 'static> {
    /// The type in languages that have one for it.
    pub name: &'static str,
    /// What the type is for.
    pub doc: &'static str,
    /// Each word with what it means and its value.
    pub words: &'static [(&'static str, &'static str, T)],
}

impl<T: fmt::Debug + Sync> Vocabulary for Words<T> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn doc(&self) -> &'static str {
        self.doc
    }

    fn words(&self) -> Vec<(&'static str, &'static str)> {
        self.words.iter().map(|(word, doc, _)| (*word, *doc)).collect()
    }
}

impl<T> OptionRow<T> {
    pub(super) const fn new(name: &'static str, form: Form, doc: &'static str, set: Setter<T>) -> Self {
        Self { set: Some(set), ..Self::local(name, form, doc) }
    }

    /// An option that does not cross as JSON.
    pub(super) const fn local(name: &'static str, form: Form, doc: &'static str) -> Self {
        Self {
            name,
            official: None,
            form,
            default: None,
            variable: None,
            only_in: None,
            of_the_network: false,
            doc,
            set: None,
        }
    }

    pub(super) const fn official(mut self, name: &'static str) -> Self {
        self.official = Some(name);
        self
    }

    pub(super) const fn default(mut self, json: &'static str) -> Self {
        self.default = Some(json);
        self
    }

    pub(super) const fn variable(mut self, name: &'static str) -> Self {
        self.variable = Some(name);
        self
    }

    pub(super) const fn only_in(mut self, language: &'static str) -> Self {
        self.only_in = Some(language);
        self
    }

    pub(super) const fn of_the_network(mut self) -> Self {
        self.of_the_network = true;
        self
    }

    /// Whether it crosses from another language as a member of a JSON object.
    pub const fn crosses(&self) -> bool {
        self.set.is_some()
    }

    /// Sets it, where it crosses and is called `name`.
    pub(super) fn setter(&self, name: &str) -> Option<Setter<T>> {
        self.set.filter(|_| self.name == name)
    }
}

/// What was given for an option.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Given<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a Value,
}

impl Given<'_> {
    pub(super) fn value(&self) -> &Value {
        self.value
    }

    pub(super) fn text(&self) -> Result<String> {
        self.value.as_str().map(str::to_owned).ok_or_else(|| self.wrong("a string"))
    }

    pub(super) fn seconds(&self) -> Result<Duration> {
        let seconds = self.value.as_f64().and_then(length);
        seconds.ok_or_else(|| self.wrong("a number of seconds, 0 or more"))
    }

    pub(super) fn whole<N: TryFrom<u64>>(&self, expected: &str) -> Result<N> {
        let whole = self.value.as_u64().and_then(|whole| N::try_from(whole).ok());
        whole.ok_or_else(|| self.wrong(expected))
    }

    pub(super) fn word<T: Copy>(&self, words: &Words<T>) -> Result<T> {
        let known = words.words.iter().find(|(word, ..)| self.value.as_str() == Some(word));
        known.map(|(.., value)| *value).ok_or_else(|| {
            let quoted: Vec<String> = words.words.iter().map(|(word, ..)| format!("`{word}`")).collect();
            let (last, others) =
                quoted.split_last().map_or(("", &[][..]), |(last, rest)| (last.as_str(), rest));
            self.wrong(&format!("{} or {last}", others.join(", ")))
        })
    }

    fn wrong(&self, expected: &str) -> Error {
        Error::configuration(self.name, format!("must be {expected}"))
    }
}

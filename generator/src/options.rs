//! The options of a client and of a call as every language sees them.

use dashclaw::options::{CALL_OPTIONS, CLIENT_OPTIONS, Form, OptionRow, Vocabulary};

use crate::model::{Doc, Reference};

/// One option.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opt {
    /// The core's name, snake_case.
    pub(crate) name: &'static str,
    /// The official name, in languages that have an official client.
    pub(crate) official: &'static str,
    pub(crate) form: Form,
    /// JSON text.
    pub(crate) default: Option<&'static str>,
    pub(crate) of_the_network: bool,
    /// Whether it is a member of the JSON object that crosses.
    pub(crate) crosses: bool,
    variable: Option<&'static str>,
    doc: &'static str,
}

/// How a language writes what doc texts speak of.
pub(crate) struct Spelling<'a> {
    /// A reference.
    pub(crate) reference: &'a dyn Fn(&Reference) -> String,
    /// The name of an option.
    pub(crate) option: &'a dyn Fn(&Opt) -> String,
    /// The name of an operation.
    pub(crate) operation: &'a dyn Fn(&str) -> String,
    /// One of an option's words.
    pub(crate) word: &'a dyn Fn(&str) -> String,
    /// The unit of a length of time, where the type does not tell it.
    pub(crate) unit: Option<&'static str>,
    /// A number of seconds in that unit.
    pub(crate) length: &'a dyn Fn(&str) -> String,
}

impl Opt {
    fn of<T>(row: &'static OptionRow<T>) -> Self {
        Self {
            name: row.name,
            official: row.official.unwrap_or(row.name),
            form: row.form,
            default: row.default,
            of_the_network: row.of_the_network,
            crosses: row.crosses(),
            variable: row.variable,
            doc: row.doc,
        }
    }

    /// Whether it is shown nowhere.
    pub(crate) const fn is_secret(&self) -> bool {
        matches!(self.form, Form::Secret | Form::PrivateKey)
    }

    /// The doc text, with its unit, its variable and what counts when it is not given; `more` is the language's own.
    pub(crate) fn described(&self, spelling: &Spelling<'_>, more: &str) -> String {
        let text = spans(&Doc::read(self.doc).line(spelling.reference), self.form, spelling);
        let facts = self.facts(spelling);
        [text.as_str(), more, facts.as_str()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn facts(&self, spelling: &Spelling<'_>) -> String {
        let default = self.default.map(|json| match self.form {
            Form::Seconds => (spelling.length)(json),
            Form::Bytes => format!("{} MiB", json.parse::<u64>().unwrap_or_default() >> 20),
            Form::Words(_) => format!("`{}`", (spelling.word)(json.trim_matches('"'))),
            _ => json.to_owned(),
        });
        let unit = spelling.unit.filter(|_| matches!(self.form, Form::Seconds));
        match (unit, self.variable, default) {
            (_, Some(variable), Some(default)) => {
                format!("Otherwise the variable `{variable}`, and {default} without it.")
            }
            (_, Some(variable), None) => format!("Otherwise the variable `{variable}`."),
            (Some(unit), None, Some(default)) => format!("In {unit}; {default} unless given."),
            (Some(unit), None, None) => format!("In {unit}."),
            (None, None, Some(default)) => format!("{default} unless given."),
            (None, None, None) => String::new(),
        }
    }
}

/// The options of a client in this language.
pub(crate) fn client(language: &str) -> Vec<Opt> {
    let rows = CLIENT_OPTIONS.iter().filter(|row| row.only_in.is_none_or(|only| only == language));
    rows.map(Opt::of).collect()
}

/// The options of a call.
pub(crate) fn call() -> Vec<Opt> {
    CALL_OPTIONS.iter().map(Opt::of).collect()
}

/// The vocabularies of these options, each once.
pub(crate) fn vocabularies(options: &[Opt]) -> Vec<&'static dyn Vocabulary> {
    let mut found: Vec<&'static dyn Vocabulary> = Vec::new();
    for option in options {
        if let Form::Words(words) = option.form
            && found.iter().all(|known| known.name() != words.name())
        {
            found.push(words);
        }
    }
    found
}

/// The text about a vocabulary or a word.
pub(crate) fn told(text: &str, spelling: &Spelling<'_>) -> String {
    spans(&Doc::read(text).line(spelling.reference), Form::Text, spelling)
}

/// `text` with the names in its code spans as the language has them.
fn spans(text: &str, form: Form, spelling: &Spelling<'_>) -> String {
    let all: Vec<Opt> = CLIENT_OPTIONS.iter().map(Opt::of).chain(call()).collect();
    let words = if let Form::Words(words) = form { words.words() } else { Vec::new() };
    let spell = |span: &str| {
        if words.iter().any(|(word, _)| *word == span) {
            (spelling.word)(span)
        } else if let Some(option) = all.iter().find(|option| option.name == span) {
            (spelling.option)(option)
        } else if dashclaw::api::find(span).is_some_and(|row| row.name == span) {
            (spelling.operation)(span)
        } else {
            span.to_owned()
        }
    };
    let spans = text.split('`').enumerate();
    spans
        .map(|(at, span)| if at % 2 == 1 { spell(span) } else { span.to_owned() })
        .collect::<Vec<_>>()
        .join("`")
}

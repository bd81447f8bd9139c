//! The options of clients and calls.

use dashclaw::options::{Form, Vocabulary};
use serde::Serialize;

use super::names::{camel, quoted, spell};
use crate::options::{self, Opt, Spelling};
use crate::text::{WIDTH, wrap};
use crate::{Result, template};

const TEMPLATE: &str = include_str!("../../templates/swift_options.swift.jinja");

#[derive(Serialize)]
struct Row {
    name: String,
    core: &'static str,
    annotation: String,
    value: Option<&'static str>,
    doc: String,
}

#[derive(Serialize)]
struct Enumeration {
    name: &'static str,
    doc: String,
    cases: Vec<(String, String)>,
}

/// `ClientOptions.swift`.
pub(super) fn module() -> Result<String> {
    let (client, call) = (options::client("Swift"), options::call());
    let enumerations = |options: &[Opt]| -> Vec<Enumeration> {
        options::vocabularies(options).into_iter().map(enumeration).collect()
    };
    template::fill(
        TEMPLATE,
        minijinja::context! {
            client_words => enumerations(&client),
            call_words => enumerations(&call),
            client => client.iter().map(row).collect::<Vec<_>>(),
            call => call.iter().map(row).collect::<Vec<_>>(),
        },
    )
}

fn row(option: &Opt) -> Row {
    Row {
        name: camel(option.name),
        core: option.name,
        annotation: annotation(option.form),
        value: value(option.form),
        doc: comment(&option.described(&spelling(), ""), "    "),
    }
}

fn enumeration(words: &'static dyn Vocabulary) -> Enumeration {
    let case = |(word, doc): (&str, &str)| (comment(&told(doc), "        "), quoted(&camel(word)));
    Enumeration {
        name: words.name(),
        doc: comment(&told(words.doc()), "    "),
        cases: words.words().into_iter().map(case).collect(),
    }
}

fn annotation(form: Form) -> String {
    match form {
        Form::Text | Form::Secret | Form::PrivateKey => "String?".to_owned(),
        Form::Seconds => "TimeInterval?".to_owned(),
        Form::Number => "Double?".to_owned(),
        Form::Count | Form::Bytes => "Int?".to_owned(),
        Form::Words(words) => format!("{}?", words.name()),
        Form::Callback(record) => format!("(@Sendable ({}) -> Void)?", record.unwrap_or("JSONValue")),
    }
}

/// What follows the name where its JSON value is meant; nothing for what does not cross.
fn value(form: Form) -> Option<&'static str> {
    match form {
        Form::Seconds => Some(".map(ClientOptions.seconds)"),
        Form::Words(_) => Some("?.rawValue.jsonValue"),
        Form::Callback(_) => None,
        _ => Some("?.jsonValue"),
    }
}

fn comment(text: &str, indent: &str) -> String {
    let mark = format!("{indent}/// ");
    wrap(text, WIDTH, &mark, &mark).join("\n")
}

fn told(text: &str) -> String {
    options::told(text, &spelling())
}

fn spelling() -> Spelling<'static> {
    Spelling {
        reference: &spell,
        option: &|option| camel(option.name),
        operation: &|operation| camel(operation),
        word: &|word| camel(word),
        unit: Some("seconds"),
        length: &str::to_owned,
    }
}

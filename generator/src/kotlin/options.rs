//! The options of clients and calls.

use dashclaw::options::{Form, Vocabulary};
use serde::Serialize;

use super::kdoc;
use super::names::{constant, property, spell};
use crate::options::{self, Opt, Spelling};
use crate::text::{WIDTH, camel_case, wrap};
use crate::{Result, template};

const TEMPLATE: &str = include_str!("../../templates/kotlin_options.kt.jinja");

#[derive(Serialize)]
struct Row {
    name: String,
    annotation: String,
    put: Option<String>,
    doc: String,
}

/// `Options.kt`.
pub(super) fn module() -> Result<String> {
    let (client, call) = (options::client("Kotlin"), options::call());
    let words = options::vocabularies(&[client.clone(), call.clone()].concat());
    template::fill(
        TEMPLATE,
        minijinja::context! {
            words => words.into_iter().map(enumeration).collect::<Vec<_>>(),
            client => client.iter().map(row).collect::<Vec<_>>(),
            call => call.iter().map(row).collect::<Vec<_>>(),
        },
    )
}

fn row(option: &Opt) -> Row {
    let name = property(option.name);
    let entry = format!("@property {name} {}", option.described(&spelling(), ""));
    Row {
        put: put(option, &name),
        annotation: annotation(option.form),
        doc: wrap(&entry, WIDTH, " * ", " *   ").join("\n"),
        name,
    }
}

fn enumeration(words: &'static dyn Vocabulary) -> minijinja::Value {
    let constant = |(word, doc): (&str, &str)| (kdoc::of_text(&[told(doc)], "    "), constant(word));
    minijinja::context! {
        name => words.name(),
        doc => kdoc::of_text(&[told(words.doc())], ""),
        constants => words.words().into_iter().map(constant).collect::<Vec<_>>(),
    }
}

fn annotation(form: Form) -> String {
    match form {
        Form::Text | Form::Secret | Form::PrivateKey => "String?".to_owned(),
        Form::Seconds => "Duration?".to_owned(),
        Form::Number => "Double?".to_owned(),
        Form::Count => "Int?".to_owned(),
        Form::Bytes => "Long?".to_owned(),
        Form::Words(words) => format!("{}?", words.name()),
        Form::Callback(record) => format!("(({}) -> Unit)?", record.unwrap_or("JsonObject")),
    }
}

/// How a value that is there goes into the JSON object; nothing for what does not cross.
fn put(option: &Opt, name: &str) -> Option<String> {
    let core = option.name;
    match option.form {
        Form::Seconds => Some(format!("{name}?.let {{ put(\"{core}\", it.inSeconds()) }}")),
        Form::Words(_) => Some(format!("{name}?.let {{ put(\"{core}\", it.word()) }}")),
        Form::Callback(_) => None,
        _ => Some(format!("{name}?.let {{ put(\"{core}\", it) }}")),
    }
}

fn told(text: &str) -> String {
    options::told(text, &spelling())
}

fn spelling() -> Spelling<'static> {
    Spelling {
        reference: &spell,
        option: &|option| camel_case(option.name),
        operation: &|operation| camel_case(operation),
        word: &|word| constant(word),
        unit: None,
        length: &|seconds| format!("{seconds} seconds"),
    }
}

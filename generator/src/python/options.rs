//! The options of clients and calls.

use dashclaw::options::Form;
use serde::Serialize;

use super::docstring::{code, quoted};
use super::names::{literal, or_none, spell};
use crate::model::Doc;
use crate::options::{self, Opt, Spelling};
use crate::text::{WIDTH, wrap};
use crate::{Result, template};

const TEMPLATE: &str = include_str!("../../templates/python_options.py.jinja");
/// The forms of a private key that are taken beside the core's.
const KEYS: &str = "A dict or a key of the package `cryptography` is taken, too.";

/// Room for the opening quotes.
const QUOTES: &str = "   ";

#[derive(Serialize)]
struct Row {
    name: &'static str,
    core: &'static str,
    annotation: String,
    default: String,
    doc: String,
    entry: String,
    crosses: bool,
    of_a_server: bool,
}

/// `_client_options.py`.
pub(super) fn module() -> Result<String> {
    let (client, call) = (options::client("Python"), options::call());
    let words = options::vocabularies(&[client.clone(), call.clone()].concat());
    let words = words.iter().map(|one| {
        let list = one.words().into_iter().map(|(word, _)| format!("\"{word}\"")).collect::<Vec<_>>().join(", ");
        let meanings = one.words().into_iter().map(|(word, doc)| format!("``{word}``: {}", uncapitalized(doc)));
        let text = format!("{} {}", code(&told(one.doc())), code(&meanings.collect::<Vec<_>>().join(" ")));
        minijinja::context! { name => one.name(), list => list, doc => quoted(wrap(&text, WIDTH, QUOTES, ""), "") }
    });
    let secrets = client.iter().filter(|option| option.is_secret()).map(|option| option.name);
    let renamed = client.iter().filter(|option| option.crosses && option.official != option.name);
    template::fill(
        TEMPLATE,
        minijinja::context! {
            words => words.collect::<Vec<_>>(),
            secrets => secrets.collect::<Vec<_>>(),
            renamed => renamed.map(|option| (option.name, option.official)).collect::<Vec<_>>(),
            client => client.iter().map(row).collect::<Vec<_>>(),
            call => call.iter().map(row).collect::<Vec<_>>(),
        },
    )
}

fn row(option: &Opt) -> Row {
    let described = described(option);
    // A variable is read when nothing is given, so the default must not be.
    let default = option.default.filter(|_| !described.contains("Otherwise the variable"));
    let default = default.and_then(|json| literal(&serde_json::from_str(json).ok()?));
    let bare = bare(option);
    let annotation = if default.is_some() { bare } else { or_none(&bare) };
    let entry = format!("{}: {}", option.official, code(&described));
    Row {
        name: option.official,
        core: option.name,
        annotation,
        default: default.unwrap_or_else(|| "None".to_owned()),
        doc: quoted(wrap(&code(&described), WIDTH, &format!("    {QUOTES}"), "    "), "    "),
        entry: wrap(&entry, WIDTH, "            ", "                ").join("\n"),
        crosses: option.crosses,
        of_a_server: option.of_the_network || option.name == "agent_id",
    }
}

fn bare(option: &Opt) -> String {
    match option.form {
        Form::Text | Form::Secret => "str".to_owned(),
        Form::PrivateKey => "Any".to_owned(),
        Form::Seconds | Form::Number => "float".to_owned(),
        Form::Count | Form::Bytes => "int".to_owned(),
        Form::Words(words) => words.name().to_owned(),
        Form::Callback(_) => "Callback".to_owned(),
    }
}

fn described(option: &Opt) -> String {
    let more = if matches!(option.form, Form::PrivateKey) { KEYS } else { "" };
    option.described(&spelling(), more)
}

fn told(text: &str) -> String {
    options::told(text, &spelling())
}

fn spelling() -> Spelling<'static> {
    Spelling {
        reference: &spell,
        option: &|option| option.official.to_owned(),
        operation: &str::to_owned,
        word: &str::to_owned,
        unit: Some("seconds"),
        length: &str::to_owned,
    }
}

fn uncapitalized(doc: &str) -> String {
    let text = Doc::read(doc).line(&spell);
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().collect::<String>() + chars.as_str()).unwrap_or_default()
}

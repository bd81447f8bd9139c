//! The options of clients and calls.

use dashclaw::options::Form;
use serde::Serialize;

use super::names::{camel_case, spell};
use super::tsdoc;
use crate::model::Block;
use crate::options::{self, Opt, Spelling};
use crate::{Result, template};

const DECLARATIONS: &str = include_str!("../../templates/typescript_options.d.ts.jinja");
const NAMES: &str = include_str!("../../templates/typescript_option_names.js.jinja");
/// The forms of a private key that are taken beside the core's.
const KEYS: &str = "A `KeyObject` of `node:crypto` is taken, too.";

#[derive(Serialize)]
struct Row {
    name: String,
    annotation: String,
    doc: String,
}

/// `types/options.d.ts`.
pub(super) fn declarations() -> Result<String> {
    let (client, call) = (options::client("Node"), options::call());
    let words = options::vocabularies(&[client.clone(), call.clone()].concat());
    let words = words.iter().map(|one| {
        let list: Vec<String> = one.words().into_iter().map(|(word, _)| format!("'{word}'")).collect();
        let meanings = one.words().into_iter().map(|(word, doc)| format!("* `{word}`: {}", told(doc)));
        let list_of_words = meanings.collect::<Vec<_>>().join("\n");
        let blocks = [
            Block { text: told(one.doc()), verbatim: false },
            Block { text: list_of_words, verbatim: true },
        ];
        minijinja::context! { name => one.name(), list => list.join(" | "), doc => tsdoc::comment(&blocks, &[], "") }
    });
    template::fill(
        DECLARATIONS,
        minijinja::context! {
            words => words.collect::<Vec<_>>(),
            client => client.iter().map(row).collect::<Vec<_>>(),
            call => call.iter().map(row).collect::<Vec<_>>(),
        },
    )
}

/// `lib/option-names.js`.
pub(super) fn names() -> Result<String> {
    let client = options::client("Node");
    let renamed = client.iter().filter(|option| option.crosses && option.official != option.name);
    let all = client.iter().copied().chain(options::call());
    let mut lengths: Vec<String> =
        all.filter(|option| matches!(option.form, Form::Seconds)).map(|option| name(&option)).collect();
    lengths.dedup();
    template::fill(
        NAMES,
        minijinja::context! {
            renamed => renamed.map(|option| (name(option), option.name)).collect::<Vec<_>>(),
            lengths => lengths,
        },
    )
}

fn row(option: &Opt) -> Row {
    let more = if matches!(option.form, Form::PrivateKey) { KEYS } else { "" };
    let text = option.described(&spelling(), more);
    Row {
        name: name(option),
        annotation: annotation(option.form),
        doc: tsdoc::comment(&[Block { text, verbatim: false }], &[], "  "),
    }
}

fn annotation(form: Form) -> String {
    match form {
        Form::Text | Form::Secret => "string | null".to_owned(),
        Form::PrivateKey => "PrivateKey".to_owned(),
        Form::Seconds | Form::Number | Form::Count | Form::Bytes => "number".to_owned(),
        Form::Words(words) => words.name().to_owned(),
        Form::Callback(Some(record)) => format!("(decision: {record}) => unknown"),
        Form::Callback(None) => "(recommendation: Record<string, unknown>) => unknown".to_owned(),
    }
}

fn name(option: &Opt) -> String {
    camel_case(option.official)
}

fn told(text: &str) -> String {
    options::told(text, &spelling())
}

fn spelling() -> Spelling<'static> {
    Spelling {
        reference: &spell,
        option: &name,
        operation: &|operation| camel_case(operation),
        word: &str::to_owned,
        unit: Some("milliseconds"),
        length: &thousands,
    }
}

/// Seconds as milliseconds: `30` as `30,000`.
fn thousands(seconds: &str) -> String {
    format!("{seconds},000")
}

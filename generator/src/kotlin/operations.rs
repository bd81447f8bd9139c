//! The functions of the client: an interface for each domain, and one that is all of them.

use super::{classes, function};
use crate::model::{Api, Domain};
use crate::text::pascal_case;
use crate::{Result, template};

const ONE: &str = include_str!("../../templates/kotlin_operations.kt.jinja");
const ALL: &str = include_str!("../../templates/kotlin_all_operations.kt.jinja");

/// What the functions use beside types of the API, by the word that shows it.
const USED: [(&str, &str); 5] = [
    ("CallOptions", "dev.dashclaw.CallOptions"),
    ("Duration", "kotlin.time.Duration"),
    ("Flow", "kotlinx.coroutines.flow.Flow"),
    ("JsonElement", "kotlinx.serialization.json.JsonElement"),
    ("JsonObject", "kotlinx.serialization.json.JsonObject"),
];

/// The name of the interface of a domain: `GuardApi`.
pub(super) fn name(domain: &Domain) -> String {
    format!("{}Api", pascal_case(domain.name))
}

/// The interface of a domain.
pub(super) fn module(api: &Api, domain: &Domain) -> Result<String> {
    let functions: Vec<String> =
        domain.operations.iter().map(|operation| function::text(api, operation)).collect();
    let text = functions.join("\n");
    let mut types = classes::names(api);
    types.push("NOTHING".to_owned());
    let types = types.into_iter().filter(|name| is_used(&text, name));
    let used = USED.into_iter().filter(|(word, _)| is_used(&text, word)).map(|(_, path)| path.to_owned());
    let encoded = text.contains("encode(").then(|| "dev.dashclaw.encode".to_owned());
    let mut imports: Vec<String> =
        types.map(|name| format!("dev.dashclaw.api.{name}")).chain(used).chain(encoded).collect();
    imports.sort();
    let subject = domain.name.replace('_', " ");
    template::fill(ONE, minijinja::context! { name => name(domain), subject, imports, functions })
}

/// The interface that is all of them.
pub(super) fn all(api: &Api) -> Result<String> {
    let names: Vec<String> = api.domains.iter().map(name).collect();
    template::fill(ALL, minijinja::context! { names })
}

/// Whether code of `text` names this type.
fn is_used(text: &str, name: &str) -> bool {
    let code = text.lines().filter(|line| !line.trim_start().starts_with(['*', '/']));
    let words =
        |line: &str| line.split(|char: char| !char.is_alphanumeric() && char != '_').any(|word| word == name);
    code.into_iter().any(words)
}

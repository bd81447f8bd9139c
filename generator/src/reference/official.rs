//! The page that shows every method of the official clients in all languages.

use minijinja::context;

use super::shapes::cell;
use crate::model::Api;
use crate::{Language, Result, template};

const TEMPLATE: &str = include_str!("../../templates/reference_official.md.jinja");
/// Every method of the official clients: its name, its name in Node, its signature in Python, verb and path.
const METHODS: &str = include_str!("../../../tests/vectors/operations.tsv");

/// A method that no row declares, because it is more than calls: its name, and what it is.
const BY_HAND: [(&str, &str); 8] = [
    ("action_context", "the operations of one action, with its id filled in"),
    ("derive_idempotency_key", "no request"),
    ("get_attachment_url", "no request"),
    ("start_heartbeat", "`heartbeat`, again and again"),
    ("stop_heartbeat", "no request"),
    ("track", "`create_action`, the work, `update_outcome`"),
    ("wait_for_approval", "`GET /api/stream` and `GET /api/actions/{action_id}`"),
    ("wrap_client", "`report_token_usage` after each call of a model"),
];

/// Where a method makes no sense: clients of models exist in Python and JavaScript.
const ELSEWHERE: [(&str, &[&str]); 1] = [("wrap_client", &["Rust", "Swift", "Kotlin"])];

pub(super) fn text(api: &Api, languages: &[&dyn Language]) -> Result<String> {
    let methods = METHODS.lines().skip(1).map(|line| line.split('\t').next().unwrap_or_default());
    let rows = methods.filter_map(|name| {
        let names = languages.iter().map(|language| {
            if is_absent(name, language.title()) {
                "–".to_owned()
            } else {
                format!("`{}`", language.name(name))
            }
        });
        let names: Vec<String> = names.collect();
        Some(context! { name, request => request(api, name)?, names })
    });
    let rows: Vec<_> = rows.collect();
    let titles: Vec<&str> = languages.iter().map(|language| language.title()).collect();
    template::fill(TEMPLATE, context! { languages => titles, rows })
}

/// The request behind a method, with a link to its documentation; nothing when there is no such method.
fn request(api: &Api, name: &str) -> Option<String> {
    if let Some(operation) = api.operations().find(|operation| operation.name == name) {
        let page = format!("{}.md#{name}", operation.domain);
        return Some(format!("[`{} {}`]({page})", operation.method, operation.path));
    }
    BY_HAND.iter().find(|(method, _)| *method == name).map(|(_, what)| cell(what))
}

fn is_absent(name: &str, language: &str) -> bool {
    ELSEWHERE.iter().any(|(method, languages)| *method == name && languages.contains(&language))
}

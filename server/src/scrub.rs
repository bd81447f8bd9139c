//! Taking secrets out of what is stored, in the one way that all handlers share.

use dashclaw::api::security::Security;
use serde_json::Value;

use crate::failure::{Answer, Failure};
use crate::scan::secrets::{self, SecretFinding};

/// From this size on, in bytes, a scan leaves the threads that serve others.
const LARGE: usize = 16 * 1024;

/// Takes secrets out of texts and keeps count.
#[derive(Debug, Default)]
pub(crate) struct Scrub {
    findings: Vec<SecretFinding>,
}

impl Scrub {
    /// Scrubs what a call has brought: large bodies (`size` in bytes) on a thread of their own.
    pub(crate) async fn apart<T: Send + 'static>(
        size: usize,
        mut subject: T,
        scrub: impl FnOnce(&mut Self, &mut T) + Send + 'static,
    ) -> Answer<(T, Self)> {
        let work = move || {
            let mut all = Self::default();
            scrub(&mut all, &mut subject);
            (subject, all)
        };
        if size < LARGE {
            return Ok(work());
        }
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|error| Failure::internal(format!("a scan did not finish: {error}")))
    }

    pub(crate) fn text(&mut self, text: &mut String) {
        let (clean, findings) = secrets::redact(text);
        if !findings.is_empty() {
            let clean = clean.into_owned();
            self.findings.extend(findings);
            *text = clean;
        }
    }

    pub(crate) fn optional<'a>(&mut self, texts: impl IntoIterator<Item = &'a mut Option<String>>) {
        texts.into_iter().flatten().for_each(|text| self.text(text));
    }

    /// A word that is usually one of a few, but may be any.
    pub(crate) fn word<W: Clone + Into<String> + From<String>>(&mut self, word: &mut W) {
        let mut text: String = word.clone().into();
        let found = self.findings.len();
        self.text(&mut text);
        if self.findings.len() > found {
            *word = W::from(text);
        }
    }

    pub(crate) fn list(&mut self, texts: &mut Option<Vec<String>>) {
        texts.iter_mut().flatten().for_each(|text| self.text(text));
    }

    /// Every text in a JSON value, with the names of its members.
    pub(crate) fn value(&mut self, value: &mut Value) {
        self.findings.extend(secrets::redact_value(value));
    }

    /// What was found, in the words of the wire.
    pub(crate) fn security(&self) -> Security {
        let found = secrets::Security::of(&self.findings);
        let count = |number| i64::try_from(number).unwrap_or(i64::MAX);
        Security {
            clean: found.clean,
            findings_count: count(found.findings_count),
            critical_count: count(found.critical_count),
            categories: found.categories.into_iter().map(str::to_owned).collect(),
            ..Security::default()
        }
    }
}

/// Ids are looked up by their text, so one that holds a secret is refused instead of changed.
pub(crate) fn check_ids<'a>(ids: impl IntoIterator<Item = (&'static str, Option<&'a str>)>) -> Answer<()> {
    let problems: Vec<String> = ids.into_iter().filter_map(|(name, id)| holds_secret(name, id?)).collect();
    if problems.is_empty() { Ok(()) } else { Err(Failure::validation(problems)) }
}

/// What is wrong with an id, for the `details` of a 400 answer, when it holds a secret.
pub(crate) fn holds_secret(name: &str, id: &str) -> Option<String> {
    (!secrets::redact(id).1.is_empty()).then(|| format!("`{name}` must not hold a secret"))
}

/// A text without its secrets.
pub(crate) fn clean(mut text: String) -> String {
    Scrub::default().text(&mut text);
    text
}

/// A list as the JSON text that is stored.
pub(crate) fn list_text(list: Option<Vec<String>>) -> Option<String> {
    list.map(|list| Value::from(list).to_string())
}

//! Taking secrets out of free text before it is stored.

use dashclaw::api::security::Security;

use crate::scan::secrets::{self, SecretFinding};

/// Takes secrets out of texts and keeps count.
#[derive(Debug, Default)]
pub(super) struct Scrub {
    findings: Vec<SecretFinding>,
}

impl Scrub {
    pub(super) fn text(&mut self, text: &mut String) {
        let (clean, findings) = secrets::redact(text);
        if !findings.is_empty() {
            let clean = clean.into_owned();
            self.findings.extend(findings);
            *text = clean;
        }
    }

    pub(super) fn optional<'a>(&mut self, texts: impl IntoIterator<Item = &'a mut Option<String>>) {
        texts.into_iter().flatten().for_each(|text| self.text(text));
    }

    pub(super) fn list(&mut self, texts: &mut Option<Vec<String>>) {
        texts.iter_mut().flatten().for_each(|text| self.text(text));
    }

    /// What was found, in the words of the wire.
    pub(super) fn security(&self) -> Security {
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

/// A list as the JSON text that is stored.
pub(super) fn list_text(list: Option<Vec<String>>) -> Option<String> {
    list.map(|list| serde_json::Value::from(list).to_string())
}

//! Secrets in free text: found, named, and replaced before anything is stored.

mod assignments;
mod find;
mod names;
mod rules;
mod wording;

use std::borrow::Cow;
use std::ops::Range;

use serde::Serialize;
use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization as _;

use super::{Severity, distinct};
use crate::characters::is_invisible;
use find::Found;
use rules::RULES;

const MARKER: &str = "[REDACTED:";
/// How often a text is looked at while that finds something.
const ROUNDS: usize = 4;
/// No rule has a longer name, in bytes.
const MAX_NAME: usize = 40;

/// A secret that was found. Never its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SecretFinding {
    /// The pattern's name, as in the marker that replaces the secret.
    pub pattern: &'static str,
    /// What kind of secret.
    pub category: &'static str,
    /// How bad it would be to store it.
    pub severity: Severity,
}

/// The `security` object of many answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Security {
    /// Whether nothing was found.
    pub clean: bool,
    /// How much was found.
    pub findings_count: usize,
    /// How much of it is critical.
    pub critical_count: usize,
    /// Distinct categories in the order found.
    pub categories: Vec<&'static str>,
}

impl Security {
    /// Sums up the findings of all fields of a request.
    pub fn of(findings: &[SecretFinding]) -> Self {
        Self {
            clean: findings.is_empty(),
            findings_count: findings.len(),
            critical_count: findings.iter().filter(|finding| finding.severity == Severity::Critical).count(),
            categories: distinct(findings.iter().map(|finding| finding.category)),
        }
    }
}

/// The `secret_scan` object of a guard answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SecretScan {
    /// Always true: without findings there is no object.
    pub detected: bool,
    /// Always `warn`.
    pub recommendation: &'static str,
    /// What was found.
    pub findings: Vec<SecretFinding>,
}

impl SecretScan {
    /// Scans outgoing content; nothing when it is clean.
    pub fn of(content: &str) -> Option<Self> {
        let findings = redact(content).1;
        (!findings.is_empty()).then_some(Self { detected: true, recommendation: "warn", findings })
    }
}

/// Replaces every secret by `[REDACTED:<pattern>]` and says what was found, in order. Clean text is borrowed.
///
/// The time it takes grows with the text's length and no faster, whatever the text.
/// A secret in full-width letters, or with invisible characters in it, is one too; that text comes back in plain letters.
pub fn redact(text: &str) -> (Cow<'_, str>, Vec<SecretFinding>) {
    let (clean, mut findings) = redact_plain(text);
    if let Some(plain) = plain(&clean) {
        let (plain, more) = redact_plain(&plain);
        if !more.is_empty() {
            findings.extend(more);
            return (Cow::Owned(plain.into_owned()), findings);
        }
    }
    (clean, findings)
}

/// The text in plain letters, without invisible characters, when that is another text.
fn plain(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let plain: String = text.chars().filter(|character| !is_invisible(*character)).nfkc().collect();
    (plain != text).then_some(plain)
}

fn redact_plain(text: &str) -> (Cow<'_, str>, Vec<SecretFinding>) {
    let mut text = Cow::Borrowed(text);
    let mut findings = Vec::new();
    // What remains beside a marker can be a secret on its own, because the marker ends it.
    for _ in 0..ROUNDS {
        let found = find_beside_markers(&text);
        if found.is_empty() {
            break;
        }
        findings.extend(found.iter().map(|found| finding(found.rule)));
        text = Cow::Owned(replaced(&text, &found));
    }
    (text, findings)
}

fn find_beside_markers(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for part in parts_between_markers(text) {
        let offset = part.start;
        let moved = |Found { span, rule }| Found { span: offset + span.start..offset + span.end, rule };
        found.extend(find::secrets(&text[part]).into_iter().map(moved));
    }
    found
}

/// Redacts every text in a JSON value, names included. A text under the name of a secret (`password`, `api_key`, …), or
/// beside a member that names one, is redacted as a whole.
pub fn redact_value(value: &mut Value) -> Vec<SecretFinding> {
    let mut findings = Vec::new();
    redact_in(value, None, &mut findings);
    findings
}

fn redact_in(value: &mut Value, named: Option<usize>, findings: &mut Vec<SecretFinding>) {
    match value {
        Value::String(text) => redact_text(text, named, findings),
        Value::Array(items) => items.iter_mut().for_each(|item| redact_in(item, named, findings)),
        Value::Object(members) => redact_members(members, findings),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn redact_text(text: &mut String, named: Option<usize>, findings: &mut Vec<SecretFinding>) {
    let is_whole = !text.trim().is_empty() && parts_between_markers(text).iter().any(|part| !part.is_empty());
    if let Some(rule) = named.filter(|_| is_whole) {
        findings.push(finding(rule));
        *text = format!("{MARKER}{}]", RULES[rule].name);
        return;
    }
    let (clean, found) = redact(text);
    if !found.is_empty() {
        let clean = clean.into_owned();
        findings.extend(found);
        *text = clean;
    }
}

fn redact_members(members: &mut Map<String, Value>, findings: &mut Vec<SecretFinding>) {
    // Lists of variables: `{"name": "DB_PASSWORD", "value": "…"}`.
    let label = ["name", "key", "variable"].iter().find_map(|name| members.get(*name)?.as_str());
    let labelled = label.and_then(secret_name);
    for (name, mut value) in std::mem::take(members) {
        let named = secret_name(&name).or(labelled.filter(|_| name == "value"));
        redact_in(&mut value, named, findings);
        let mut name = name;
        redact_text(&mut name, None, findings);
        // Two names that held secrets may look alike now.
        while members.contains_key(&name) {
            name.push('\'');
        }
        members.insert(name, value);
    }
}

/// The rule that a member of this name falls under.
fn secret_name(name: &str) -> Option<usize> {
    let rule = names::of_member(name)?;
    RULES.iter().position(|known| known.name == rule)
}

fn finding(rule: usize) -> SecretFinding {
    let rule = &RULES[rule];
    SecretFinding { pattern: rule.name, category: rule.category, severity: rule.severity }
}

fn replaced(text: &str, found: &[Found]) -> String {
    let mut redacted = String::with_capacity(text.len());
    let mut kept = 0;
    for Found { span, rule } in found {
        redacted.push_str(&text[kept..span.start]);
        redacted.push_str(MARKER);
        redacted.push_str(RULES[*rule].name);
        redacted.push(']');
        kept = span.end;
    }
    redacted.push_str(&text[kept..]);
    redacted
}

/// The text without its `[REDACTED:name]` markers.
fn parts_between_markers(text: &str) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices(MARKER) {
        let name = text.as_bytes()[at + MARKER.len()..].iter().take(MAX_NAME);
        let name: Vec<u8> = name.copied().take_while(|byte| *byte != b']').collect();
        let end = at + MARKER.len() + name.len();
        let known = RULES.iter().any(|rule| rule.name.as_bytes() == name);
        if known && text.as_bytes().get(end) == Some(&b']') {
            parts.push(start..at);
            start = end + 1;
        }
    }
    parts.push(start..text.len());
    parts
}

#[cfg(test)]
mod tests;

//! Secrets in free text: found, named, and replaced before anything is stored.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use regex::{Regex, RegexSet};
use serde::Serialize;

use super::{Severity, distinct};

const MARKER: &str = "[REDACTED:";

/// Name, category, severity and pattern. The more telling of two patterns over the same text comes first.
const PATTERNS: [(&str, &str, Severity, &str); 16] = [
    (
        "private_key",
        "private_key",
        Severity::Critical,
        r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?s:.*?)(?:-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|\z)",
    ),
    (
        "database_url",
        "connection_string",
        Severity::Critical,
        r"(?i)\b(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?)://[^\s'\x22<>]+",
    ),
    ("aws_access_key", "cloud_credential", Severity::Critical, r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    (
        "aws_secret_key",
        "cloud_credential",
        Severity::Critical,
        r#"(?i)\baws_?(?:secret)?_?(?:access)?_?(?:secret)?_?key["']?\s*[:=]\s*["']?[A-Za-z0-9/+=]{40}"#,
    ),
    ("github_token", "access_token", Severity::Critical, r"\bgh[pousr]_[A-Za-z0-9]{36,}"),
    ("github_fine_grained_token", "access_token", Severity::Critical, r"\bgithub_pat_[A-Za-z0-9_]{40,}"),
    ("anthropic_key", "api_key", Severity::Critical, r"\bsk-ant-[A-Za-z0-9_-]{10,}"),
    ("openai_key", "api_key", Severity::Critical, r"\bsk-[A-Za-z0-9_-]{20,}"),
    ("stripe_key", "api_key", Severity::Critical, r"\b[spr]k_(?:live|test)_[A-Za-z0-9]{24,}"),
    ("dashclaw_key", "api_key", Severity::Critical, r"\boc_live_[0-9a-f]{32}"),
    ("slack_token", "access_token", Severity::Critical, r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    ("jwt", "access_token", Severity::High, r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+"),
    ("bearer_token", "access_token", Severity::High, r"(?i)\bbearer\s+[A-Za-z0-9._~+/-]{20,}=*"),
    (
        "password",
        "password",
        Severity::High,
        r#"(?i)\b[a-z0-9_]*(?:password|passwd|pwd|passphrase)["']?\s*[:=]\s*(?:"[^"\n]{4,}"|'[^'\n]{4,}'|[^\s"',;]{4,})"#,
    ),
    (
        "api_key",
        "api_key",
        Severity::High,
        r#"(?i)\b[a-z0-9_]*(?:api[_-]?key|apikey|api[_-]?secret|secret[_-]?key)["']?\s*[:=]\s*["']?[A-Za-z0-9_./+=-]{16,}"#,
    ),
    (
        "access_token",
        "access_token",
        Severity::High,
        r#"(?i)\b[a-z0-9_]*(?:access|auth|refresh|client)[_-]?(?:token|secret)["']?\s*[:=]\s*["']?[A-Za-z0-9_./+=-]{16,}"#,
    ),
];

/// The patterns as compiled. ASCII word boundaries keep the fast engine on texts that are not ASCII.
fn expressions() -> impl Iterator<Item = String> {
    PATTERNS.iter().map(|(_, _, _, pattern)| pattern.replace(r"\b", r"(?-u:\b)"))
}

#[expect(clippy::unwrap_used, reason = "the patterns are literals, compiled by every test")]
static REGEXES: LazyLock<Vec<Regex>> =
    LazyLock::new(|| expressions().map(|expression| Regex::new(&expression).unwrap()).collect());

/// One pass tells which patterns occur, so that clean text costs one search.
#[expect(clippy::unwrap_used, reason = "the patterns are literals, compiled by every test")]
static PREFILTER: LazyLock<RegexSet> = LazyLock::new(|| RegexSet::new(expressions()).unwrap());

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
pub fn redact(text: &str) -> (Cow<'_, str>, Vec<SecretFinding>) {
    let mut text = Cow::Borrowed(text);
    let mut findings = Vec::new();
    // What remains beside a marker can be a secret on its own; each round leaves less to look at.
    loop {
        let spans = secret_spans(&text);
        if spans.is_empty() {
            return (text, findings);
        }
        findings.extend(spans.iter().map(|(_, index)| finding(*index)));
        text = Cow::Owned(replaced(&text, &spans));
    }
}

fn finding(index: usize) -> SecretFinding {
    let (pattern, category, severity, _) = PATTERNS[index];
    SecretFinding { pattern, category, severity }
}

fn replaced(text: &str, spans: &[(Range<usize>, usize)]) -> String {
    let mut redacted = String::with_capacity(text.len());
    let mut kept = 0;
    for (span, index) in spans {
        redacted.push_str(&text[kept..span.start]);
        redacted.push_str(MARKER);
        redacted.push_str(PATTERNS[*index].0);
        redacted.push(']');
        kept = span.end;
    }
    redacted.push_str(&text[kept..]);
    redacted
}

/// Where secrets are, in order and without overlap, each with its pattern.
fn secret_spans(text: &str) -> Vec<(Range<usize>, usize)> {
    let mut found = Vec::new();
    for part in parts_between_markers(text) {
        let offset = part.start;
        for index in &PREFILTER.matches(&text[part.clone()]) {
            let matches = REGEXES[index].find_iter(&text[part.clone()]);
            found.extend(matches.map(|span| (offset + span.start()..offset + span.end(), index)));
        }
    }
    merged(found)
}

/// Overlapping matches are one secret, named by the first of their patterns in the table.
fn merged(mut found: Vec<(Range<usize>, usize)>) -> Vec<(Range<usize>, usize)> {
    found.sort_by_key(|(span, index)| (span.start, *index));
    let mut spans: Vec<(Range<usize>, usize)> = Vec::with_capacity(found.len());
    for (span, index) in found {
        match spans.last_mut() {
            Some((last, named)) if span.start < last.end => {
                last.end = last.end.max(span.end);
                *named = index.min(*named);
            }
            _ => spans.push((span, index)),
        }
    }
    spans
}

/// The text without its `[REDACTED:name]` markers.
fn parts_between_markers(text: &str) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices(MARKER) {
        let name = &text[at + MARKER.len()..];
        let known =
            name.split_once(']').is_some_and(|(name, _)| PATTERNS.iter().any(|(known, ..)| *known == name));
        if !known || at < start {
            continue;
        }
        parts.push(start..at);
        start = at + MARKER.len() + name.find(']').map_or(0, |end| end + 1);
    }
    parts.push(start..text.len());
    parts
}

#[cfg(test)]
#[path = "secrets_tests.rs"]
mod tests;

//! The prompt-injection scanner of the guard and of `POST /api/security/prompt-injection`.

mod encoded;
mod fold;
mod patterns;

use std::sync::LazyLock;

use regex::{Regex, RegexSet};
use serde::{Serialize, Serializer};

use super::{Severity, distinct};
use crate::policy::Verdict;
use fold::Reading;
use patterns::{CATEGORIES, END, PATTERNS};

/// Characters of a match that a finding shows.
const SHOWN: usize = 20;
/// How far before an order it is looked at who is told, in bytes.
const BEFORE: usize = 64;

/// The patterns as compiled. ASCII word boundaries keep the fast engine on texts that are not ASCII.
fn expressions() -> impl Iterator<Item = String> {
    PATTERNS.iter().map(|pattern| {
        let text = pattern.text.replace("END", &format!("(?:{END})"));
        format!("(?i){}", text.replace(r"\b", r"(?-u:\b)"))
    })
}

#[expect(clippy::unwrap_used, reason = "the patterns are literals, compiled by every test")]
static REGEXES: LazyLock<Vec<Regex>> =
    LazyLock::new(|| expressions().map(|expression| Regex::new(&expression).unwrap()).collect());

/// One pass tells which patterns occur, so that clean text costs one search.
#[expect(clippy::unwrap_used, reason = "the patterns are literals, compiled by every test")]
static PREFILTER: LazyLock<RegexSet> = LazyLock::new(|| RegexSet::new(expressions()).unwrap());

/// The worst patterns, for words whose ends cannot be seen: `i g n o r e a l l …`.
#[expect(clippy::unwrap_used, reason = "the patterns are literals, compiled by every test")]
static SQUEEZED: LazyLock<Vec<(usize, Regex)>> = LazyLock::new(|| {
    let worst = |(index, _): &(usize, String)| PATTERNS[*index].category == "role_override";
    let squeezed = |text: &str| text.replace(r"(?-u:\b)", "").replace(r"\s+", r"\s*");
    let patterns = expressions().enumerate().filter(worst);
    patterns.map(|(index, text)| (index, Regex::new(&squeezed(&text)).unwrap())).collect()
});

/// Words before a verb that make it no order.
#[expect(clippy::unwrap_used, reason = "the pattern is a literal, compiled by every test")]
static DESCRIBED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)(?-u:\b)(?:to|not|never|don'?t|cannot|can|could|may|might|will|would|should|must|does|did|do|that|which|who|they|we|it|users?|attackers?|from|of|by|when|if|without)\s+(?:also\s+|just\s+|simply\s+|always\s+)?$",
    )
    .unwrap()
});

/// Who is told to do it, when somebody is: then it is an order all the same.
#[expect(clippy::unwrap_used, reason = "the pattern is a literal, compiled by every test")]
static TOLD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)(?-u:\b)(?:you|assistant|model|llm|chatbot|ai)(?-u:\b)").unwrap());

#[expect(clippy::unwrap_used, reason = "the pattern is a literal, compiled by every test")]
static REFUSED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)(?-u:\b)(?:how\s+to|not|never|don'?t|cannot|not\s+to)\s+$").unwrap());

/// One pattern that occurs in a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InjectionFinding {
    /// The pattern's name.
    pub pattern: &'static str,
    /// Its category.
    pub category: &'static str,
    /// The category's severity.
    pub severity: Severity,
    /// The first 20 characters of the match.
    pub matched: String,
    /// Where the match starts, in UTF-16 units as JavaScript counts.
    pub position: usize,
}

/// The outcome of a scan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InjectionScan {
    /// The first match of each pattern, in order of position.
    pub findings: Vec<InjectionFinding>,
}

/// Scans a text, as a reader sees it: format characters, other forms of letters and signs between them do not hide words.
pub fn scan(text: &str) -> InjectionScan {
    scan_all([text])
}

/// Scans several texts as one question: the first match of each pattern, text by text; a position counts in its own text.
///
/// What belongs in here are the texts that somebody reads in order to decide or to go on, a person who approves or a
/// model: `declared_goal`, `action_type`, `agent_name`, `reasoning`, `authorization_scope`, `trigger`, `input_summary`
/// and the items of `systems_touched`. What an action works on (`content`, `source_of_truth`, `target`, paths) is data:
/// a letter may well quote an attack, and it is looked at for secrets and facts instead.
pub fn scan_all<'a>(texts: impl IntoIterator<Item = &'a str>) -> InjectionScan {
    let mut all: Vec<InjectionFinding> = Vec::new();
    for text in texts {
        let mut findings = findings(text);
        findings.retain(|new| all.iter().all(|old| old.pattern != new.pattern));
        findings.sort_by_key(|finding| finding.position);
        all.extend(findings);
    }
    InjectionScan { findings: all }
}

/// What plain or decoded text holds.
fn findings(text: &str) -> Vec<InjectionFinding> {
    let mut found: Vec<InjectionFinding> = Vec::new();
    for reading in fold::readings(text) {
        for index in &PREFILTER.matches(&reading.text) {
            if found.iter().all(|old| old.pattern != PATTERNS[index].name) {
                found.extend(finding(index, text, &reading));
            }
        }
    }
    if found.is_empty() && fold::is_spelled(text) {
        found.extend(spelled(text));
    }
    found.extend(encoded::finding(text));
    found
}

/// What a text spells letter by letter.
fn spelled(text: &str) -> Option<InjectionFinding> {
    let readings = fold::readings(text);
    let mut found =
        readings.iter().flat_map(|reading| SQUEEZED.iter().map(move |pattern| (reading, pattern)));
    found.find_map(|(reading, (index, regex))| {
        let found = regex.find(&reading.text)?;
        let span = reading.origin(found.start())..reading.origin(found.end().saturating_sub(1));
        Some(named(PATTERNS[*index].name, PATTERNS[*index].category, text, span))
    })
}

fn finding(index: usize, text: &str, reading: &Reading<'_>) -> Option<InjectionFinding> {
    let pattern = PATTERNS.get(index)?;
    let mut matches = REGEXES.get(index)?.find_iter(&reading.text);
    let found = matches.find(|found| !pattern.order || is_order(&reading.text[..found.start()]))?;
    let span = reading.origin(found.start())..reading.origin(found.end()).max(reading.origin(found.start()));
    let end = if found.end() == reading.text.len() { text.len() } else { span.end };
    Some(named(pattern.name, pattern.category, text, span.start..end))
}

fn named(
    pattern: &'static str,
    category: &'static str,
    text: &str,
    span: std::ops::Range<usize>,
) -> InjectionFinding {
    let severity =
        CATEGORIES.iter().find(|(name, _)| *name == category).map_or(Severity::High, |(_, how)| *how);
    let position = text[..span.start].encode_utf16().count();
    InjectionFinding { pattern, category, severity, matched: shown(&text[span]), position }
}

/// Whether a verb behind these words tells somebody to do something.
fn is_order(before: &str) -> bool {
    let mut start = before.len().saturating_sub(BEFORE);
    while !before.is_char_boundary(start) {
        start += 1;
    }
    let before = &before[start..];
    // What was said before the last sentence ended is another matter.
    let clause = before.rsplit(['.', '\n', ';', '!', '?', ':']).next().unwrap_or(before);
    !DESCRIBED.is_match(clause) || TOLD.is_match(clause) && !REFUSED.is_match(clause)
}

fn shown(matched: &str) -> String {
    match matched.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &matched[..end]),
        None => matched.to_owned(),
    }
}

impl InjectionScan {
    /// Whether nothing was found.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }

    /// `none`, or the highest severity.
    pub fn risk_level(&self) -> &'static str {
        self.highest().map_or("none", Severity::as_str)
    }

    fn highest(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }

    /// Block when critical, warn when anything was found, else allow.
    pub fn recommendation(&self) -> Verdict {
        match self.highest() {
            Some(Severity::Critical) => Verdict::Block,
            Some(_) => Verdict::Warn,
            None => Verdict::Allow,
        }
    }

    /// Distinct categories in the order found.
    pub fn categories(&self) -> Vec<&'static str> {
        distinct(self.findings.iter().map(|finding| finding.category))
    }

    /// How many findings are critical.
    pub fn critical_count(&self) -> usize {
        self.findings.iter().filter(|finding| finding.severity == Severity::Critical).count()
    }
}

/// The body of `POST /api/security/prompt-injection`, without `source`.
impl Serialize for InjectionScan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut body = serializer.serialize_struct("InjectionScan", 7)?;
        body.serialize_field("clean", &self.is_clean())?;
        body.serialize_field("risk_level", self.risk_level())?;
        body.serialize_field("recommendation", &self.recommendation())?;
        body.serialize_field("findings_count", &self.findings.len())?;
        body.serialize_field("critical_count", &self.critical_count())?;
        body.serialize_field("categories", &self.categories())?;
        body.serialize_field("findings", &self.findings)?;
        body.end()
    }
}

#[cfg(test)]
mod tests;

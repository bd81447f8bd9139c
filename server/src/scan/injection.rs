//! The prompt-injection scanner of the guard and of `POST /api/security/prompt-injection`.

use std::sync::LazyLock;

use regex::{Regex, RegexSet};
use serde::{Serialize, Serializer};

use super::{Severity, distinct};
use crate::policy::Verdict;

/// Characters of a match that a finding shows.
const SHOWN: usize = 20;

const CATEGORIES: [(&str, Severity); 7] = [
    ("role_override", Severity::Critical),
    ("delimiter_injection", Severity::High),
    ("instruction_smuggling", Severity::High),
    ("data_exfiltration", Severity::High),
    ("encoding_evasion", Severity::High),
    ("context_manipulation", Severity::Medium),
    ("output_manipulation", Severity::Medium),
];

/// Name, category and pattern; all ignore case.
const PATTERNS: [(&str, &str, &str); 29] = [
    (
        "ignore_instructions",
        "role_override",
        r"\b(?:ignore|forget|override|bypass)\s+(?:(?:all|any|every|of|the|my|your|these|those)\s+){0,4}(?:previous|prior|above|earlier|preceding|existing|system)\s+(?:instructions?|prompts?|rules?|directives?|guidelines?|context)",
    ),
    (
        "new_system_prompt",
        "role_override",
        r"\b(?:new|updated|replacement|revised)\s+system\s+(?:prompt|message|instructions?)\b",
    ),
    (
        "you_are_now",
        "role_override",
        r"\byou\s+are\s+now\s+(?:an?|the|in|my|no\s+longer|free|unrestricted|called)\b",
    ),
    (
        "disregard_instructions",
        "role_override",
        r"\bdisregard\s+(?:(?:all|any|every|of|the|my|your|these|those|previous|prior|above|earlier)\s+){0,5}(?:instructions?|prompts?|rules?|directives?|guidelines?|context)",
    ),
    (
        "from_now_on",
        "role_override",
        r"\bfrom\s+now\s+on,?\s+(?:you|your|ignore|answer|respond|act|only|do\s+not|never)\b",
    ),
    (
        "triple_quotes",
        "delimiter_injection",
        "(?:\"{3}|'{3}|`{3})\\s*(?:system|assistant|user|instructions?)\\b",
    ),
    ("system_tag", "delimiter_injection", r"<\|?\s*/?\s*(?:system|im_start|im_end|endoftext)\s*\|?>"),
    ("inst_tag", "delimiter_injection", r"\[/?INST\]|<</?SYS>>"),
    ("xml_role_tag", "delimiter_injection", r"</?\s*(?:assistant|user|human|instructions?|prompt)\s*>"),
    ("sys_header", "delimiter_injection", r"(?m)^\s*#{2,}\s*(?:system|instructions?|assistant)\b"),
    (
        "important_override",
        "instruction_smuggling",
        r"\b(?:important|urgent|attention|critical)\s*[:!]+\s*(?:you\s+(?:must|should)|ignore|override|disregard|do\s+not|new\s+instructions?)\b",
    ),
    (
        "hidden_instruction",
        "instruction_smuggling",
        r"<!--[^>]{0,200}?\b(?:instructions?|ignore|system|prompt|execute)\b|\b(?:hidden|secret)\s+instructions?\b",
    ),
    (
        "do_not_reveal",
        "instruction_smuggling",
        r"\b(?:do\s+not|don't|never)\s+(?:reveal|disclose|tell|show)\b[^.\n]{0,40}\b(?:instructions?|prompt|this\s+message|user|anyone)\b",
    ),
    ("pretend_you_are", "context_manipulation", r"\bpretend\s+(?:that\s+)?(?:you\s+are|you're|to\s+be)\b"),
    (
        "act_as",
        "context_manipulation",
        r"\bact\s+as\s+(?:if\s+you|though\s+you|an?\s+(?:unrestricted|unfiltered|different|evil|admin\w*|root|system)|root|admin\w*|system)\b",
    ),
    ("roleplay", "context_manipulation", r"\brole-?\s?play(?:ing)?\s+(?:as|that|where|with)\b"),
    ("jailbreak", "context_manipulation", r"\bjail-?\s?break(?:ing|s|ed)?\b"),
    (
        "developer_mode",
        "context_manipulation",
        r"\b(?:developer|debug|god|sudo|maintenance)\s+mode\s+(?:enabled|on|activated|unlocked)\b|\b(?:enable|activate|enter|unlock)\s+(?:developer|god|sudo)\s+mode\b",
    ),
    ("dan_prompt", "context_manipulation", r"\bdo\s+anything\s+now\b|\bDAN\s+(?:mode|prompt)\b"),
    (
        "repeat_above",
        "data_exfiltration",
        r"\brepeat\s+(?:(?:all|everything|the|of|words?|text|back)\s+){0,5}(?:above|before\s+this|verbatim|your\s+instructions)\b",
    ),
    (
        "show_system_prompt",
        "data_exfiltration",
        r"\b(?:show|print|reveal|output|display|leak|dump|give)\s+(?:(?:me|us|the|your|full|entire|hidden|initial|original)\s+){0,5}(?:system\s+prompt|system\s+message|initial\s+instructions|hidden\s+prompt)\b",
    ),
    (
        "what_instructions",
        "data_exfiltration",
        r"\bwhat\s+(?:are|were|is)\s+(?:(?:all|of|the)\s+)*your\s+(?:(?:original|initial|system|hidden|exact)\s+)*(?:instructions?|prompt|rules|directives)\b",
    ),
    (
        "do_not_mention",
        "output_manipulation",
        r"\b(?:do\s+not|don't|never)\s+(?:mention|refer\s+to|acknowledge)\s+(?:this|these|that|the\s+(?:above|instructions?|prompt))\b",
    ),
    ("respond_only", "output_manipulation", r"\b(?:respond|reply|answer)\s+only\s+(?:with|in|using)\b"),
    (
        "hide_from_user",
        "output_manipulation",
        r"\b(?:hide|conceal|keep)\s+(?:this|it|that|these)\s+(?:secret\s+)?from\s+(?:the\s+)?(?:user|human|operator|admin\w*)\b",
    ),
    ("base64_payload", "encoding_evasion", r"\b(?:[A-Za-z0-9+/]{4}){25,}={0,2}"),
    (
        "base64_decode",
        "encoding_evasion",
        r"\b(?:base64[\s_-]*decod\w*|decod\w*\s+(?:this|the\s+following|it)?\s*(?:from\s+|as\s+)?base64|atob\s*\(|b64decode)",
    ),
    ("rot13_marker", "encoding_evasion", r"\brot-?13\b"),
    ("hex_escape", "encoding_evasion", r"(?:\\x[0-9a-f]{2}){4,}|(?:\\u[0-9a-f]{4}){4,}"),
];

/// The patterns as compiled. ASCII word boundaries keep the fast engine on texts that are not ASCII.
fn expressions() -> impl Iterator<Item = String> {
    PATTERNS.iter().map(|(_, _, pattern)| format!("(?i){}", pattern.replace(r"\b", r"(?-u:\b)")))
}

#[expect(clippy::unwrap_used, reason = "the patterns are literals, compiled by every test")]
static REGEXES: LazyLock<Vec<Regex>> =
    LazyLock::new(|| expressions().map(|expression| Regex::new(&expression).unwrap()).collect());

/// One pass tells which patterns occur, so that clean text costs one search.
#[expect(clippy::unwrap_used, reason = "the patterns are literals, compiled by every test")]
static PREFILTER: LazyLock<RegexSet> = LazyLock::new(|| RegexSet::new(expressions()).unwrap());

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

/// Scans a text.
pub fn scan(text: &str) -> InjectionScan {
    let mut findings: Vec<InjectionFinding> =
        PREFILTER.matches(text).iter().filter_map(|index| finding(index, text)).collect();
    findings.sort_by_key(|finding| finding.position);
    InjectionScan { findings }
}

fn finding(index: usize, text: &str) -> Option<InjectionFinding> {
    let (pattern, category, _) = *PATTERNS.get(index)?;
    let found = REGEXES.get(index)?.find(text)?;
    let severity = CATEGORIES.iter().find(|(name, _)| *name == category).map(|(_, severity)| *severity)?;
    let position = text[..found.start()].encode_utf16().count();
    Some(InjectionFinding { pattern, category, severity, matched: shown(found.as_str()), position })
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
#[path = "injection_tests.rs"]
mod tests;

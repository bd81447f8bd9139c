//! The outcome of a fact check, and the cases in which nothing could be checked.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;

use super::check::check_text;
use super::deadline::Deadline;

const MAX_SUMMARIES: usize = 5;

/// Whether a text agrees with its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FactVerdict {
    /// Every stated fact is supported.
    Pass,
    /// At least one violation.
    Block,
}

/// What kind of violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ViolationCode {
    /// A required fact is not in the text.
    MissingRequired,
    /// A forbidden pattern is in the text.
    ForbiddenMatch,
    /// A fact in the text has no support.
    FabricatedFact,
    /// The source cannot be used for a check.
    EngineError,
    /// There is no source of truth.
    MissingSource,
    /// The content is not text.
    InvalidContent,
}

impl ViolationCode {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MissingRequired => "missing_required",
            Self::ForbiddenMatch => "forbidden_match",
            Self::FabricatedFact => "fabricated_fact",
            Self::EngineError => "engine_error",
            Self::MissingSource => "missing_source",
            Self::InvalidContent => "invalid_content",
        }
    }
}

/// One violation. A receipt carries code and label; the detail stays in the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// What kind.
    pub code: ViolationCode,
    /// Which fact, in the words of the source.
    pub label: String,
    /// The text that is not supported, or what went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Violation {
    pub(super) fn new(code: ViolationCode, label: impl Into<String>) -> Self {
        Self { code, label: label.into(), detail: None }
    }

    pub(super) fn with_detail(
        code: ViolationCode,
        label: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        Self { code, label: label.into(), detail: Some(detail.into()) }
    }
}

/// What was checked and found.
#[derive(Clone, Debug, PartialEq)]
pub struct FactEvidence {
    /// In the order found: required facts, forbidden patterns, stated facts.
    pub violations: Vec<Violation>,
    /// The text and the source that a receipt covers; nothing when there must be no receipt.
    pub covered: Option<(String, Value)>,
}

impl FactEvidence {
    fn unchecked(code: ViolationCode, label: &str, detail: &str) -> Self {
        Self { violations: vec![Violation::with_detail(code, label, detail)], covered: None }
    }

    /// The verdict of the check, whatever the policy makes of it.
    pub fn verdict(&self) -> FactVerdict {
        if self.violations.is_empty() { FactVerdict::Pass } else { FactVerdict::Block }
    }

    /// Whether every stated fact is supported.
    pub fn is_pass(&self) -> bool {
        self.violations.is_empty()
    }

    /// Whether the check could not be done, which blocks whatever the policy says.
    pub fn is_unchecked(&self) -> bool {
        use ViolationCode::{EngineError, InvalidContent, MissingSource};
        self.violations.iter().any(|found| matches!(found.code, EngineError | InvalidContent | MissingSource))
    }

    /// The first code and up to five violations, for a reason text.
    pub fn summary(&self) -> String {
        let Some(first) = self.violations.first() else { return String::new() };
        let mut text = format!("{}: ", first.code.as_str());
        for (index, Violation { label, detail, .. }) in self.violations.iter().take(MAX_SUMMARIES).enumerate()
        {
            let comma = if index == 0 { "" } else { ", " };
            // Writing to a String cannot fail.
            let _ = match detail {
                Some(detail) => write!(text, "{comma}{label} \"{detail}\""),
                None => write!(text, "{comma}{label}"),
            };
        }
        let more = self.violations.len().saturating_sub(MAX_SUMMARIES);
        if more > 0 {
            let _ = write!(text, " and {more} more");
        }
        text
    }
}

/// Checks a request's content against its source, failing closed: content that is not text, a source that is not an
/// object with the arrays `allowedFacts` and `requiredFacts`, an unusable source and a check that does not finish are
/// violations.
pub fn check_content(content: &Value, source: Option<&Value>, deadline: Deadline) -> FactEvidence {
    let Some(text) = content.as_str() else {
        return FactEvidence::unchecked(ViolationCode::InvalidContent, "content", "content must be text");
    };
    let usable = |source: &&Value| source["allowedFacts"].is_array() && source["requiredFacts"].is_array();
    let Some(source) = source.filter(usable) else {
        let detail = "allowedFacts and requiredFacts must be arrays";
        return FactEvidence::unchecked(ViolationCode::MissingSource, "source_of_truth", detail);
    };
    FactEvidence {
        violations: check_text(text, source, deadline),
        covered: Some((text.to_owned(), source.clone())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_summary_names_the_first_code_and_five_violations() {
        let source = json!({"allowedFacts": [], "requiredFacts": [{"label": "id", "value": "X"}]});
        let evidence = check_content(&json!("$1 $2 $3 $4 $5 $6"), Some(&source), Deadline::default());
        assert_eq!(
            evidence.summary(),
            r#"missing_required: id, money "$1", money "$2", money "$3", money "$4" and 2 more"#
        );
        assert_eq!(evidence.verdict(), FactVerdict::Block);
        assert!(!evidence.is_unchecked());
    }

    #[test]
    fn there_is_something_to_sign_unless_nothing_could_be_read() {
        let source = json!({"allowedFacts": [], "requiredFacts": []});
        let covered = check_content(&json!("x"), Some(&source), Deadline::default()).covered.unwrap();
        assert_eq!(covered, ("x".to_owned(), source.clone()));
        assert!(check_content(&json!(["x"]), Some(&source), Deadline::default()).covered.is_none());
        assert!(check_content(&json!("x"), Some(&json!([])), Deadline::default()).covered.is_none());
        let broken = json!({"allowedFacts": [5], "requiredFacts": []});
        let engine = check_content(&json!("x"), Some(&broken), Deadline::default());
        assert!(engine.is_unchecked() && engine.covered.is_some());
    }

    #[test]
    fn the_wire_form() {
        let violation = Violation::new(ViolationCode::MissingRequired, "id");
        assert_eq!(
            serde_json::to_value(violation).unwrap(),
            json!({"code": "missing_required", "label": "id"})
        );
        assert_eq!(serde_json::to_value(FactVerdict::Pass).unwrap(), "pass");
    }
}

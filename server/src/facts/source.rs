//! The source of truth, read from JSON. Whatever cannot be understood is an error: it would be a fact or a rule that
//! nobody checks.

use dashclaw::canonical::canonical_text;
use serde_json::Value;

use super::pattern::UserPattern;

/// Most patterns in one list: each is compiled for every check, so their number is a cost the caller chooses.
const MAX_PATTERNS: usize = 100;

/// Most characters in all facts together: every pattern is looked for in every fact.
const MAX_CHARACTERS: usize = 200_000;

/// A fact with a value; facts with a blank value are left out.
#[derive(Debug)]
pub(super) struct SourceFact {
    pub(super) label: String,
    /// Canonical text.
    pub(super) value: String,
    /// Canonical text around the value.
    pub(super) slot: Option<(String, String)>,
}

#[derive(Debug)]
pub(super) struct Source {
    pub(super) allowed: Vec<SourceFact>,
    pub(super) required: Vec<SourceFact>,
    pub(super) forbidden: Vec<UserPattern>,
    pub(super) money: bool,
    pub(super) dates: bool,
    pub(super) percentages: bool,
    pub(super) patterns: Vec<UserPattern>,
}

impl Source {
    pub(super) fn read(source: &Value) -> Result<Self, String> {
        let extract = &source["extract"];
        if !extract.is_null() && !extract.is_object() {
            return Err("extract must be an object".into());
        }
        // Only an explicit `false` turns a kind off.
        let wanted = |kind: &str| extract[kind] != Value::Bool(false);
        let read = Self {
            allowed: facts(&source["allowedFacts"])?,
            required: facts(&source["requiredFacts"])?,
            forbidden: patterns(&source["forbiddenPatterns"], "forbiddenPatterns", UserPattern::forbidden)?,
            money: wanted("money"),
            dates: wanted("dates"),
            percentages: wanted("percentages"),
            patterns: patterns(&extract["patterns"], "extract.patterns", UserPattern::registered)?,
        };
        if read.characters() > MAX_CHARACTERS {
            return Err(format!("the facts have more than {MAX_CHARACTERS} characters"));
        }
        Ok(read)
    }

    fn characters(&self) -> usize {
        let slot =
            |fact: &SourceFact| fact.slot.as_ref().map_or(0, |(prefix, suffix)| prefix.len() + suffix.len());
        self.allowed.iter().chain(&self.required).map(|fact| fact.value.chars().count() + slot(fact)).sum()
    }

    /// Every allowed and required value.
    pub(super) fn corpus(&self) -> impl Iterator<Item = &str> {
        self.allowed.iter().chain(&self.required).map(|fact| fact.value.as_str())
    }
}

fn list<T>(value: &Value, name: &str, read: fn(&Value) -> Result<T, String>) -> Result<Vec<T>, String> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Array(items) => items.iter().map(read).collect(),
        _ => Err(format!("{name} must be an array")),
    }
}

fn patterns(
    value: &Value,
    name: &str,
    read: fn(&Value) -> Result<UserPattern, String>,
) -> Result<Vec<UserPattern>, String> {
    if value.as_array().is_some_and(|items| items.len() > MAX_PATTERNS) {
        return Err(format!("{name} has more than {MAX_PATTERNS} patterns"));
    }
    list(value, name, read)
}

fn facts(value: &Value) -> Result<Vec<SourceFact>, String> {
    let facts = list(value, "facts", fact)?;
    Ok(facts.into_iter().filter(|fact| !fact.value.trim().is_empty()).collect())
}

fn fact(value: &Value) -> Result<SourceFact, String> {
    if !value.is_object() {
        return Err("a fact must be an object".into());
    }
    let text = |value: &Value, what: &str| match value {
        Value::Null => Ok(String::new()),
        Value::String(text) => Ok(canonical_text(text)),
        _ => Err(format!("{what} must be text")),
    };
    let content = text(&value["value"], "a fact's value")?;
    let label = value["label"].as_str().map_or_else(|| content.clone(), str::to_owned);
    let slot = match &value["slot"] {
        Value::Null => None,
        slot if slot.is_object() => {
            Some((text(&slot["prefix"], "a prefix")?, text(&slot["suffix"], "a suffix")?))
        }
        _ => return Err("a slot must be an object".into()),
    };
    Ok(SourceFact { label, value: content, slot })
}

//! Policies from a YAML file.
//!
//! ```yaml
//! policies:
//!   - name: no risky deploys
//!     type: risk_threshold
//!     threshold: 80
//!     action: block
//!   - name: ask before refunds
//!     type: require_approval
//!     rules: { action_types: [refund] }
//!     agents: [billing-bot]
//! ```

use std::collections::BTreeSet;
use std::path::Path;

use dashclaw::suggest::nearest;
use serde_json::{Map, Value};

use super::mistake::{Mistake, Places};
use super::rules::{MAX_RULES, RULE_TYPES, RuleType, rule_type, validate};

const POLICY_KEYS: [&str; 7] = ["active", "agent_ids", "agents", "name", "policy_type", "rules", "type"];
const MAX_NAME: usize = 256;
/// Instead of a file: the policies that come with the program.
const STARTER: &str = "starter";
const STARTER_TEXT: &str = include_str!("starter.yaml");

/// A policy read from a file, ready to be stored.
#[derive(Clone, Debug, PartialEq)]
pub struct FilePolicy {
    /// Unique within the file.
    pub name: String,
    /// A known policy type.
    pub policy_type: String,
    /// The rules as JSON text, checked.
    pub rules: String,
    /// Defaults to true.
    pub active: bool,
    /// Empty means every agent.
    pub agent_ids: Vec<String>,
}

/// Reads a policy file, or the policies named `starter`, which come with the program; a file of that name is `./starter`.
///
/// # Errors
/// Returns one line for each problem, naming the file, the policy and the field.
pub fn read_policy_file(path: &Path, allow_private_webhooks: bool) -> Result<Vec<FilePolicy>, Vec<String>> {
    let name = path.display().to_string();
    if path.as_os_str() == STARTER {
        return parse_policy_file(&name, STARTER_TEXT, allow_private_webhooks);
    }
    match std::fs::read_to_string(path) {
        Ok(text) => parse_policy_file(&name, &text, allow_private_webhooks),
        Err(error) => Err(vec![format!("{name}: {error}")]),
    }
}

/// Reads the text of a policy file; `file` is only used in messages.
///
/// # Errors
/// Returns one line for each problem, naming the file, the policy and the field.
pub fn parse_policy_file(
    file: &str,
    text: &str,
    allow_private_webhooks: bool,
) -> Result<Vec<FilePolicy>, Vec<String>> {
    read(text, allow_private_webhooks)
        .map_err(|problems| problems.into_iter().map(|problem| format!("{file}: {}", problem.text)).collect())
}

/// The same, saying where in the text each mistake is.
///
/// # Errors
/// Every mistake, in the order of the file.
pub fn check_policy_text(text: &str, allow_private_webhooks: bool) -> Result<Vec<FilePolicy>, Vec<Mistake>> {
    read(text, allow_private_webhooks).map_err(|problems| {
        let places = Places::of(text);
        let mut mistakes: Vec<Mistake> =
            problems.into_iter().map(|problem| problem.placed(&places)).collect();
        mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
        mistakes
    })
}

/// What is wrong with a file.
struct Problem {
    /// The place of the policy in the list.
    policy: Option<usize>,
    /// Where the parser stopped.
    at: Option<(usize, usize)>,
    /// With the name of the policy.
    text: String,
    /// Without it.
    message: String,
}

impl Problem {
    /// With the file as a whole.
    fn new(message: String) -> Self {
        Self { policy: None, at: None, text: message.clone(), message }
    }

    fn placed(self, places: &Places) -> Mistake {
        let (line, column) = self.at.unwrap_or_else(|| places.locate(self.policy, &self.message));
        Mistake { line, column, message: self.text }
    }
}

fn read(text: &str, allow_private_webhooks: bool) -> Result<Vec<FilePolicy>, Vec<Problem>> {
    let mut problems = Vec::new();
    let entries = entries(text, &mut problems);
    let mut names = BTreeSet::new();
    let mut policies = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let mut reader = Entry { index, name: None, problems: Vec::new() };
        let policy = reader.read(entry, allow_private_webhooks);
        if let Some(name) = &reader.name
            && !names.insert(name.clone())
        {
            reader.problem("`name` is already used by an earlier policy");
        }
        problems.extend(reader.labelled());
        policies.extend(policy);
    }
    if problems.is_empty() {
        return Ok(policies);
    }
    Err(problems)
}

fn entries(text: &str, problems: &mut Vec<Problem>) -> Vec<Value> {
    // Through the YAML value first: it refuses repeated keys, which JSON's map would silently merge.
    let document = serde_yaml_ng::from_str::<serde_yaml_ng::Value>(text);
    let value = match document.and_then(serde_yaml_ng::from_value::<Value>) {
        Ok(value) => value,
        Err(error) => {
            let at = error.location().map(|at| (at.line(), at.column()));
            // Of a character that no YAML may hold the parser says how many bytes stand before it.
            let at = refused_character(text).or(at);
            problems.push(Problem { at, ..Problem::new(error.to_string().replace('\n', " ")) });
            return Vec::new();
        }
    };
    let Some(root) = value.as_object() else {
        problems.push(Problem::new("`policies` is required".into()));
        return Vec::new();
    };
    for key in root.keys().filter(|key| *key != "policies") {
        problems.push(Problem::new(unknown_key(key, ["policies"])));
    }
    match root.get("policies") {
        Some(Value::Array(entries)) => entries.clone(),
        Some(_) => {
            problems.push(Problem::new("`policies` must be an array".into()));
            Vec::new()
        }
        None => {
            problems.push(Problem::new("`policies` is required".into()));
            Vec::new()
        }
    }
}

/// Where the first character is that no YAML may hold.
fn refused_character(text: &str) -> Option<(usize, usize)> {
    let at = text.find(|char: char| char.is_control() && !matches!(char, '\t' | '\n' | '\r' | '\u{85}'))?;
    let line = text[..at].rsplit('\n').next().unwrap_or_default();
    Some((text[..at].matches('\n').count() + 1, line.chars().count() + 1))
}

fn unknown_key<'a>(key: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    match nearest(key, known) {
        Some(known) => format!("unknown key `{key}`, did you mean `{known}`?"),
        None => format!("unknown key `{key}`"),
    }
}

/// One policy being read.
struct Entry {
    index: usize,
    name: Option<String>,
    problems: Vec<String>,
}

impl Entry {
    fn problem(&mut self, problem: impl Into<String>) {
        self.problems.push(problem.into());
    }

    fn labelled(self) -> Vec<Problem> {
        let label =
            self.name.map_or_else(|| format!("number {}", self.index + 1), |name| format!("`{name}`"));
        let problem = |message| {
            let text = format!("policy {label}: {message}");
            Problem { policy: Some(self.index), at: None, text, message }
        };
        self.problems.into_iter().map(problem).collect()
    }

    fn read(&mut self, entry: &Value, allow_private_webhooks: bool) -> Option<FilePolicy> {
        let Some(members) = entry.as_object() else {
            self.problem("must be a mapping");
            return None;
        };
        self.name = self.required_name(members);
        let kind = self.kind(members);
        let active = self.active(members);
        let agent_ids = self.agents(members);
        let kind = kind?;
        let rules = self.rules(members, kind)?;
        if let Err(problems) = validate(kind.name, &rules, allow_private_webhooks) {
            self.problems.extend(problems);
        }
        let name = self.name.clone()?;
        Some(FilePolicy { name, policy_type: kind.name.to_owned(), rules, active, agent_ids })
    }

    fn required_name(&mut self, members: &Map<String, Value>) -> Option<String> {
        match members.get("name") {
            Some(Value::String(name)) if name.trim().is_empty() => self.problem("`name` must not be empty"),
            Some(Value::String(name)) if name.chars().count() > MAX_NAME => {
                self.problem(format!("`name` exceeds max length of {MAX_NAME}"));
            }
            Some(Value::String(name)) => return Some(name.clone()),
            Some(_) => self.problem("`name` must be a string"),
            None => self.problem("`name` is required"),
        }
        None
    }

    fn kind(&mut self, members: &Map<String, Value>) -> Option<&'static RuleType> {
        if members.contains_key("type") && members.contains_key("policy_type") {
            self.problem("`type` and `policy_type` are the same field");
        }
        let Some(word) = members.get("type").or_else(|| members.get("policy_type")) else {
            self.problem("`type` is required");
            return None;
        };
        let word = word.as_str().unwrap_or_default();
        let known = rule_type(word);
        if known.is_none() {
            let names = RULE_TYPES.iter().map(|known| known.name);
            let hint =
                nearest(word, names).map(|near| format!(", did you mean `{near}`?")).unwrap_or_default();
            self.problem(format!("`type`: unknown policy type `{word}`{hint}"));
        }
        known
    }

    fn active(&mut self, members: &Map<String, Value>) -> bool {
        match members.get("active") {
            None => true,
            Some(Value::Bool(active)) => *active,
            Some(Value::Number(number)) if number.as_u64().is_some_and(|flag| flag <= 1) => {
                number.as_u64() == Some(1)
            }
            Some(_) => {
                self.problem("`active` must be a boolean");
                true
            }
        }
    }

    fn agents(&mut self, members: &Map<String, Value>) -> Vec<String> {
        if members.contains_key("agents") && members.contains_key("agent_ids") {
            self.problem("`agents` and `agent_ids` are the same field");
        }
        let (key, value) = match (members.get("agents"), members.get("agent_ids")) {
            (Some(value), _) => ("agents", value),
            (None, Some(value)) => ("agent_ids", value),
            (None, None) => return Vec::new(),
        };
        let ids: Option<Vec<String>> = match value {
            Value::Null => Some(Vec::new()),
            Value::Array(ids) => ids.iter().map(|id| id.as_str().map(str::to_owned)).collect(),
            _ => None,
        };
        ids.unwrap_or_else(|| {
            self.problem(format!("`{key}` must be an array of strings"));
            Vec::new()
        })
    }

    /// The rules as JSON text, from `rules:` or from the members beside the name.
    fn rules(&mut self, members: &Map<String, Value>, kind: &RuleType) -> Option<String> {
        let beside = || members.iter().filter(|(key, _)| !POLICY_KEYS.contains(&key.as_str()));
        let rules: Map<String, Value> = match members.get("rules") {
            Some(Value::Object(rules)) => {
                for (key, _) in beside() {
                    self.problem(unknown_key(key, POLICY_KEYS));
                }
                rules.clone()
            }
            Some(_) => {
                self.problem("`rules` must be a mapping");
                return None;
            }
            None => beside().map(|(key, value)| (key.clone(), value.clone())).collect(),
        };
        let flat = !members.contains_key("rules");
        for key in rules.keys().filter(|key| *key != "tests" && !kind.fields.contains(&key.as_str())) {
            let own: &[&str] = if flat { &POLICY_KEYS } else { &[] };
            self.problem(unknown_key(key, kind.fields.iter().chain(own).copied()));
        }
        let text = Value::Object(rules).to_string();
        if text.chars().count() > MAX_RULES {
            self.problem(format!("`rules` exceeds max length of {MAX_RULES}"));
            return None;
        }
        Some(text)
    }
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;

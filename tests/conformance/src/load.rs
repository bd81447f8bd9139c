//! Reading the case files: shorthands are expanded, every case is checked before any runs.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::case::{Case, File};
use crate::variables::substitute;

/// Keys of a case; all others make up its only step.
const CASE_KEYS: [&str; 17] = [
    "name",
    "why",
    "client",
    "clients",
    "server",
    "ordered",
    "through",
    "connections",
    "instance",
    "vectors",
    "do",
    "seconds",
    "skip",
    "differs",
    "environment",
    "prints",
    "each",
];

/// A case with its text, from which it is made anew for every run.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) file: String,
    pub(crate) name: String,
    /// One text per value of `each`; one in all without.
    pub(crate) variants: Vec<Value>,
}

impl Source {
    /// The case with the run's variables in place.
    pub(crate) fn case(&self, variant: usize, variables: &Map<String, Value>) -> Result<Case, String> {
        let text = substitute(&self.variants[variant], variables);
        serde_json::from_value(text).map_err(|error| format!("{}: {error}", self.name))
    }

    /// Whether it runs against an instance.
    pub(crate) fn has_instance(&self) -> bool {
        self.variants.iter().any(|variant| variant.get("instance").is_some())
    }
}

/// All cases of a directory, sorted by file.
pub(crate) fn load(directory: &Path) -> Result<Vec<Source>, String> {
    let entries =
        std::fs::read_dir(directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    let mut names = BTreeSet::new();
    let mut cases = Vec::new();
    for path in files {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{stem}: {error}"))?;
        for source in parse(&stem, &text)? {
            if !names.insert(source.name.clone()) {
                return Err(format!("two cases are called {}", source.name));
            }
            cases.push(source);
        }
    }
    Ok(cases)
}

fn parse(stem: &str, text: &str) -> Result<Vec<Source>, String> {
    let broken = |error: serde_yaml_ng::Error| format!("{stem}.yaml: {error}");
    let mut value: serde_yaml_ng::Value = serde_yaml_ng::from_str(text).map_err(broken)?;
    value.apply_merge().map_err(broken)?;
    let file: File = serde_yaml_ng::from_value(value).map_err(broken)?;
    file.cases.into_iter().map(|case| source(stem, case)).collect()
}

fn source(stem: &str, mut case: Map<String, Value>) -> Result<Source, String> {
    let short = case.get("name").and_then(Value::as_str).ok_or(format!("{stem}.yaml: a case has no name"))?;
    let name = format!("{stem}/{short}");
    let mut only = Map::new();
    for key in case.keys().cloned().collect::<Vec<_>>() {
        if !CASE_KEYS.contains(&key.as_str()) {
            only.extend(case.remove(&key).map(|value| (key, value)));
        }
    }
    match (only.is_empty(), case.contains_key("do")) {
        (false, true) => {
            return Err(format!("{name}: has both `do` and {:?}", only.keys().collect::<Vec<_>>()));
        }
        (false, false) => drop(case.insert("do".to_owned(), json!([only]))),
        (true, _) => {}
    }
    let variants = variants(&name, case)?;
    let source = Source { file: stem.to_owned(), name, variants };
    source.case(0, &Map::new())?;
    Ok(source)
}

/// `each: {var: n, from: 0, to: 9, step: 3}` or `each: {var: word, in: [a, b]}`: one text per value.
fn variants(name: &str, mut case: Map<String, Value>) -> Result<Vec<Value>, String> {
    let Some(each) = case.remove("each") else { return Ok(vec![Value::Object(case)]) };
    let variable = each["var"].as_str().ok_or(format!("{name}: `each` has no `var`"))?;
    let values = match each.get("in").and_then(Value::as_array) {
        Some(values) => values.clone(),
        None => range(&each).ok_or(format!("{name}: `each` has neither `in` nor `from` and `to`"))?,
    };
    if values.is_empty() {
        return Err(format!("{name}: `each` has no value"));
    }
    let case = Value::Object(case);
    let filled = |value| substitute(&case, &Map::from_iter([(variable.to_owned(), value)]));
    Ok(values.into_iter().map(filled).collect())
}

fn range(each: &Value) -> Option<Vec<Value>> {
    let step = usize::try_from(each["step"].as_u64().unwrap_or(1)).ok()?;
    let numbers = each["from"].as_u64()?..=each["to"].as_u64()?;
    Some(numbers.step_by(step.max(1)).map(Value::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_a_step_make_the_only_step() {
        let text = "about: x\ncases:\n- name: a\n  call: guard\n  ok: 1\n";
        let sources = parse("guard", text).unwrap();
        let case = sources[0].case(0, &Map::new()).unwrap();
        assert_eq!((sources[0].name.as_str(), case.steps.len()), ("guard/a", 1));
        assert_eq!(case.steps[0].call.as_deref(), Some("guard"));
    }

    #[test]
    fn a_misspelt_key_is_refused() {
        let text = "about: x\ncases:\n- name: a\n  call: guard\n  okay: 1\n";
        assert!(parse("guard", text).unwrap_err().contains("okay"));
    }

    #[test]
    fn each_makes_one_variant_per_value() {
        let text = "about: x\ncases:\n- name: a\n  each: {var: n, from: 0, to: 10, step: 5}\n  sleep: ${n}\n";
        let sources = parse("f", text).unwrap();
        assert_eq!(sources[0].variants.len(), 3);
        assert_eq!(sources[0].case(2, &Map::new()).unwrap().steps[0].sleep, Some(10.0));
    }
}

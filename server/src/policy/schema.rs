//! The JSON schema of a policy file, for editors. Everything in it is what the compiler of policies itself says: it is shown a
//! value that fits nothing and asked what would.

use serde_json::{Map, Value, json};

use super::rules::{RULE_TYPES, RuleType, validate};

/// The JSON schema (2020-12) of a policy file.
pub fn policy_file_schema() -> Value {
    let variants: Vec<Value> = RULE_TYPES.iter().map(variant).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "DashClaw policy file",
        "type": "object",
        "required": ["policies"],
        "additionalProperties": false,
        "properties": { "policies": { "type": "array", "items": { "oneOf": variants } } },
    })
}

/// A policy of one type, whose rules stand under `rules` or beside its name.
fn variant(kind: &RuleType) -> Value {
    let mut rules: Map<String, Value> =
        kind.fields.iter().map(|name| ((*name).to_owned(), field(kind, name))).collect();
    rules.insert("tests".to_owned(), json!({ "type": "array" }));
    let required: Vec<&str> = kind.fields.iter().filter(|name| is_required(kind, name)).copied().collect();
    let nested = json!({
        "type": "object", "properties": rules, "required": required, "additionalProperties": false,
    });
    let ids = json!({ "type": ["array", "null"], "items": { "type": "string" }, "description": "Every agent unless given" });
    let mut members = rules;
    members.insert("name".to_owned(), json!({ "type": "string", "minLength": 1, "maxLength": 256 }));
    members.insert("type".to_owned(), json!({ "const": kind.name }));
    members.insert("policy_type".to_owned(), json!({ "const": kind.name }));
    members.insert("agents".to_owned(), ids.clone());
    members.insert("agent_ids".to_owned(), ids);
    members.insert("active".to_owned(), json!({ "enum": [true, false, 0, 1] }));
    members.insert("rules".to_owned(), nested);
    json!({
        "title": kind.name,
        "type": "object",
        "required": ["name"],
        "oneOf": [{ "required": ["type"] }, { "required": ["policy_type"] }],
        "anyOf": [{ "required": ["rules"] }, { "required": required }],
        "properties": members,
        "additionalProperties": false,
    })
}

/// What a field holds.
fn field(kind: &RuleType, name: &str) -> Value {
    let nothing_fits = json!({ name: { "": "" } });
    let told = problem(kind, &nothing_fits, name);
    let told = told.as_deref().and_then(|told| told.split_once(" must be ")).map_or("", |(_, fits)| fits);
    match told {
        "a number" => json!({ "type": "number" }),
        "an integer" => json!({ "type": "integer" }),
        "a boolean" => json!({ "type": "boolean" }),
        "a string" => json!({ "type": "string" }),
        "an array" => json!({ "type": "array", "items": { "type": "string" } }),
        _ => told
            .strip_prefix("one of: ")
            .map_or_else(|| json!({}), |words| json!({ "enum": words.split(", ").collect::<Vec<_>>() })),
    }
}

fn is_required(kind: &RuleType, name: &str) -> bool {
    problem(kind, &json!({}), name).is_some_and(|told| told.ends_with(" is required"))
}

/// What the compiler says of this field.
fn problem(kind: &RuleType, rules: &Value, name: &str) -> Option<String> {
    let told = validate(kind.name, &rules.to_string(), true).err()?;
    told.into_iter().find(|told| told.starts_with(&format!("`{name}` ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_every_type_is_known() {
        let told: Vec<String> = RULE_TYPES
            .iter()
            .flat_map(|kind| kind.fields.iter().map(move |name| (kind, name)))
            .filter(|(kind, name)| field(kind, name) == json!({}))
            .map(|(kind, name)| format!("{}.{name}", kind.name))
            .collect();
        // Those that no rule of ours reads.
        assert_eq!(told, [""; 0]);
    }

    #[test]
    fn what_is_required_is_what_the_compiler_wants() {
        let required = |name: &str| {
            let kind = super::super::rules::rule_type(name).unwrap();
            kind.fields.iter().filter(|field| is_required(kind, field)).copied().collect::<Vec<_>>()
        };
        assert_eq!(required("risk_threshold"), ["threshold"]);
        assert_eq!(required("require_approval"), ["action_types"]);
        assert_eq!(required("rate_limit"), [""; 0]);
    }
}

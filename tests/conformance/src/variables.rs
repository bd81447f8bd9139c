//! `${name}` in the text of a case.

use serde_json::{Map, Value};

/// `value` with every `${name}` and `${name.member.0}` replaced. A string that is nothing but one variable becomes the
/// variable's value; names that are not known stay.
pub(crate) fn substitute(value: &Value, variables: &Map<String, Value>) -> Value {
    match value {
        Value::String(text) => in_text(text, variables),
        Value::Array(items) => items.iter().map(|item| substitute(item, variables)).collect(),
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| {
                let name = match in_text(name, variables) {
                    Value::String(name) => name,
                    other => other.to_string(),
                };
                (name, substitute(value, variables))
            };
            Value::Object(members.iter().map(member).collect())
        }
        other => other.clone(),
    }
}

fn in_text(text: &str, variables: &Map<String, Value>) -> Value {
    let whole = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    if let Some(value) = whole.and_then(|path| look_up(path, variables)) {
        return value.clone();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((path, behind)) = after.split_once('}') else { break };
        out.push_str(before);
        match look_up(path, variables) {
            Some(Value::String(text)) => out.push_str(text),
            Some(value) => out.push_str(&value.to_string()),
            None => out.extend(["${", path, "}"]),
        }
        rest = behind;
    }
    out.push_str(rest);
    Value::String(out)
}

fn look_up<'a>(path: &str, variables: &'a Map<String, Value>) -> Option<&'a Value> {
    let (name, members) = path.split_once('.').unwrap_or((path, ""));
    members.split('.').filter(|member| !member.is_empty()).try_fold(variables.get(name)?, |value, member| {
        match member.parse::<usize>() {
            Ok(index) => value.get(index),
            Err(_) => value.get(member),
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whole_strings_become_values_and_parts_become_text() {
        let Value::Object(variables) = json!({"n": 3, "made": {"ids": ["act_1"]}}) else { unreachable!() };
        let text = json!({"a": "${n}", "b": "x${n}y", "c": "${made.ids.0}", "d": "${other}", "${n}": 0});
        let expected = json!({"a": 3, "b": "x3y", "c": "act_1", "d": "${other}", "3": 0});
        assert_eq!(substitute(&text, &variables), expected);
    }
}

//! The arguments of a call, checked against the row. Values stay the bytes that the caller wrote.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::catalogue::{Field, IdKind, Kind, Place, Row};
use crate::suggest::hint;
use crate::{Error, Result};

/// The members of the argument object by name; null members are left out.
pub(crate) struct Arguments<'a> {
    pub(crate) known: Vec<(&'static Field, &'a RawValue)>,
    pub(crate) extra: Vec<(String, &'a RawValue)>,
}

impl<'a> Arguments<'a> {
    /// Reads the JSON object `json` as arguments of `row`, and refuses what cannot be right.
    pub(crate) fn read(row: &'static Row, json: &'a [u8]) -> Result<Self> {
        let members: BTreeMap<String, &'a RawValue> = serde_json::from_slice(json)
            .map_err(|error| Error::argument("arguments", format!("are not a JSON object: {error}")))?;
        let mut arguments = Self { known: Vec::with_capacity(members.len()), extra: Vec::new() };
        for (name, value) in members {
            arguments.take(row, name, value)?;
        }
        arguments.require(row)?;
        Ok(arguments)
    }

    fn take(&mut self, row: &'static Row, name: String, value: &'a RawValue) -> Result<()> {
        let field = row.field(&name).filter(|field| !field.constant);
        match field {
            Some(_) if value.get() == "null" => {}
            Some(field) => {
                check(field, value.get())?;
                // The exact spelling wins over the other one, wherever it stands.
                if name == field.name {
                    self.known.retain(|(known, _)| known.name != field.name);
                }
                if self.value(field.name).is_none() {
                    self.known.push((field, value));
                }
            }
            None if row.rules.open => self.extra.push((name, value)),
            None => {
                let hint = hint(&name, row.arguments().map(|field| field.name));
                return Err(Error::argument(name, format!("is not an argument of {}{hint}", row.name)));
            }
        }
        Ok(())
    }

    fn require(&self, row: &Row) -> Result<()> {
        let missing = row.arguments().find(|field| {
            field.required
                && field.fill.is_none()
                && self.value(field.name).is_none_or(|value| value == "\"\"")
        });
        match missing {
            Some(field) => Err(Error::argument(field.name, format!("is required: {}", expected(field)))),
            None => Ok(()),
        }
    }

    /// The JSON text of a known argument.
    pub(crate) fn value(&self, name: &str) -> Option<&'a str> {
        self.known.iter().find(|(field, _)| field.name == name).map(|(_, value)| value.get())
    }

    /// A known argument that is a string.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        serde_json::from_str(self.value(name)?).ok()
    }
}

/// Whether `json` is of the field's type. Limits of length are the server's: they may change without the SDK.
fn check(field: &Field, json: &str) -> Result<()> {
    let wrong = || Error::argument(field.name, format!("must be {}", expected(field)));
    let first = json.as_bytes().first().copied().unwrap_or_default();
    let fits = match field.kind {
        Kind::Text | Kind::Choice(_) | Kind::Id(_) => first == b'"',
        Kind::Integer => is_whole(json),
        Kind::Number => is_number(first),
        Kind::Boolean => matches!(json, "true" | "false"),
        Kind::Object => first == b'{',
        Kind::Texts => serde_json::from_str::<Vec<String>>(json).is_ok(),
        Kind::List => first == b'[',
        Kind::ObjectOrText => matches!(first, b'{' | b'"'),
        Kind::Any => true,
    };
    if !fits {
        return Err(wrong());
    }
    match field.kind {
        Kind::Id(kind) => check_id(field, kind, json),
        Kind::Choice(words) if field.strict => {
            let word: String = serde_json::from_str(json).map_err(|_| wrong())?;
            if words.contains(&word.as_str()) { Ok(()) } else { Err(wrong()) }
        }
        _ if field.place == Place::Query && matches!(first, b'{' | b'[') => Err(wrong()),
        _ => Ok(()),
    }
}

fn check_id(field: &Field, kind: IdKind, json: &str) -> Result<()> {
    let id: String =
        serde_json::from_str(json).map_err(|_| Error::argument(field.name, "must be valid Unicode"))?;
    match IdKind::of(&id) {
        Some(other) if other != kind => Err(Error::argument(
            field.name,
            format!(
                "must be the id of {}{}; `{id}` is the id of {}",
                kind.noun(),
                if kind == IdKind::Action { ", as create_action returns it" } else { "" },
                other.noun()
            ),
        )),
        _ => Ok(()),
    }
}

fn is_number(first: u8) -> bool {
    first == b'-' || first.is_ascii_digit()
}

/// 90 and 90.0 are whole numbers; 90.5 is not.
#[expect(clippy::float_cmp, reason = "a whole number equals its own truncation exactly")]
fn is_whole(json: &str) -> bool {
    is_number(json.as_bytes().first().copied().unwrap_or_default())
        && json.parse::<f64>().is_ok_and(|number| number.is_finite() && number.trunc() == number)
}

/// What a field takes, for people.
pub(crate) fn expected(field: &Field) -> String {
    match field.kind {
        Kind::Text => "a string".to_owned(),
        Kind::Id(kind) => format!("the id of {} (a string)", kind.noun()),
        Kind::Choice(words) => format!("one of {}", words.join(", ")),
        Kind::Integer => "a whole number".to_owned(),
        Kind::Number => "a number".to_owned(),
        Kind::Boolean => "true or false".to_owned(),
        Kind::Object => "an object".to_owned(),
        Kind::Texts => "a list of strings".to_owned(),
        Kind::List => "a list".to_owned(),
        Kind::ObjectOrText => "an object or JSON text".to_owned(),
        Kind::Any => "a JSON value".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::find;

    fn refusal(operation: &str, json: &str) -> String {
        Arguments::read(find(operation).unwrap(), json.as_bytes()).err().expect("a refusal").to_string()
    }

    #[test]
    fn a_refusal_names_the_argument_and_what_was_expected() {
        let cases = [
            ("guard", r"{}", "`action_type` is required: a string"),
            ("guard", r#"{"action_type":""}"#, "`action_type` is required: a string"),
            ("guard", r#"{"action_type":7}"#, "`action_type` must be a string"),
            ("guard", r#"{"action_type":"a","risk_score":"high"}"#, "`risk_score` must be a whole number"),
            ("guard", r#"{"action_type":"a","risk_score":1.5}"#, "`risk_score` must be a whole number"),
            ("guard", r#"{"action_type":"a","reversible":1}"#, "`reversible` must be true or false"),
            (
                "guard",
                r#"{"action_type":"a","systems_touched":["a",1]}"#,
                "`systems_touched` must be a list of strings",
            ),
            (
                "get_guard_decisions",
                r#"{"limt":1}"#,
                "`limt` is not an argument of get_guard_decisions; did you mean `limit`?",
            ),
        ];
        for (operation, json, expected) in cases {
            assert_eq!(refusal(operation, json), expected);
        }
    }

    #[test]
    fn both_spellings_are_taken_and_null_is_absent() {
        let json = br#"{"actionType":"deploy","sourceOfTruth":{"a":1},"agent_name":null,"risk_score":90.0,"colour":"red"}"#;
        let arguments = Arguments::read(find("guard").unwrap(), json).unwrap();
        assert_eq!(arguments.value("action_type"), Some("\"deploy\""));
        assert_eq!(arguments.value("source_of_truth"), Some(r#"{"a":1}"#));
        assert_eq!(arguments.value("agent_name"), None);
        assert_eq!(arguments.extra.len(), 1);
    }
}

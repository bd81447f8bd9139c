//! What the error of a call says to people: what is wrong, what exactly, and in which call.

use serde_json::Value;

use super::Prepared;
use crate::terminal::printable;
use crate::{Error, ErrorKind};

/// How many characters of the server's details are told; the `details` of the error hold them all.
const DETAILS: usize = 500;
/// How many characters of an id are told.
const ID: usize = 100;

/// `error` with a message that holds the server's details and names the operation and the record it is about. What a
/// server wrote is made fit for a terminal: a message ends there sooner or later. The reason of a block stays the policy's
/// own sentence, and that of a denial the human's.
pub(crate) fn explained(error: Error, prepared: &Prepared) -> Error {
    error.with(|fields| {
        let mut message = printable(&fields.message);
        if !matches!(fields.kind, ErrorKind::GuardBlocked | ErrorKind::ApprovalDenied) {
            if let Some(details) = fields.details.as_ref().and_then(|details| told(details, &message)) {
                message = format!("{message}: {details}");
            }
            if let Some(call) = named(prepared, &message) {
                message = format!("{message} ({call})");
            }
        }
        fields.message = message;
    })
}

/// The operation and the id that it is about, as far as `message` does not name them.
fn named(prepared: &Prepared, message: &str) -> Option<String> {
    let operation = Some(prepared.row.name).filter(|name| !message.contains(name));
    let id = prepared.subject.as_deref().map(|id| shortened(&printable(id), ID));
    let id = id.filter(|id| !id.is_empty() && !message.contains(id.as_str()));
    match (operation, id) {
        (Some(operation), Some(id)) => Some(format!("{operation} {id}")),
        (Some(operation), None) => Some(operation.to_owned()),
        (None, id) => id,
    }
}

/// Details in one line; nothing when `message` holds them all.
fn told(details: &Value, message: &str) -> Option<String> {
    let mut texts = Vec::new();
    collect(details, &mut texts);
    let new: Vec<String> = texts
        .into_iter()
        .map(|text| printable(text.trim()))
        .filter(|text| !text.is_empty() && !message.contains(text.as_str()))
        .collect();
    (!new.is_empty()).then(|| shortened(&new.join("; "), DETAILS))
}

/// The sentences in details, whose form no two servers share: a text, a list of texts, a list of objects with a message and
/// the place it is about, an object of messages by place.
fn collect(details: &Value, texts: &mut Vec<String>) {
    match details {
        Value::Null => {}
        Value::String(text) => texts.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Object(members) => {
            let member = |names: [&str; 3]| names.into_iter().find_map(|name| members.get(name));
            match member(["message", "msg", "error"]).and_then(Value::as_str) {
                Some(text) => {
                    match member(["path", "field", "loc"]).map(place).filter(|place| !place.is_empty()) {
                        Some(place) => texts.push(format!("{place}: {text}")),
                        None => texts.push(text.to_owned()),
                    }
                }
                None => texts.extend(members.iter().map(|(name, value)| format!("{name}: {}", place(value)))),
            }
        }
        other => texts.push(other.to_string()),
    }
}

/// A place, or whatever else stands for a text: `["a", 0]` as `a.0`.
fn place(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(place).collect::<Vec<_>>().join("."),
        other => other.to_string(),
    }
}

fn shortened(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::find;

    fn message(operation: &str, subject: Option<&str>, error: Error) -> String {
        let prepared = Prepared {
            row: find(operation).unwrap(),
            target: String::new(),
            body: None,
            idempotency_key: None,
            status: None,
            action_id: None,
            on_replay: crate::OnReplay::default(),
            subject: subject.map(str::to_owned),
        };
        explained(error, &prepared).to_string()
    }

    fn refused(text: &str, details: Value) -> Error {
        Error::new(ErrorKind::Validation, text).with(|fields| fields.details = Some(details))
    }

    #[test]
    fn details_are_told_in_whatever_form_they_come() {
        let table = [
            (
                json!(["`a` is required", "`b` is too long"]),
                "Invalid: `a` is required; `b` is too long (guard)",
            ),
            (json!("too long"), "Invalid: too long (guard)"),
            (json!([{"path": ["a", 0], "message": "Required"}]), "Invalid: a.0: Required (guard)"),
            (json!([{"message": "Required", "code": "x"}]), "Invalid: Required (guard)"),
            (json!({"a": ["Required"], "b": "too long"}), "Invalid: a: Required; b: too long (guard)"),
            (json!({}), "Invalid (guard)"),
            (json!(null), "Invalid (guard)"),
            (json!(["Invalid", ""]), "Invalid (guard)"),
            (json!([7, {"a": {"b": 1}}]), r#"Invalid: 7; a: {"b":1} (guard)"#),
        ];
        for (details, expected) in table {
            assert_eq!(message("guard", None, refused("Invalid", details.clone())), expected, "{details}");
        }
    }

    #[test]
    fn the_call_is_named_once() {
        let not_found = || Error::new(ErrorKind::NotFound, "Action not found");
        assert_eq!(message("get_action", Some("act_1"), not_found()), "Action not found (get_action act_1)");
        assert_eq!(message("get_action", None, not_found()), "Action not found (get_action)");
        let said = Error::new(ErrorKind::OutcomeUnknown, "approve_action may or may not have happened: x");
        assert_eq!(
            message("approve_action", Some("act_1"), said),
            "approve_action may or may not have happened: x (act_1)"
        );
        let blocked = Error::new(ErrorKind::GuardBlocked, "no deploys\u{1b}[2J");
        assert_eq!(message("create_action", None, blocked), r"no deploys\u{1b}[2J");
    }

    #[test]
    fn it_stays_short_and_on_one_line() {
        let details = json!(vec!["é\n".repeat(100); 1000]);
        let shown = message("get_action", Some(&"x".repeat(5000)), refused(&"y".repeat(5000), details));
        assert!(shown.chars().count() < 1800 && !shown.contains('\n'), "{}", shown.len());
    }
}

//! A question as it is kept for the human who decides.

use serde_json::{Map, Value};

use crate::scrub::Scrub;

/// How many bytes of a question are kept. Lists and events carry it, so that it must be small; a human reads no more.
const MOST: usize = 48 * 1024;
/// A secret that the end cuts in two is known no more, so that so many bytes before it are not kept either.
const MARGIN: usize = 512;

/// What of it is kept, and whether something was too long.
pub(super) fn shown(mut asked: Value) -> (Map<String, Value>, bool) {
    let mut left = MOST;
    let truncated = shorten(&mut asked, &mut left);
    Scrub::default().value(&mut asked);
    let mut kept = match asked {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    kept.retain(|_, value| !says_nothing(value));
    (kept, truncated)
}

fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.values().all(Value::is_null),
        Value::Bool(true) | Value::Number(_) => false,
    }
}

/// Keeps so many bytes; answers whether that was not all.
fn shorten(value: &mut Value, left: &mut usize) -> bool {
    match value {
        Value::String(text) => {
            let cut = text.len() > *left;
            if cut {
                let mut end = left.saturating_sub(MARGIN);
                while !text.is_char_boundary(end) {
                    end -= 1;
                }
                text.truncate(end);
                text.push('\u{2026}');
            }
            *left = left.saturating_sub(text.len());
            cut
        }
        Value::Array(items) => {
            let before = items.len();
            let mut cut = false;
            items.retain_mut(|item| {
                let room = *left > 0;
                cut |= room && shorten(item, left);
                room
            });
            cut || items.len() < before
        }
        Value::Object(members) => {
            let before = members.len();
            let mut cut = false;
            members.retain(|name, member| {
                let room = *left > name.len();
                *left = left.saturating_sub(name.len());
                cut |= room && shorten(member, left);
                room
            });
            cut || members.len() < before
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            *left = left.saturating_sub(8);
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_not_said_is_left_out() {
        let asked = json!({ "target": null, "irreversible": false, "more": {}, "systems_touched": [], "content": "x", "n": 0 });
        assert_eq!(shown(asked), (json!({ "content": "x", "n": 0 }).as_object().unwrap().clone(), false));
    }

    #[test]
    fn secrets_are_taken_out() {
        let (kept, _) = shown(
            json!({ "content": "password=hunter2-hunter2", "more": { "a": ["ghp_0123456789abcdefghijABCDEFGHIJ012345"] } }),
        );
        let text = Value::Object(kept).to_string();
        assert!(!text.contains("hunter2") && !text.contains("ghp_0123"), "{text}");
    }

    #[test]
    fn what_is_too_long_is_cut_and_said_to_be() {
        for long in [
            json!({ "content": "ü".repeat(MOST) }),
            json!({ "more": { "list": vec!["x".repeat(100); 1000] } }),
            json!({ "more": (0..20_000).map(|n| (format!("name{n}"), json!(1))).collect::<Map<_, _>>() }),
        ] {
            let (kept, truncated) = shown(long);
            assert!(truncated && Value::Object(kept.clone()).to_string().len() < 3 * MOST);
        }
        assert!(!shown(json!({ "content": "x".repeat(MOST / 2) })).1);
    }
}

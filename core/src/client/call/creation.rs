//! Whether a created action is a result: it is judged by its state, be it fresh or the replay of an earlier one.

use bytes::Bytes;
use serde_json::Value;

use super::quote;
use crate::api::guard::Verdict;
use crate::client::standing;
use crate::json::{Json, Members, Text};
use crate::{Error, ErrorKind, OnReplay, Result};

/// What the caller asked for, as far as it matters to what is a result.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Asked<'a> {
    /// The status in which the action was to be created.
    pub(crate) status: Option<&'a str>,
    /// What becomes of a replay.
    pub(crate) on_replay: OnReplay,
}

/// Judges the answer `body`, a JSON object.
pub(super) fn created(body: &str, asked: Asked<'_>, malformed: &dyn Fn(&str) -> Error) -> Result<()> {
    // Of a name that is there twice, each reader believes another value.
    if Json::parse_unique_names(body.as_bytes()).is_err() {
        return Err(malformed("is not a JSON object whose names differ"));
    }
    let body: Value = serde_json::from_str(body).map_err(|_| malformed("is not a JSON object"))?;
    let replay = match &body["idempotent_replay"] {
        Value::Null => false,
        Value::Bool(replay) => *replay,
        _ => return Err(malformed("does not say whether it is a replay")),
    };
    let (action, verdict) = (&body["action"], &body["decision"]);
    let (Some(id), Some(status)) = (standing::text(action, "action_id"), standing::text(action, "status"))
    else {
        return Err(malformed("holds no action with id and status"));
    };
    match &body["action_id"] {
        Value::Null => {}
        Value::String(named) if named == id => {}
        _ => return Err(malformed("names another action than the one it holds")),
    }
    if replay && asked.on_replay == OnReplay::Return {
        return Ok(());
    }
    let refused = match standing::refusal(action, verdict) {
        Some(refusal) => Some(refusal),
        None if replay => replayed(action, verdict, id),
        None => fresh(action, verdict, status, asked, malformed),
    };
    refused.map_or(Ok(()), |error| Err(error.with(|fields| fields.body = Some(body))))
}

/// The answer `body`, which was judged to be a result, with the id of its action beside the action, where older servers leave
/// it out of a replay: programs read it there. Nothing when it is there.
pub(super) fn with_action_id(body: &str, max_depth: usize) -> Option<Bytes> {
    let members = Members::read(body, max_depth).ok()?;
    let named = members.get("action_id").ok()?;
    if named.is_some_and(|named| named != "null") {
        return None;
    }
    let action = Members::read(members.get("action").ok()??, max_depth).ok()?;
    let Text(id) = serde_json::from_str(action.get("action_id").ok()??).ok()?;
    let id = format!("\"action_id\":{}", quote(&id));
    let rest = members.list.iter().filter(|(name, _)| name != "action_id");
    let rest = rest.map(|(name, value)| format!("{}:{value}", quote(name)));
    let members: Vec<String> = std::iter::once(id).chain(rest).collect();
    Some(format!("{{{}}}", members.join(",")).into())
}

/// What is wrong with the replay of an action that was not refused.
fn replayed(action: &Value, verdict: &Value, id: &str) -> Option<Error> {
    let way_out = "`on_replay` `return` gives the record, another idempotency key makes a new one";
    match standing::ended(action) {
        Some("lost_confirmation") => {
            Some(standing::in_doubt(id, "lost_confirmation", "no outcome was reported in time"))
        }
        Some(status) => Some(standing::conflict(id, status, way_out)),
        None if action["status"] == "running" => standing::objection(action, verdict),
        None => None,
    }
}

/// What is wrong with an action that was created now and was not refused: its state is neither under way nor what the
/// caller asked for, or its verdict does not fit.
fn fresh(
    action: &Value,
    verdict: &Value,
    status: &str,
    asked: Asked<'_>,
    malformed: &dyn Fn(&str) -> Error,
) -> Option<Error> {
    match verdict["decision"].as_str() {
        _ if verdict.is_null() => {}
        Some("block") => return standing::objection(action, verdict),
        Some("require_approval") if status != "pending_approval" && standing::approver(action).is_none() => {
            return Some(malformed("requires approval and does not wait for it"));
        }
        Some(word) if Verdict::WORDS.contains(&word) => {}
        _ => return Some(malformed("holds no verdict")),
    }
    match status {
        "running" => standing::objection(action, verdict),
        // An action may be recorded after the fact.
        "pending_approval" | "completed" => None,
        _ if asked.status == Some(status) => None,
        _ => {
            let message = format!("the action is `{status}` and may not run");
            Some(Error::new(ErrorKind::Conflict, message).with(|fields| {
                fields.current_status = Some(status.to_owned());
                fields.action_id = standing::text(action, "action_id").map(str::to_owned);
                fields.status = Some(409);
            }))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn judged(body: &Value, asked: Asked<'_>) -> std::result::Result<(), ErrorKind> {
        let malformed = |problem: &str| Error::new(ErrorKind::MalformedResponse, problem);
        created(&body.to_string(), asked, &malformed).map_err(|error| error.kind())
    }

    fn action(status: &str, replay: bool) -> Value {
        json!({"action": {"action_id": "act_1", "status": status}, "idempotent_replay": replay})
    }

    #[test]
    fn every_state_is_judged_fresh_or_replayed() {
        let table = [
            ("running", Ok(()), Ok(())),
            ("pending_approval", Ok(()), Ok(())),
            ("completed", Ok(()), Err(ErrorKind::Conflict)),
            ("failed", Err(ErrorKind::Conflict), Err(ErrorKind::Conflict)),
            ("cancelled", Err(ErrorKind::Conflict), Err(ErrorKind::Conflict)),
            ("pending", Err(ErrorKind::Conflict), Err(ErrorKind::Conflict)),
            ("approved!", Err(ErrorKind::Conflict), Err(ErrorKind::Conflict)),
            ("blocked", Err(ErrorKind::GuardBlocked), Err(ErrorKind::GuardBlocked)),
            ("expired", Err(ErrorKind::ApprovalExpired), Err(ErrorKind::ApprovalExpired)),
        ];
        for (status, fresh, replayed) in table {
            assert_eq!(judged(&action(status, false), Asked::default()), fresh, "{status}");
            assert_eq!(judged(&action(status, true), Asked::default()), replayed, "{status}");
            let asked = Asked { on_replay: OnReplay::Return, ..Asked::default() };
            assert_eq!(judged(&action(status, true), asked), Ok(()), "{status}");
            assert_eq!(judged(&action(status, false), asked), fresh, "{status}");
        }
        let asked = Asked { status: Some("failed"), ..Asked::default() };
        assert_eq!(judged(&action("failed", false), asked), Ok(()));
        assert_eq!(judged(&action("failed", true), asked), Err(ErrorKind::Conflict));
        assert_eq!(
            judged(&action("blocked", false), Asked { status: Some("blocked"), ..asked }),
            Err(ErrorKind::GuardBlocked)
        );
    }

    #[test]
    fn what_was_reported_is_the_end_of_a_running_action() {
        let table = [
            ("pending", Ok(())),
            ("completed", Err(ErrorKind::Conflict)),
            ("partial", Err(ErrorKind::Conflict)),
            ("failed", Err(ErrorKind::Conflict)),
            ("lost_confirmation", Err(ErrorKind::InDoubt)),
        ];
        for (outcome, expected) in table {
            let mut body = action("running", true);
            body["action"]["outcome_status"] = json!(outcome);
            assert_eq!(judged(&body, Asked::default()), expected, "{outcome}");
        }
    }

    #[test]
    fn running_against_the_verdict_is_no_result() {
        let with = |replay: bool, verdict: &str, approved_by: &str| {
            let mut body = action("running", replay);
            body["decision"] = json!({ "decision": verdict });
            body["action"]["approved_by"] = json!(approved_by);
            judged(&body, Asked::default())
        };
        for replay in [false, true] {
            assert_eq!(with(replay, "allow", ""), Ok(()));
            assert_eq!(with(replay, "block", "ada"), Err(ErrorKind::GuardBlocked));
            assert_eq!(with(replay, "require_approval", " "), Err(ErrorKind::MalformedResponse));
            assert_eq!(with(replay, "require_approval", "ada"), Ok(()));
            assert_eq!(with(replay, "sure", "ada"), Err(ErrorKind::MalformedResponse));
        }
    }

    #[test]
    fn an_answer_about_two_actions_is_believed_about_neither() {
        for (named, expected) in [
            (json!(null), Ok(())),
            (json!("act_1"), Ok(())),
            (json!("act_2"), Err(ErrorKind::MalformedResponse)),
            (json!(1), Err(ErrorKind::MalformedResponse)),
        ] {
            let mut body = action("running", false);
            body["action_id"] = named;
            assert_eq!(judged(&body, Asked::default()), expected, "{body}");
        }
    }

    #[test]
    fn the_id_of_the_action_stands_beside_it() {
        let table = [
            (r#"{"action_id" : "act_1","action":{"action_id":"act_1"}}"#, None),
            (
                r#"{"action":{"action_id":"act_\u0031","n":1e2},"k\"":[ ]}"#,
                Some(r#"{"action_id":"act_1","action":{"action_id":"act_\u0031","n":1e2},"k\"":[ ]}"#),
            ),
            // Whoever reads the rest may read these.
            (
                r#"{"action":{"action_id":"act_1","n":1e400,"half":"\ud800"}}"#,
                Some(r#"{"action_id":"act_1","action":{"action_id":"act_1","n":1e400,"half":"\ud800"}}"#),
            ),
            (
                r#"{"action_id":null,"action":{"action_id":"act_1"}}"#,
                Some(r#"{"action_id":"act_1","action":{"action_id":"act_1"}}"#),
            ),
        ];
        for (body, expected) in table {
            let whole = with_action_id(body, 8).map(|whole| String::from_utf8(whole.to_vec()).unwrap());
            assert_eq!(whole.as_deref(), expected, "{body}");
        }
    }

    #[test]
    fn a_name_that_is_there_twice_is_believed_in_neither_form() {
        let malformed = |problem: &str| Error::new(ErrorKind::MalformedResponse, problem);
        let twice = r#"{"action":{"action_id":"act_1","status":"blocked","status":"running"}}"#;
        let error = created(twice, Asked::default(), &malformed).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::MalformedResponse);
    }
}

//! The life of a session: it changes until it is closed.

use dashclaw::api::sessions::{Session, SessionStatus, UpdateSession};
use serde_json::{Map, Value};

/// The session is closed, and changes no more.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Closed;

/// Changes a session that is not closed. Answers the event that tells of it: its type, and what was changed.
pub(super) fn change(
    session: &mut Session,
    change: &UpdateSession,
    now: &str,
) -> Result<(&'static str, Map<String, Value>), Closed> {
    if session.status == SessionStatus::Closed {
        return Err(Closed);
    }
    let closes = change.status == Some(SessionStatus::Closed);
    let mut told = match serde_json::to_value(change) {
        Ok(Value::Object(told)) => told,
        _ => Map::new(),
    };
    told.remove("session_id");
    let change = change.clone();
    session.status = change.status.unwrap_or(session.status.clone());
    session.green_level = change.green_level.or(session.green_level.take());
    session.branch_freshness = change.branch_freshness.or(session.branch_freshness.take());
    session.commits_behind = change.commits_behind.or(session.commits_behind);
    session.blocked_reason = change.blocked_reason.or(session.blocked_reason.take());
    session.summary = change.summary.or(session.summary.take());
    now.clone_into(&mut session.updated_at);
    Ok((if closes { "session.closed" } else { "session.updated" }, told))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_session_changes_no_more() {
        let mut session = Session::default();
        let summary =
            |text: &str| UpdateSession { summary: Some(text.to_owned()), ..UpdateSession::default() };
        let (event, told) = change(&mut session, &summary("one"), "t").unwrap();
        assert_eq!((event, told.len(), session.summary.as_deref()), ("session.updated", 1, Some("one")));
        let close = UpdateSession { status: Some(SessionStatus::Closed), ..UpdateSession::default() };
        assert_eq!(change(&mut session, &close, "u").unwrap().0, "session.closed");
        assert_eq!(change(&mut session, &summary("two"), "v"), Err(Closed));
        assert_eq!(session.summary.as_deref(), Some("one"));
    }
}

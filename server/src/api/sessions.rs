//! Sessions.

use dashclaw::api::sessions::{
    CreateSession, GetSession, ListSessions, Session, SessionDetail, SessionEventList, SessionList,
    SessionStatus, UpdateSession,
};
use dashclaw::clock;
use http::StatusCode;

use super::scrub::{Scrub, check_ids};
use crate::http::call::{Call, ok, reply};
use crate::http::refusal::{Answer, Refusal};
use crate::ids;
use crate::store::{SessionChanged, SessionFilter};

/// Begins a session.
pub(super) async fn create(call: Call) -> Answer {
    let mut request: CreateSession = call.request()?;
    let agent_id = request.agent_id.take().filter(|id| !id.trim().is_empty());
    let agent_id = agent_id.ok_or_else(|| Refusal::bad_request("agent_id is required"))?;
    check_ids([("agent_id", Some(agent_id.as_str()))])?;
    let scrub = |scrub: &mut Scrub, request: &mut CreateSession| {
        scrub.optional([&mut request.workspace, &mut request.branch]);
    };
    let (request, _) = Scrub::apart(call.raw.len(), request, scrub).await?;
    let (id, now) = (ids::session()?, clock::now_iso());
    let session = Session {
        id: id.clone().into(),
        session_id: id.into(),
        org_id: call.org_id().to_owned(),
        agent_id,
        workspace: request.workspace,
        branch: request.branch,
        status: SessionStatus::Running,
        created_at: now.clone(),
        updated_at: now,
        ..Session::default()
    };
    call.app.store.create_session(session.clone()).await?;
    reply(StatusCode::CREATED, &SessionDetail { session, ..SessionDetail::default() })
}

fn unknown() -> Refusal {
    Refusal::not_found("Session not found")
}

/// Reads a session.
pub(super) async fn get(call: Call) -> Answer {
    let id = call.request::<GetSession>()?.session_id;
    let session = call.app.store.session(call.org_id(), id.as_str()).await?.ok_or_else(unknown)?;
    ok(&SessionDetail { session, ..SessionDetail::default() })
}

/// Lists sessions.
pub(super) async fn list(call: Call) -> Answer {
    let request: ListSessions = call.request()?;
    let filter = SessionFilter {
        agent_id: request.agent_id,
        status: request.status.map(String::from),
        limit: call.page(50).limit,
    };
    let sessions = call.app.store.sessions(call.org_id(), filter).await?;
    ok(&SessionList { sessions, ..SessionList::default() })
}

/// Changes a session.
pub(super) async fn update(call: Call) -> Answer {
    let request: UpdateSession = call.request()?;
    let (request, _) = Scrub::apart(call.raw.len(), request, scrub).await?;
    let UpdateSession {
        status, green_level, branch_freshness, commits_behind, blocked_reason, summary, ..
    } = &request;
    let texts = [green_level, branch_freshness, blocked_reason, summary];
    if status.is_none() && commits_behind.is_none() && texts.iter().all(|text| text.is_none()) {
        return Err(Refusal::bad_request("No update fields provided"));
    }
    match call.app.store.change_session(call.org_id(), request).await? {
        SessionChanged::Done(session) => ok(&SessionDetail { session: *session, ..SessionDetail::default() }),
        SessionChanged::Closed => {
            Err(Refusal::conflict("Session is closed and cannot be updated").with("status", "closed"))
        }
        SessionChanged::NotFound => Err(unknown()),
    }
}

fn scrub(scrub: &mut Scrub, request: &mut UpdateSession) {
    let UpdateSession { status, green_level, branch_freshness, blocked_reason, summary, .. } = request;
    scrub.optional([green_level, branch_freshness, blocked_reason, summary]);
    if let Some(status) = status {
        scrub.word(status);
    }
}

/// Lists what happened in a session.
pub(super) async fn events(call: Call) -> Answer {
    let id = call.request::<GetSession>()?.session_id;
    let events = call.app.store.session_events(call.org_id(), id.as_str()).await?.ok_or_else(unknown)?;
    ok(&SessionEventList { events, ..SessionEventList::default() })
}

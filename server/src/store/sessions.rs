//! Sessions and what happened in them.

use dashclaw::api::sessions::{Session, SessionEvent, SessionOverview, UpdateSession};

use super::Stored;

/// Where sessions are kept.
pub(crate) trait Sessions {
    /// Stores a session with its first event.
    fn create_session(&self, session: Session) -> Stored<'_, ()>;

    /// Reads a session.
    fn session(&self, org_id: &str, id: &str) -> Stored<'_, Option<Session>>;

    /// Lists sessions, newest first, with counts over their actions.
    fn sessions(&self, org_id: &str, filter: SessionFilter) -> Stored<'_, Vec<SessionOverview>>;

    /// Changes a session that is not closed, and adds an event that says so.
    fn change_session(&self, org_id: &str, change: UpdateSession) -> Stored<'_, SessionChanged>;

    /// What happened in a session, oldest first; nothing when there is no such session.
    fn session_events(&self, org_id: &str, id: &str) -> Stored<'_, Option<Vec<SessionEvent>>>;
}

/// Which sessions are listed.
#[derive(Clone, Debug, Default)]
pub(crate) struct SessionFilter {
    pub(crate) agent_id: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) limit: i64,
}

/// What became of a change.
#[derive(Debug)]
pub(crate) enum SessionChanged {
    /// It happened.
    Done(Box<Session>),
    /// The session is closed.
    Closed,
    /// There is no such session.
    NotFound,
}

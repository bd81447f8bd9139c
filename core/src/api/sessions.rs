//! Sessions: the stretch of work that a run of actions belongs to.

use crate::api::ids::SessionId;
use serde_json::{Map, Value};

use crate::catalogue::Fill;
use crate::{open_enum, operations, record};

open_enum! {
    /// Where a session is in its life.
    pub enum SessionStatus {
        /// Under way.
        Running = "running",
        /// Held up; `blocked_reason` says why.
        Blocked = "blocked",
        /// The work is done.
        Completed = "completed",
        /// The work went wrong.
        Failed = "failed",
        /// The work was given up.
        Cancelled = "cancelled",
        /// Ended; it takes no more changes.
        Closed = "closed",
    }
}

operations! { "sessions":
    /// Begins a session.
    create_session = Post "/api/sessions" => SessionDetail [
        positional(&["workspace", "branch"]), node(&["agent_id", "workspace", "branch"]),
    ]
    CreateSession {
        /// Who works. The client's own agent unless given. At most 128 characters.
        agent_id: Option<String> [max(128), fill(Fill::AgentId)],
        /// Where: the path or name of the work tree. At most 1024 characters.
        workspace: Option<String> [max(1024)],
        /// On which branch. At most 256 characters.
        branch: Option<String> [max(256)],
    }

    /// Reads one session. An unknown id is an error of kind `not_found`.
    get_session = Get "/api/sessions/{session_id}" => SessionDetail [positional(&["session_id"])]
    GetSession from session_id: SessionId {
        /// Which session.
        session_id: SessionId,
    }

    /// Changes a session: the fields that are given. Only `closed` ends it for good; such a session is an error of kind
    /// `conflict`, an unknown one `not_found`, and a change of nothing `validation`.
    update_session = Patch "/api/sessions/{session_id}" => SessionDetail [positional(&["session_id"]), open()]
    UpdateSession {
        /// Which session.
        session_id: SessionId,
        /// Where it is in its life: one of these, or any other word of at most 128 characters.
        status: Option<SessionStatus> [max(128), any_word()],
        /// How well the work tree is tested: `targeted`, `package`, `workspace` or `merge_ready`.
        green_level: Option<String> [max(64)],
        /// How the branch stands to its base: `fresh`, `stale` or `diverged`.
        branch_freshness: Option<String> [max(64)],
        /// How many commits the branch is behind its base.
        commits_behind: Option<i64>,
        /// What holds it up. At most 2000 characters.
        blocked_reason: Option<String> [max(2000)],
        /// What was done, in short. At most 4000 characters.
        summary: Option<String> [max(4000)],
    }

    /// Lists sessions with what happened in each.
    list_sessions = Get "/api/sessions" => SessionList [positional(&["agent_id", "status", "limit"])]
    ListSessions {
        /// Only this agent. All agents unless given.
        agent_id: Option<String>,
        /// Only sessions in this state.
        status: Option<SessionStatus>,
        /// How many, 1 to 200.
        limit: Option<i64> [default("50"), range(1, 200)],
    }

    /// Lists what happened in a session. An unknown id is an error of kind `not_found`.
    get_session_events = Get "/api/sessions/{session_id}/events" => SessionEventList [positional(&["session_id"])]
    GetSessionEvents from session_id: SessionId {
        /// Which session.
        session_id: SessionId,
    }
}

record! {
    /// One session.
    pub struct SessionDetail {
        /// The session.
        #[required]
        session: Session,
    }

    /// A stretch of work.
    pub struct Session {
        /// Which session.
        #[required]
        id: SessionId,
        /// Its id once more.
        session_id: SessionId,
        /// Whose organisation.
        org_id: String,
        /// Who works.
        agent_id: String,
        /// Where: the path or name of the work tree.
        workspace: Option<String>,
        /// On which branch.
        branch: Option<String>,
        /// Where it is in its life.
        #[required]
        status: SessionStatus,
        /// How well the work tree is tested.
        green_level: Option<String>,
        /// How the branch stands to its base.
        branch_freshness: Option<String>,
        /// How many commits the branch is behind its base.
        commits_behind: Option<i64>,
        /// What holds it up.
        blocked_reason: Option<String>,
        /// What was done, in short.
        summary: Option<String>,
        /// When it began: ISO-8601, UTC.
        created_at: String,
        /// When it was last changed: ISO-8601, UTC.
        updated_at: String,
    }

    /// Sessions with what happened in each.
    pub struct SessionList {
        /// The sessions.
        #[required]
        sessions: Vec<SessionOverview>,
    }

    /// A session with what happened in it.
    pub struct SessionOverview {
        /// Which session.
        #[required]
        id: SessionId,
        /// Its id once more.
        session_id: SessionId,
        /// Whose organisation.
        org_id: String,
        /// Who works.
        agent_id: String,
        /// Where: the path or name of the work tree.
        workspace: Option<String>,
        /// On which branch.
        branch: Option<String>,
        /// Where it is in its life.
        #[required]
        status: SessionStatus,
        /// How well the work tree is tested.
        green_level: Option<String>,
        /// How the branch stands to its base.
        branch_freshness: Option<String>,
        /// How many commits the branch is behind its base.
        commits_behind: Option<i64>,
        /// What holds it up.
        blocked_reason: Option<String>,
        /// What was done, in short.
        summary: Option<String>,
        /// When it began: ISO-8601, UTC.
        created_at: String,
        /// When it was last changed: ISO-8601, UTC.
        updated_at: String,
        /// How many actions belong to it.
        action_count: i64,
        /// When the last of them started: ISO-8601, UTC.
        last_action_at: Option<String>,
        /// What they cost, in US dollars.
        total_cost: f64,
        /// The highest risk among them, 0 to 100.
        max_risk: Option<i64>,
        /// How the last of them ended.
        last_outcome_status: Option<String>,
        /// The state of the last of them.
        last_status: Option<String>,
        /// What the last of them was for.
        last_declared_goal: Option<String>,
        /// How many events there were.
        event_count: i64,
        /// When anything last happened: ISO-8601, UTC.
        last_activity: String,
    }

    /// What happened in a session.
    pub struct SessionEventList {
        /// Oldest first.
        #[required]
        events: Vec<SessionEvent>,
    }

    /// Something that happened in a session.
    pub struct SessionEvent {
        /// Its number within the session.
        seq: i64,
        /// What happened.
        event_type: String,
        /// More about it.
        payload: Map<String, Value>,
        /// When: ISO-8601, UTC.
        created_at: String,
    }
}

//! Handoffs: what one session of an agent leaves for the next.

use crate::api::ids::SessionId;
use serde_json::{Map, Value};

use crate::catalogue::{Fill, Repeat, lenient};
use crate::{operations, record};

operations! { "handoffs":
    /// Leaves a note for the agent's next session: in `bundle`, or in parts, of which `summary` is the first.
    ///
    /// Hosted servers take a `bundle` only and refuse parts alone with an error of kind `validation`; the embedded
    /// instance makes a bundle of them.
    create_handoff = Post "/api/handoffs" => CreatedHandoff [positional(&["summary"]), open()]
    CreateHandoff {
        /// What was done and what is next.
        summary: Option<String>,
        /// The whole note in one object of your own form.
        bundle: Option<Map<String, Value>>,
        /// What the next session must know: any JSON.
        context: Option<Value>,
        /// Words to find it by.
        tags: Option<Vec<String>>,
        /// Which day it is about.
        session_date: Option<String>,
        /// What was decided: any JSON.
        key_decisions: Option<Value>,
        /// What is left to do: any JSON.
        open_tasks: Option<Value>,
        /// How the people seemed: any JSON.
        mood_notes: Option<Value>,
        /// What comes first: any JSON.
        next_priorities: Option<Value>,
        /// The project it is about. The latest handoff of an agent is one without a project.
        project_id: Option<String>,
        /// The session that leaves it.
        session_id: Option<SessionId>,
        /// Why the session ends.
        reason: Option<String>,
        /// For which agent. The client's own unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
    }

    /// Lists handoffs of the agent.
    get_handoffs = Get "/api/handoffs" => HandoffList, each Handoff as iter_handoffs [open(), pages("handoffs")]
    GetHandoffs {
        /// Of which agent. The client's own unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
        /// Only about this project.
        project_id: Option<String>,
        /// How many, 1 to 100; 20 unless given.
        limit: Option<i64> [range(1, 100)],
        /// How many to skip.
        offset: Option<i64> [range(0, i64::MAX)],
    }

    /// Reads the newest handoff of the agent that belongs to no project and was not consumed. When there is none, that is
    /// an error of kind `not_found`.
    get_latest_handoff = Get "/api/handoffs" => Handoff []
    GetLatestHandoff {
        /// Of which agent. The client's own unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
        /// Only the latest.
        latest: Option<bool> [constant("true")],
    }

    /// Reads one handoff. An unknown id is an error of kind `not_found`.
    get_handoff = Get "/api/handoffs/{handoff_id}" => Handoff [positional(&["handoff_id"])]
    GetHandoff from handoff_id: String {
        /// Which handoff.
        handoff_id: String,
    }

    /// Marks a handoff as taken up, so that it is not the latest any more. An unknown id is an error of kind `not_found`.
    consume_handoff = Post "/api/handoffs/{handoff_id}/consume" => ConsumedHandoff [
        repeat(Repeat::Idempotent), positional(&["handoff_id"]),
    ]
    ConsumeHandoff from handoff_id: String {
        /// Which handoff.
        handoff_id: String,
    }
}

record! {
    /// A handoff as it was left.
    pub struct CreatedHandoff {
        /// Which handoff: `hf_` and 16 hex digits.
        #[required]
        id: String,
    }

    /// What one session left for the next.
    pub struct Handoff {
        /// Which handoff: `hf_` and 16 hex digits.
        #[required]
        id: String,
        /// For which agent.
        agent_id: String,
        /// The project it is about.
        project_id: Option<String>,
        /// The note, in the form in which it was left.
        bundle: Map<String, Value>,
        /// When it was left: ISO-8601, UTC.
        created_at: String,
        /// In lists, when it was taken up: ISO-8601, UTC; null when it was not.
        #[read = "lenient::present"]
        #[serde(skip_serializing_if = "Option::is_none")]
        consumed_at: Option<Option<String>>,
    }

    /// Handoffs.
    pub struct HandoffList {
        /// The handoffs.
        #[required]
        handoffs: Vec<Handoff>,
        /// How many there are.
        total: i64,
    }

    /// A handoff that was taken up.
    pub struct ConsumedHandoff {
        /// Which handoff.
        #[required]
        id: String,
        /// When: ISO-8601, UTC.
        consumed_at: String,
    }
}

//! Open loops: what an action leaves to be done.

use crate::api::ids::{ActionId, LoopId};
use serde_json::Value;

use super::security::Security;
use crate::{open_enum, operations, record};

open_enum! {
    /// What is left to be done.
    pub enum LoopType {
        /// Something to come back to.
        Followup = "followup",
        /// Something to ask.
        Question = "question",
        /// Something that must happen first.
        Dependency = "dependency",
        /// Something to be approved.
        Approval = "approval",
        /// Something to be looked at.
        Review = "review",
        /// Something to be handed over.
        Handoff = "handoff",
        /// Anything else.
        Miscellaneous = "other",
    }
}

open_enum! {
    /// Whether a loop is still open.
    pub enum LoopStatus {
        /// Still to be done.
        Open = "open",
        /// Done.
        Resolved = "resolved",
        /// Given up.
        Cancelled = "cancelled",
    }
}

open_enum! {
    /// How urgent a loop is.
    pub enum Priority {
        /// Some day.
        Low = "low",
        /// Soon.
        Medium = "medium",
        /// Next.
        High = "high",
        /// Now.
        Critical = "critical",
    }
}

operations! { "loops":
    /// Records what an action leaves to be done. An unknown action is an error of kind `not_found`.
    register_open_loop = Post "/api/actions/loops" => CreatedLoop [
        positional(&["action_id", "loop_type", "description", "metadata"]),
        node(&["action_id", "loop_type", "description", "metadata"]), open(),
    ]
    RegisterOpenLoop {
        /// The action that leaves it.
        action_id: ActionId [max(128)],
        /// What kind of thing it is.
        loop_type: LoopType,
        /// What is to be done. At most 2000 characters.
        description: String [max(2000)],
        /// Taken for compatibility; servers of 4.21 ignore it.
        metadata: Option<Value>,
        /// How urgent it is; `medium` unless given.
        priority: Option<Priority>,
        /// Who is to do it. At most 256 characters.
        owner: Option<String> [max(256)],
        /// The state it starts in; `open` unless given.
        status: Option<LoopStatus>,
        /// The id of the new loop; the server makes one unless given. At most 128 characters.
        loop_id: Option<LoopId> [max(128)],
    }

    /// Reads one loop with the action that left it. An unknown id is an error of kind `not_found`.
    get_open_loop = Get "/api/actions/loops/{loop_id}" => LoopDetail [positional(&["loop_id"])]
    GetOpenLoop from loop_id: LoopId {
        /// Which loop.
        loop_id: LoopId,
    }

    /// Closes a loop. One that is closed already is an error of kind `conflict`, an unknown one `not_found`.
    resolve_open_loop = Patch "/api/actions/loops/{loop_id}" => ResolvedLoop [
        positional(&["loop_id", "status", "resolution"]), node(&["loop_id", "status", "resolution"]),
    ]
    ResolveOpenLoop {
        /// Which loop.
        loop_id: LoopId,
        /// `resolved` or `cancelled`.
        status: LoopStatus,
        /// What was done about it. Needed when it is `resolved`. At most 2000 characters.
        resolution: Option<String> [max(2000)],
    }

    /// Lists loops, most urgent first. Closed ones are listed, too, unless `status` says otherwise.
    get_open_loops = Get "/api/actions/loops" => LoopList, each OpenLoop as iter_open_loops [open(), pages("loops")]
    GetOpenLoops {
        /// Only loops in this state.
        status: Option<LoopStatus>,
        /// Only loops of this kind.
        loop_type: Option<LoopType>,
        /// Only loops this urgent.
        priority: Option<Priority>,
        /// Only the loops of this agent. All agents unless given.
        agent_id: Option<String>,
        /// Only the loops of this action.
        action_id: Option<ActionId>,
        /// How many, 1 to 200; 50 unless given.
        limit: Option<i64> [range(1, 200)],
        /// How many to skip.
        offset: Option<i64> [range(0, i64::MAX)],
    }
}

record! {
    /// Something that an action left to be done.
    pub struct OpenLoop {
        /// The number of its row.
        id: i64,
        /// Which loop: `loop_` and a UUID, or the id it was created with.
        #[required]
        loop_id: LoopId,
        /// Whose organisation.
        org_id: String,
        /// The action that left it.
        action_id: ActionId,
        /// What kind of thing it is.
        loop_type: LoopType,
        /// What is to be done.
        description: String,
        /// Whether it is still open.
        #[required]
        status: LoopStatus,
        /// How urgent it is.
        priority: Priority,
        /// Who is to do it.
        owner: Option<String>,
        /// What was done about it.
        resolution: Option<String>,
        /// When it was recorded: ISO-8601, UTC.
        created_at: String,
        /// When it was closed: ISO-8601, UTC.
        resolved_at: Option<String>,
        /// Who acted; only where loops are read.
        #[serde(skip_serializing_if = "Option::is_none")]
        agent_id: Option<String>,
        /// Who acted, for people; only where loops are read.
        #[serde(skip_serializing_if = "Option::is_none")]
        agent_name: Option<String>,
        /// What the action is for; only where loops are read.
        #[serde(skip_serializing_if = "Option::is_none")]
        declared_goal: Option<String>,
        /// What the action does; only where loops are read.
        #[serde(skip_serializing_if = "Option::is_none")]
        action_type: Option<String>,
    }

    /// One loop.
    pub struct LoopDetail {
        /// The loop.
        #[required]
        #[serde(rename = "loop")]
        open_loop: OpenLoop,
    }

    /// A loop as it was recorded.
    pub struct CreatedLoop {
        /// The loop.
        #[required]
        #[serde(rename = "loop")]
        open_loop: OpenLoop,
        /// Its id once more.
        #[required]
        loop_id: LoopId,
        /// What the scan for secrets found.
        security: Security,
    }

    /// A loop as it was closed.
    pub struct ResolvedLoop {
        /// The loop after the change.
        #[required]
        #[serde(rename = "loop")]
        open_loop: OpenLoop,
        /// What the scan of the resolution for secrets found.
        security: Security,
    }

    /// A page of loops.
    pub struct LoopList {
        /// Most urgent first.
        #[required]
        loops: Vec<OpenLoop>,
        /// How many there are in all.
        total: i64,
        /// Counts over all of them.
        stats: LoopStats,
        /// When this was read: ISO-8601, UTC.
        #[serde(rename = "lastUpdated")]
        last_updated: String,
    }

    /// Counts over loops.
    pub struct LoopStats {
        /// Still open.
        open_count: i64,
        /// Done.
        resolved_count: i64,
        /// Open and critical.
        critical_open: i64,
        /// Open and of high priority.
        high_open: i64,
    }
}

//! What surrounds an action: its trace, and the same as a graph.

use crate::api::ids::ActionId;
use serde_json::{Map, Value};

use super::Action;
use crate::api::assumptions::Assumption;
use crate::api::loops::OpenLoop;
use crate::{open_enum, record};

open_enum! {
    /// What a node of a graph stands for.
    pub enum GraphNodeKind {
        /// An action.
        Action = "action",
        /// An assumption.
        Assumption = "assumption",
        /// An open loop.
        Loop = "loop",
    }
}

open_enum! {
    /// What an edge of a graph means.
    pub enum GraphEdgeKind {
        /// The target is a part of the source.
        ParentChild = "parent_child",
        /// Same agent or same system, within an hour.
        Related = "related",
        /// The assumption was made for the action.
        AssumptionOf = "assumption_of",
        /// The loop was left open by the action.
        LoopFrom = "loop_from",
    }
}

record! {
    /// An action and how it came about.
    pub struct ActionTrace {
        /// The action.
        #[required]
        action: Action,
        /// How it came about.
        trace: Trace,
    }

    /// How an action came about.
    pub struct Trace {
        /// What was taken for granted.
        assumptions: AssumptionTrace,
        /// What was left open.
        loops: LoopTrace,
        /// The actions it is a part of, nearest first.
        parent_chain: Vec<Action>,
        /// The actions that are a part of it.
        sub_actions: Vec<Action>,
        /// Actions of the same agent or on the same system, within an hour.
        related_actions: Vec<Action>,
        /// What may have made it fail.
        root_cause_indicators: Vec<RootCause>,
    }

    /// The assumptions of an action, counted.
    pub struct AssumptionTrace {
        /// All.
        total: i64,
        /// Found to be true.
        validated: i64,
        /// Found to be false.
        invalidated: i64,
        /// Not looked at.
        unvalidated: i64,
        /// The assumptions.
        items: Vec<Assumption>,
    }

    /// The loops of an action, counted.
    pub struct LoopTrace {
        /// All.
        total: i64,
        /// Still open.
        open: i64,
        /// Resolved.
        resolved: i64,
        /// Given up.
        cancelled: i64,
        /// The loops.
        items: Vec<OpenLoop>,
    }

    /// Something that may have made an action fail.
    pub struct RootCause {
        /// `invalidated_assumptions`, `unresolved_loops`, `parent_failures` or `related_failures`.
        #[required]
        #[serde(rename = "type")]
        kind: String,
        /// `high` or `medium`.
        #[required]
        severity: String,
        /// How many records point to it.
        count: i64,
        /// Those records.
        detail: Vec<Value>,
    }

    /// An action and what surrounds it, for drawing.
    pub struct ActionGraph {
        /// The action that was asked for.
        #[required]
        #[serde(rename = "rootActionId")]
        root_action_id: ActionId,
        /// The records.
        nodes: Vec<GraphNode>,
        /// What holds them together.
        edges: Vec<GraphEdge>,
    }

    /// A record in a graph.
    pub struct GraphNode {
        /// `action:`, `assumption:` or `loop:`, then the record's id.
        #[required]
        id: String,
        /// What it stands for.
        #[required]
        #[serde(rename = "type")]
        kind: GraphNodeKind,
        /// What to write on it.
        label: String,
        /// The record's state.
        status: String,
        /// The risk, 0 to 100.
        #[serde(rename = "riskScore")]
        risk_score: Option<i64>,
        /// Who acts.
        #[serde(rename = "agentId")]
        agent_id: Option<String>,
        /// Who acts, for people.
        #[serde(rename = "agentName")]
        agent_name: Option<String>,
        /// What is done.
        #[serde(rename = "actionType")]
        action_type: Option<String>,
        /// When: ISO-8601, UTC.
        timestamp: Option<String>,
        /// Whether it is the action that was asked for.
        #[serde(rename = "isRoot")]
        is_root: bool,
        /// More about the record.
        meta: Map<String, Value>,
    }

    /// What holds two records of a graph together.
    pub struct GraphEdge {
        /// Which edge.
        #[required]
        id: String,
        /// The node it starts from.
        #[required]
        source: String,
        /// The node it leads to.
        #[required]
        target: String,
        /// What it means.
        #[required]
        #[serde(rename = "type")]
        kind: GraphEdgeKind,
        /// What to write on it.
        label: String,
    }
}

//! What surrounds an action: its trace, and the same as a graph.

use serde_json::{Map, Value};

use super::{Action, ActionId};
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
        action: Action,
        /// How it came about.
        #[serde(default)]
        trace: Trace,
    }

    /// How an action came about.
    pub struct Trace {
        /// What was taken for granted.
        #[serde(default)]
        assumptions: AssumptionTrace,
        /// What was left open.
        #[serde(default)]
        loops: LoopTrace,
        /// The actions it is a part of, nearest first.
        #[serde(default)]
        parent_chain: Vec<Action>,
        /// The actions that are a part of it.
        #[serde(default)]
        sub_actions: Vec<Action>,
        /// Actions of the same agent or on the same system, within an hour.
        #[serde(default)]
        related_actions: Vec<Action>,
        /// What may have made it fail.
        #[serde(default)]
        root_cause_indicators: Vec<RootCause>,
    }

    /// The assumptions of an action, counted.
    pub struct AssumptionTrace {
        /// All.
        #[serde(default)]
        total: i64,
        /// Found to be true.
        #[serde(default)]
        validated: i64,
        /// Found to be false.
        #[serde(default)]
        invalidated: i64,
        /// Not looked at.
        #[serde(default)]
        unvalidated: i64,
        /// The assumptions.
        #[serde(default)]
        items: Vec<Assumption>,
    }

    /// The loops of an action, counted.
    pub struct LoopTrace {
        /// All.
        #[serde(default)]
        total: i64,
        /// Still open.
        #[serde(default)]
        open: i64,
        /// Resolved.
        #[serde(default)]
        resolved: i64,
        /// Given up.
        #[serde(default)]
        cancelled: i64,
        /// The loops.
        #[serde(default)]
        items: Vec<OpenLoop>,
    }

    /// Something that may have made an action fail.
    pub struct RootCause {
        /// `invalidated_assumptions`, `unresolved_loops`, `parent_failures` or `related_failures`.
        #[serde(rename = "type")]
        kind: String,
        /// `high` or `medium`.
        severity: String,
        /// How many records point to it.
        #[serde(default)]
        count: i64,
        /// Those records.
        #[serde(default)]
        detail: Vec<Value>,
    }

    /// An action and what surrounds it, for drawing.
    pub struct ActionGraph {
        /// The action that was asked for.
        #[serde(rename = "rootActionId")]
        root_action_id: ActionId,
        /// The records.
        #[serde(default)]
        nodes: Vec<GraphNode>,
        /// What holds them together.
        #[serde(default)]
        edges: Vec<GraphEdge>,
    }

    /// A record in a graph.
    pub struct GraphNode {
        /// `action:`, `assumption:` or `loop:`, then the record's id.
        id: String,
        /// What it stands for.
        #[serde(rename = "type")]
        kind: GraphNodeKind,
        /// What to write on it.
        #[serde(default)]
        label: String,
        /// The record's state.
        #[serde(default)]
        status: String,
        /// The risk, 0 to 100.
        #[serde(default, rename = "riskScore")]
        risk_score: Option<i64>,
        /// Who acts.
        #[serde(default, rename = "agentId")]
        agent_id: Option<String>,
        /// Who acts, for people.
        #[serde(default, rename = "agentName")]
        agent_name: Option<String>,
        /// What is done.
        #[serde(default, rename = "actionType")]
        action_type: Option<String>,
        /// When: ISO-8601, UTC.
        #[serde(default)]
        timestamp: Option<String>,
        /// Whether it is the action that was asked for.
        #[serde(default, rename = "isRoot")]
        is_root: bool,
        /// More about the record.
        #[serde(default)]
        meta: Map<String, Value>,
    }

    /// What holds two records of a graph together.
    pub struct GraphEdge {
        /// Which edge.
        id: String,
        /// The node it starts from.
        source: String,
        /// The node it leads to.
        target: String,
        /// What it means.
        #[serde(rename = "type")]
        kind: GraphEdgeKind,
        /// What to write on it.
        #[serde(default)]
        label: String,
    }
}

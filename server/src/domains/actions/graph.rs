//! An action and what surrounds it as nodes and edges.

use std::collections::BTreeSet;

use dashclaw::api::actions::{
    Action, ActionGraph, GetActionGraph, GraphEdge, GraphEdgeKind, GraphNode, GraphNodeKind,
};
use dashclaw::api::assumptions::Assumption;
use dashclaw::api::loops::OpenLoop;
use serde_json::{Map, Value, json};

use super::trace::Surroundings;
use crate::context::Context;
use crate::failure::Answer;

/// Answers the graph.
pub(super) async fn get(context: Context, request: GetActionGraph) -> Answer<ActionGraph> {
    let found = Surroundings::read(&context, &request.action_id).await?;
    Ok(graph(&found))
}

fn graph(found: &Surroundings) -> ActionGraph {
    let root = &found.action;
    let mut nodes = vec![action_node(root, true)];
    let mut edges = Vec::new();
    let mut child = root;
    for parent in &found.around.parents {
        nodes.push(action_node(parent, false));
        edges.push(edge(&action_id(parent), &action_id(child), GraphEdgeKind::ParentChild, "parent of"));
        child = parent;
    }
    for sub in &found.around.children {
        nodes.push(action_node(sub, false));
        edges.push(edge(&action_id(root), &action_id(sub), GraphEdgeKind::ParentChild, "parent of"));
    }
    for related in &found.around.related {
        nodes.push(action_node(related, false));
        edges.push(edge(&action_id(root), &action_id(related), GraphEdgeKind::Related, "related to"));
    }
    for assumption in &found.assumptions {
        let node = assumption_node(assumption);
        edges.push(edge(&node.id, &action_id(root), GraphEdgeKind::AssumptionOf, "assumed for"));
        nodes.push(node);
    }
    for open_loop in &found.loops {
        let node = loop_node(open_loop);
        edges.push(edge(&node.id, &action_id(root), GraphEdgeKind::LoopFrom, "left open by"));
        nodes.push(node);
    }
    // A parent can be related as well; it is one node.
    let mut seen = BTreeSet::new();
    nodes.retain(|node| seen.insert(node.id.clone()));
    ActionGraph { root_action_id: root.action_id.clone(), nodes, edges, ..ActionGraph::default() }
}

fn action_id(action: &Action) -> String {
    format!("action:{}", action.action_id)
}

fn action_node(action: &Action, is_root: bool) -> GraphNode {
    GraphNode {
        id: action_id(action),
        kind: GraphNodeKind::Action,
        label: action.declared_goal.clone(),
        status: action.status.to_string(),
        risk_score: Some(action.risk_score),
        agent_id: Some(action.agent_id.clone()),
        agent_name: action.agent_name.clone(),
        action_type: Some(action.action_type.clone()),
        timestamp: Some(action.timestamp_start.clone()),
        is_root,
        meta: members(
            json!({ "outcome_status": action.outcome_status, "error_message": action.error_message }),
        ),
        ..GraphNode::default()
    }
}

fn assumption_node(assumption: &Assumption) -> GraphNode {
    let status = match (assumption.validated, assumption.invalidated) {
        (_, 1) => "invalidated",
        (1, _) => "validated",
        _ => "unvalidated",
    };
    GraphNode {
        id: format!("assumption:{}", assumption.assumption_id),
        kind: GraphNodeKind::Assumption,
        label: assumption.assumption.clone(),
        status: status.to_owned(),
        timestamp: Some(assumption.created_at.clone()),
        meta: members(
            json!({ "basis": assumption.basis, "invalidated_reason": assumption.invalidated_reason }),
        ),
        ..GraphNode::default()
    }
}

fn loop_node(open_loop: &OpenLoop) -> GraphNode {
    GraphNode {
        id: format!("loop:{}", open_loop.loop_id),
        kind: GraphNodeKind::Loop,
        label: open_loop.description.clone(),
        status: open_loop.status.to_string(),
        timestamp: Some(open_loop.created_at.clone()),
        meta: members(json!({ "priority": open_loop.priority, "loop_type": open_loop.loop_type })),
        ..GraphNode::default()
    }
}

fn members(value: Value) -> Map<String, Value> {
    if let Value::Object(members) = value { members } else { Map::new() }
}

fn edge(source: &str, target: &str, kind: GraphEdgeKind, label: &str) -> GraphEdge {
    GraphEdge {
        id: format!("{kind}:{source}->{target}"),
        source: source.to_owned(),
        target: target.to_owned(),
        kind,
        label: label.to_owned(),
        ..GraphEdge::default()
    }
}

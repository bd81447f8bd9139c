//! What a person at the terminal sees while an approval is pending.

use serde_json::Value;

use crate::DashClaw;
use crate::client::call::percent_encoded;
use crate::terminal::printable;

/// The banner of a pending approval: the action's id, what it is, and where to look at it.
pub(super) fn pending(client: &DashClaw, action_id: &str, action: &Value) -> String {
    let text = |name: &str| match &action[name] {
        Value::String(text) => printable(text),
        Value::Null => "-".to_owned(),
        other => printable(&other.to_string()),
    };
    let agent = printable(action["agent_id"].as_str().unwrap_or(client.agent_id()));
    let replay = percent_encoded(action_id);
    let action_id = printable(action_id);
    [
        String::new(),
        "╔══ DashClaw Approval Required ═════════════════════════╗".to_owned(),
        format!("  Action ID:   {action_id}"),
        format!("  Agent:       {agent}"),
        format!("  Action:      {}", text("action_type")),
        "  Policy:      require_approval".to_owned(),
        format!("  Risk Score:  {}", text("risk_score")),
        format!("  Goal:        {}", text("declared_goal")),
        String::new(),
        format!("  Replay:      {}/replay/{replay}", client.base_url()),
        String::new(),
        "  Waiting for approval... (Ctrl+C to abort)".to_owned(),
        "╚═══════════════════════════════════════════════════════╝".to_owned(),
        String::new(),
    ]
    .join("\n")
}

/// The line behind it.
pub(super) fn approved(action_id: &str, approver: &str) -> String {
    format!("[DashClaw] Action {} approved by operator: {}", printable(action_id), printable(approver))
}

//! `/api/approvals/{action_id}`.

use dashclaw::api::approvals::{ApprovalDecision, ApproveAction};
use futures_util::FutureExt;
use serde_json::Value;

use super::cases;
use crate::failure::Failure;
use crate::http::call::{Call, Reply, ok};
use crate::http::route::Route;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::of::<ApproveAction>(|call| decide(call).boxed())
            .own_checks()
            .admin("Admin access required for approvals"),
    ]
}

async fn decide(call: Call) -> Reply {
    let decision = match call.text("decision").as_deref() {
        Some("allow") => ApprovalDecision::Allow,
        Some("deny") => ApprovalDecision::Deny,
        _ => return Err(Failure::bad_request("Invalid decision. Must be allow or deny.")),
    };
    call.check()?;
    let reasoning = call.text("reasoning").filter(|text| !text.is_empty());
    // Official clients have no argument for it, and what a human was shown only a page of ours knows.
    let digest = match call.body.get("digest") {
        None | Some(Value::Null) => None,
        Some(Value::String(digest)) => Some(digest.clone()),
        Some(_) => return Err(Failure::validation(vec!["`digest` must be a string".to_owned()])),
    };
    let id = call.text("action_id").unwrap_or_default();
    ok(&cases::decide(call.context, id.into(), decision, reasoning, digest).await?)
}

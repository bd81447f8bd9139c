//! A human's answer to an action that waits.

use dashclaw::api::approvals::{ApprovalDecision, ApprovedAction};
use dashclaw::api::ids::ActionId;
use dashclaw::clock;

use crate::context::Context;
use crate::domains::actions::cases::{find, transition, updated};
use crate::domains::actions::rules::{Decision, Refused, Transition};
use crate::failure::{Answer, Failure, Kind};
use crate::scrub::Scrub;

/// Approves or denies.
pub(super) async fn decide(
    context: Context,
    action_id: ActionId,
    decision: ApprovalDecision,
    mut reasoning: Option<String>,
    digest: Option<String>,
) -> Answer<ApprovedAction> {
    let by = context.principal().to_owned();
    if by.is_empty() {
        let failure = Failure::forbidden("Approvals require an attributable principal");
        return Err(failure.code("APPROVER_IDENTITY_REQUIRED"));
    }
    let mut scrub = Scrub::default();
    scrub.optional([&mut reasoning]);
    // The organisation's own word, which wins, is read where the decision is stored.
    let own_action = context.app.config.allow_self_approval;
    let allow = decision == ApprovalDecision::Allow;
    let (shown, now) = (context.shown(), clock::now_iso());
    let step = Transition::Decide(Decision { allow, by, shown, own_action, reasoning, digest, now });
    let action = match transition(&context, action_id.clone(), step, updated).await? {
        Ok(action) => action,
        Err(refused) => return Err(not_decided(&context, &action_id, &refused).await),
    };
    let security = Some(scrub.security());
    Ok(ApprovedAction { success: true, action, security, ..ApprovedAction::default() })
}

/// Why nothing was decided; where somebody else has, who and what.
async fn not_decided(context: &Context, action_id: &ActionId, refused: &Refused) -> Failure {
    match refused {
        Refused::AlreadyDecided => decided_by_another(context, action_id).await,
        Refused::Expired => {
            let error = "The action has expired: nobody decided in time";
            Failure::new(Kind::Gone, error).code("APPROVAL_EXPIRED").with("status", "expired")
        }
        Refused::OtherDigest => {
            let error = "The action is about something else than what was shown";
            Failure::conflict(error).code("DIGEST_MISMATCH")
        }
        Refused::OwnAction => {
            Failure::forbidden("The principal that created an action cannot approve it").code("SELF_APPROVAL")
        }
        Refused::Revoked => Failure::unauthorized(),
        _ => Failure::bad_request("Action is not pending approval"),
    }
}

async fn decided_by_another(context: &Context, action_id: &ActionId) -> Failure {
    let failure = Failure::conflict("Action was already resolved by another approver");
    let Ok(action) = find(context, action_id).await else { return failure };
    let decision = action.decision.map(|decision| decision.to_string());
    let by = action.decision_by.or(action.approved_by);
    let told = decision.as_deref().zip(by.as_deref()).map(|(word, by)| vec![format!("{word} by {by}")]);
    failure
        .with("status", action.status.as_str())
        .with("details", told.unwrap_or_default())
        .with("decision", decision)
        .with("decision_by", by)
        .with("decision_at", action.decision_at.or(action.approved_at))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value, json};

    use super::*;
    use crate::test_app::{app, call};

    /// As when the key is revoked while the approval waits for the database.
    #[tokio::test]
    async fn an_approval_that_reaches_the_database_behind_the_revocation_of_its_key_does_not_count() {
        let app = app().await;
        let rules = json!({ "action_types": ["api"] }).to_string();
        let policy = json!({ "name": "Ask", "policy_type": "require_approval", "rules": rules });
        assert_eq!(call(&app, "POST", "/api/policies", policy).await.0, 201);
        let body = json!({ "agent_id": "a", "action_type": "api", "declared_goal": "g" });
        let (_, waiting) = call(&app, "POST", "/api/actions", body).await;
        let id = waiting["action_id"].as_str().unwrap();
        let (_, made) = call(&app, "POST", "/api/keys", json!({ "label": "k", "role": "admin" })).await;
        let by = made["key"]["id"].as_str().unwrap_or_else(|| panic!("{made}"));
        let decide = async || {
            let decision = Decision {
                allow: true,
                by: by.to_owned(),
                shown: by.to_owned(),
                own_action: false,
                reasoning: None,
                digest: None,
                now: clock::now_iso(),
            };
            let context = Context { app: Arc::clone(&app), caller: None, size: 0 };
            transition(&context, id.into(), Transition::Decide(decision), updated).await.unwrap()
        };
        let (status, revoked) = call(&app, "DELETE", &format!("/api/keys/{by}"), Value::Null).await;
        assert_eq!(status, 200, "{revoked}");
        assert!(matches!(decide().await, Err(Refused::Revoked)));
        let (_, found) = call(&app, "GET", &format!("/api/actions/{id}"), Value::Null).await;
        assert_eq!(found["action"]["status"], "pending_approval", "{found}");
    }
}

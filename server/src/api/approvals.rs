//! A human's answer to an action that waits.

use dashclaw::api::approvals::ApprovedAction;
use dashclaw::clock;
use http::StatusCode;

use super::actions::unknown;
use super::scrub::Scrub;
use crate::config::ALLOW_SELF_APPROVAL;
use crate::http::call::{Call, ok};
use crate::http::refusal::{Answer, Refusal};
use crate::lifecycle::{Decision, Refused, Transition};
use crate::store::Transitioned;

/// Approves or denies.
pub(super) async fn decide(call: Call) -> Answer {
    let allow = match call.text("decision").as_deref() {
        Some("allow") => true,
        Some("deny") => false,
        _ => return Err(Refusal::bad_request("Invalid decision. Must be allow or deny.")),
    };
    if !call.received.problems.is_empty() {
        return Err(Refusal::validation(call.received.problems));
    }
    let by = call.principal().to_owned();
    if by.is_empty() {
        let refusal = Refusal::new(StatusCode::FORBIDDEN, "Approvals require an attributable principal");
        return Err(refusal.code("APPROVER_IDENTITY_REQUIRED"));
    }
    let mut scrub = Scrub::default();
    let mut reasoning = call.text("reasoning").filter(|text| !text.is_empty());
    scrub.optional([&mut reasoning]);
    let id = call.text("action_id").unwrap_or_default();
    let org = call.app.org(call.org_id()).await?;
    let own_action = org.flag(ALLOW_SELF_APPROVAL).unwrap_or(call.app.config.allow_self_approval);
    let step = Transition::Decide(Decision { allow, by, own_action, reasoning, now: clock::now_iso() });
    let action = match call.app.store.transition(call.org_id(), &id, step).await? {
        Transitioned::Done(action) => *action,
        Transitioned::NotFound => return Err(unknown()),
        Transitioned::Refused(Refused::AlreadyDecided) => {
            return Err(Refusal::conflict("Action was already resolved by another approver"));
        }
        Transitioned::Refused(Refused::OwnAction) => {
            let refusal = Refusal::forbidden("The principal that created an action cannot approve it");
            return Err(refusal.code("SELF_APPROVAL"));
        }
        Transitioned::Refused(Refused::Revoked) => return Err(Refusal::unauthorized()),
        Transitioned::Refused(_) => return Err(Refusal::bad_request("Action is not pending approval")),
    };
    call.app.hub.publish(call.org_id(), "action.updated", &action);
    let security = Some(scrub.security());
    ok(&ApprovedAction { success: true, action, security, ..ApprovedAction::default() })
}

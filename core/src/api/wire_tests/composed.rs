//! Answers that the core itself puts together.

use serde_json::json;

use super::same;
use crate::api::learning::RecommendedAction;
use crate::api::messages::attachments::MessageAttachment;
use crate::api::x402::paid::SettledPurchase;

#[test]
fn a_purchase_tells_of_every_step() {
    let wire = json!({
        "action": {"action_id": "act_1", "status": "pending_approval"}, "purchase": {"action_id": "act_1"},
        "decision": {"decision": "require_approval"}, "outcome": null, "artifact": {"artifact": {"artifact_id": "art_1"}},
        "errors": {"outcome": {
            "kind": "conflict", "message": "waits", "code": "conflict", "status": 409, "retryable": false,
            "current_status": "pending_approval",
        }},
    });
    let read: SettledPurchase = same(&wire);
    let error = read.errors.outcome.unwrap();
    assert_eq!((error.kind.as_str(), error.status), ("conflict", Some(409)));
    let nothing = json!({"action": null, "purchase": null, "decision": null, "outcome": null, "artifact": null, "errors": {}});
    same::<SettledPurchase>(&nothing);
}

#[test]
fn an_attachment_is_bytes_and_a_recommendation_may_be_none() {
    let read: MessageAttachment =
        same(&json!({"data": "AP8K", "filename": "a.bin", "mime_type": "application/octet-stream"}));
    assert_eq!(read.data.0, [0, 255, 10]);
    let none: RecommendedAction =
        same(&json!({"action": {"kind": "x"}, "recommendation": null, "adapted_fields": []}));
    assert!(none.recommendation.is_none());
}

//! Work orders, purchases and what they leave behind.

use serde_json::{Value, json};

use super::{action, same};
use crate::api::artifacts::{ArtifactList, EvidenceBundle, SavedArtifact};
use crate::api::guard::Verdict;
use crate::api::work_orders::{
    CancelledWorkOrder, ClaimedWorkOrder, CompletedWorkOrder, SubmittedWorkOrder, WorkOrderDetail,
    WorkOrderList, WorkOrderStatus, WorkOrderTypeList,
};
use crate::api::x402::{
    PurchaseStatus, RecordedPurchase, SavedX402Endpoint, SavedX402Provider, X402EndpointList,
    X402ProviderDetail, X402ProviderList, X402PurchaseList,
};

fn provider() -> Value {
    json!({
        "provider_id": "prov_1", "org_id": "o", "name": "Exa Search", "slug": "exa-search", "description": null,
        "category": "research", "base_url": "https://api.exa.ai", "status": "active", "default_currency": "USDC",
        "pricing_model": null, "metadata": { "tier": 1 }, "created_at": "t", "updated_at": "t",
    })
}

fn endpoint() -> Value {
    json!({
        "endpoint_id": "pep_1", "provider_id": "prov_1", "name": "Search", "endpoint_url": null, "category": null,
        "sensitivity_level": "low", "default_price": 0.01, "price_unit": "per_call", "enabled": 1, "metadata": {},
        "created_at": "t", "updated_at": "t",
    })
}

fn purchase() -> Value {
    json!({
        "action_id": "act_1", "provider_id": "prov_1", "endpoint_id": null, "agent_id": "a", "spend_amount": 0.05,
        "currency": "USDC", "payment_method": "x402", "wallet_reference": "****1a2b", "payment_reference": null,
        "purchase_reason": "r", "context_gap": "g", "alternatives_considered": null, "expected_value": "v",
        "execution_status": "pending", "created_at": "t",
    })
}

fn artifact() -> Value {
    json!({
        "artifact_id": "art_1", "org_id": "o", "artifact_type": "json", "name": "n", "description": null,
        "content": { "findings": ["f"] }, "content_url": null, "mime_type": null, "size_bytes": 12,
        "source_action_id": "act_1", "source_step_id": null, "source_agent_id": null, "retention_days": null,
        "tags": ["t"], "metadata": {}, "created_at": "t",
    })
}

fn work_order() -> Value {
    json!({
        "id": "wo_1", "org_id": "o", "type": "research_brief", "type_version": "1.0", "status": "claimed",
        "input": { "topic": "rails" }, "input_hash": "sha256:x", "output": null, "output_hash": null,
        "max_cost_usd": "0.2500", "timeout_seconds": 600, "requested_by": "orchestrator", "claimed_by": "worker",
        "cost": null, "guard_decision": { "decision": "allow" }, "approval_action_id": null, "error_code": null,
        "error_details": null, "lease_expires_at": "t", "claimed_at": "t", "completed_at": null, "created_at": "t",
        "updated_at": "t",
    })
}

#[test]
fn providers_and_purchases_keep_all_their_members() {
    let read: SavedX402Provider = same(&json!({ "provider": provider() }));
    assert!(read.provider.extra.is_empty(), "{:?}", read.provider.extra);
    same::<X402ProviderList>(&json!({ "providers": [provider()] }));
    let read: X402ProviderDetail = same(&json!({ "provider": provider(), "endpoints": [endpoint()] }));
    assert!(read.endpoints[0].extra.is_empty(), "{:?}", read.endpoints[0].extra);
    same::<SavedX402Endpoint>(&json!({ "endpoint": endpoint() }));
    same::<X402EndpointList>(&json!({ "endpoints": [endpoint()] }));
    let read: RecordedPurchase = same(&json!({ "action": action(), "purchase": purchase() }));
    assert_eq!(read.purchase.execution_status, PurchaseStatus::Pending);
    let mut listed = purchase();
    listed["provider_name"] = json!("Exa Search");
    let read: X402PurchaseList = same(&json!({ "purchases": [listed] }));
    assert!(read.purchases[0].extra.is_empty(), "{:?}", read.purchases[0].extra);
}

#[test]
fn artifacts_and_bundles_keep_all_their_members() {
    let read: SavedArtifact = same(&json!({ "artifact": artifact() }));
    assert!(read.artifact.extra.is_empty(), "{:?}", read.artifact.extra);
    same::<ArtifactList>(&json!({ "artifacts": [artifact()], "total": 1 }));
    same::<EvidenceBundle>(&json!({
        "artifact_type": "evidence_bundle", "action": { "action_id": "act_1", "started_at": "t" }, "steps": [{}],
        "artifacts": [artifact()], "generated_at": "t",
    }));
}

#[test]
fn work_orders_keep_all_their_members_and_either_form_of_an_amount() {
    let read: SubmittedWorkOrder = same(&json!({
        "work_order_id": "wo_1", "status": "blocked",
        "guard": {
            "decision": "block", "decision_id": "act_gd_1", "risk_score": 20, "matched_policies": ["gp_1"],
            "reason": "no",
        },
    }));
    assert_eq!((read.status, read.guard.decision), (WorkOrderStatus::Blocked, Verdict::Block));
    let receipt = json!({ "receipt": { "receipt_version": "1.0", "cost": { "total_usd": 0.1 } }, "receipt_hash": "sha256:y" });
    let mut stored = receipt.clone();
    stored["id"] = json!("wor_1");
    stored["org_id"] = json!("o");
    stored["work_order_id"] = json!("wo_1");
    stored["created_at"] = json!("t");
    let read: WorkOrderDetail = same(&json!({ "work_order": work_order(), "receipt": stored }));
    assert!(read.work_order.extra.is_empty(), "{:?}", read.work_order.extra);
    assert_eq!(read.work_order.max_cost_usd.and_then(|amount| amount.number()), Some(0.25));
    same::<CompletedWorkOrder>(&json!({ "work_order": work_order(), "receipt": receipt }));
    same::<WorkOrderDetail>(&json!({ "work_order": work_order(), "receipt": null }));
    let mut priced = work_order();
    priced["max_cost_usd"] = json!(0.25);
    same::<WorkOrderList>(&json!({ "work_orders": [work_order(), priced], "total": 2 }));
    same::<CancelledWorkOrder>(&json!({ "work_order": work_order() }));
    assert_eq!(same::<ClaimedWorkOrder>(&json!({ "work_order": null })).work_order, None);
    let read: WorkOrderTypeList = same(&json!({
        "types": [{
            "id": "wot_1", "org_id": "o", "type": "research_brief", "version": "1.0", "display_name": null,
            "description": null, "input_schema": { "type": "object" }, "output_schema": {},
            "default_max_cost_usd": null, "default_timeout_seconds": 600, "status": "active", "created_at": "t",
            "updated_at": "t",
        }],
        "total": 1,
    }));
    assert!(read.types[0].extra.is_empty(), "{:?}", read.types[0].extra);
}

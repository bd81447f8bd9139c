//! Who belongs to an organisation, and who is told what happens in it.

use serde_json::{Value, json};

use super::same;
use crate::api::activity::ActivityLog;
use crate::api::hosted::{CreatedHostedWorkspace, DeletedHostedWorkspace, HostedWorkspace};
use crate::api::identities::{IdentityDetail, IdentityList, RevokedIdentity};
use crate::api::orgs::{
    ApiKeyList, ApiKeyRole, CreatedApiKey, CreatedOrganization, OrganizationDetail, OrganizationList,
};
use crate::api::pairings::{CreatedPairing, PairingDetail, PairingList, PairingStatus};
use crate::api::webhooks::{
    CreatedWebhook, DeletedWebhook, WebhookDeliveryList, WebhookDeliveryStatus, WebhookList, WebhookTest,
};

const AT: &str = "2026-06-15T12:00:00.000Z";
const KEY: &str = "oc_live_0123456789abcdef0123456789abcdef";

#[test]
fn pairings_and_identities_keep_all_their_members() {
    let pairing = json!({
        "id": "pair_1", "org_id": "o", "agent_id": "a", "agent_name": null, "algorithm": "RSASSA-PKCS1-v1_5",
        "status": "pending", "permission_level": "danger", "expires_at": AT, "created_at": AT, "updated_at": AT,
    });
    let url = "https://dashclaw.example/pair/pair_1";
    let created: CreatedPairing = same(&json!({ "pairing": pairing, "pairing_url": url }));
    assert_eq!(created.pairing.status, PairingStatus::Pending);
    assert!(created.pairing.extra.is_empty(), "{:?}", created.pairing.extra);
    same::<PairingDetail>(&json!({ "pairing": pairing }));
    same::<PairingList>(&json!({ "pairings": [pairing] }));

    let identity =
        json!({ "agent_id": "a", "algorithm": "RSASSA-PKCS1-v1_5", "created_at": AT, "updated_at": AT });
    let read: IdentityDetail = same(&json!({ "identity": identity }));
    assert!(read.identity.extra.is_empty());
    same::<IdentityList>(&json!({ "identities": [identity] }));
    same::<RevokedIdentity>(&json!({ "deleted": true }));
}

#[test]
fn organisations_keep_all_their_members_and_their_count_in_either_form() {
    let mut organization = json!({
        "id": "org_1", "name": "Acme", "slug": "acme", "plan": "free", "created_at": AT, "updated_at": AT,
    });
    let read: OrganizationDetail = same(&json!({ "organization": organization, "active_keys": 3 }));
    assert!(read.extra.is_empty() && read.organization.extra.is_empty());
    for count in [json!("3"), json!(3)] {
        organization["active_keys"] = count;
        let read: OrganizationList = same(&json!({ "organizations": [organization] }));
        assert!(read.organizations[0].extra.is_empty());
    }
    let keys: ApiKeyList = same(&json!({ "keys": [{
        "id": "key_1", "key_prefix": "oc_live_", "label": "ci", "role": "readonly", "last_used_at": null,
        "created_at": AT, "revoked_at": null,
    }] }));
    assert_eq!(keys.keys[0].role, ApiKeyRole::Readonly);
    assert!(keys.keys[0].extra.is_empty());
}

/// Every answer that holds a secret, and where in it.
fn secrets() -> [(Value, &'static str); 4] {
    let organization = json!({
        "id": "org_1", "name": "Acme", "slug": "acme", "plan": "free", "created_at": AT, "updated_at": AT,
    });
    [
        (
            json!({
                "organization": organization,
                "api_key": { "id": "key_1", "key": KEY, "prefix": "oc_live_", "role": "admin", "warning": "Save it." },
            }),
            "/api_key/key",
        ),
        (
            json!({ "key": {
                "id": "key_1", "raw_key": KEY, "prefix": "oc_live_01234567", "label": "ci", "role": "member",
                "storageWarning": "Save it.",
            } }),
            "/key/raw_key",
        ),
        (
            json!({
                "workspace_id": "org_1", "api_key": KEY, "endpoint": "https://dashclaw.example", "expires_at": AT,
                "trial_action_cap": 10_000, "key_prefix": "oc_live_",
                "next_steps_url": "https://dashclaw.example/connect?hosted=org_1",
            }),
            "/api_key",
        ),
        (
            json!({
                "webhook": {
                    "id": "wh_1", "url": "https://a.example/hook", "secret": KEY, "events": ["all"], "active": 1,
                    "created_at": AT,
                },
                "storageWarning": "Save it.",
            }),
            "/webhook/secret",
        ),
    ]
}

#[test]
fn a_secret_is_read_and_written_but_never_shown() {
    let [organization, key, workspace, webhook] = secrets();
    for (wire, place) in [&organization, &key, &workspace, &webhook] {
        assert_eq!(wire.pointer(place).unwrap(), KEY);
    }
    let created: CreatedOrganization = same(&organization.0);
    assert_eq!(created.api_key.key.expose(), KEY);
    let shown = [
        format!("{created:?}"),
        format!("{:?}", same::<CreatedApiKey>(&key.0)),
        format!("{:?}", same::<CreatedHostedWorkspace>(&workspace.0)),
        format!("{:?}", same::<CreatedWebhook>(&webhook.0)),
    ];
    for text in shown {
        assert!(!text.contains(KEY) && text.contains("[REDACTED]") && text.contains("extra: {}"), "{text}");
    }
}

#[test]
fn an_answer_without_its_secret_is_no_answer() {
    for (index, (mut wire, place)) in secrets().into_iter().enumerate() {
        let (parent, name) = place.rsplit_once('/').unwrap();
        wire.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name);
        let is_read = match index {
            0 => serde_json::from_value::<CreatedOrganization>(wire).is_ok(),
            1 => serde_json::from_value::<CreatedApiKey>(wire).is_ok(),
            2 => serde_json::from_value::<CreatedHostedWorkspace>(wire).is_ok(),
            _ => serde_json::from_value::<CreatedWebhook>(wire).is_ok(),
        };
        assert!(!is_read, "{place}");
    }
}

#[test]
fn trial_workspaces_keep_all_their_members() {
    let read: HostedWorkspace = same(&json!({
        "workspace_id": "org_1", "name": "trial", "trial_ends_at": AT, "trial_action_cap": 10_000,
        "trial_actions_used": 12,
    }));
    assert!(read.extra.is_empty());
    same::<DeletedHostedWorkspace>(&json!({ "deleted": true, "workspace_id": "org_1" }));
}

#[test]
fn webhooks_and_their_deliveries_keep_all_their_members() {
    let list: WebhookList = same(&json!({ "webhooks": [{
        "id": "wh_1", "url": "https://a.example/hook", "secret": "••••abcd", "events": "[\"all\"]", "active": 1,
        "failure_count": 0, "last_triggered_at": null, "created_at": AT, "created_by": null,
    }] }));
    assert!(list.webhooks[0].extra.is_empty());
    let deliveries: WebhookDeliveryList = same(&json!({ "deliveries": [{
        "id": "wd_1", "event_type": "approval_pending", "status": "failed", "response_status": null,
        "attempted_at": AT, "duration_ms": 10_000, "payload": "{}", "response_body": "",
    }] }));
    assert_eq!(deliveries.deliveries[0].status, WebhookDeliveryStatus::Failed);
    assert!(deliveries.deliveries[0].extra.is_empty());
    same::<WebhookTest>(&json!({ "success": false, "response_status": null }));
    same::<DeletedWebhook>(&json!({ "success": true, "deleted": "wh_1" }));
}

#[test]
fn the_log_of_an_organisation_keeps_all_its_members() {
    let log: ActivityLog = same(&json!({
        "events": [{
            "id": "al_1", "org_id": "o", "actor_id": "key_1", "action": "policy.created", "resource_type": "policy",
            "resource_id": "gp_1", "details": "{}", "created_at": AT, "actor_name": null, "actor_image": null,
        }],
        "stats": { "total": 1, "today": 1, "unique_actors": 1 },
        "pagination": { "limit": 50, "offset": 0 },
    }));
    assert!(log.extra.is_empty() && log.events[0].extra.is_empty() && log.stats.extra.is_empty());
}

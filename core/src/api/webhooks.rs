//! Webhooks: servers of one's own that are told what happens.

use crate::catalogue::{Secret, lenient};
use crate::{open_enum, operations, record};

open_enum! {
    /// How an attempt to tell a webhook ended.
    pub enum WebhookDeliveryStatus {
        /// It answered with a success.
        Success = "success",
        /// It did not.
        Failed = "failed",
    }
}

operations! { "webhooks":
    /// Lists all webhooks. Of each secret only the last four characters are shown.
    get_webhooks = Get "/api/webhooks" => WebhookList []
    GetWebhooks {}

    /// Adds a webhook. Needs an API key of the admin role.
    ///
    /// The secret that signs what is sent is in this answer and never shown again: `X-DashClaw-Signature` of a delivery is
    /// the HMAC-SHA256 of its body, in hex. Ten failures in a row switch a webhook off. A URL that is not `https`, or
    /// not on a public host, is an error of kind `validation`.
    create_webhook = Post "/api/webhooks" => CreatedWebhook [
        admin(), secret(), positional(&["url", "events"]), node(&["..webhook"]),
    ]
    CreateWebhook {
        /// Where events are sent: `https`, on a public host.
        url: String,
        /// Which events; `all` unless given. `autonomy_spike`, `high_impact_low_oversight`, `repeated_failures`,
        /// `stale_loop`, `assumption_drift`, `stale_assumption`, `stale_running_action`, `drift_alert`, `approval_pending`,
        /// `approval_granted`, `approval_denied`.
        events: Option<Vec<String>>,
    }

    /// Removes a webhook. Needs an API key of the admin role. An unknown id is an error of kind `not_found`.
    delete_webhook = Delete "/api/webhooks" => DeletedWebhook [
        admin(), positional(&["webhook_id"]), node(&["webhook_id"]),
    ]
    DeleteWebhook from webhook_id: String {
        /// Which webhook: `wh_` and a UUID.
        webhook_id: String [wire("id")],
    }

    /// Sends a test event to a webhook, and says how it answered. Needs an API key of the admin role.
    ///
    /// A webhook that fails is a normal result with `success` false. An unknown id is an error of kind `not_found`.
    test_webhook = Post "/api/webhooks/{webhook_id}/test" => WebhookTest [admin(), positional(&["webhook_id"])]
    TestWebhook from webhook_id: String {
        /// Which webhook.
        webhook_id: String,
    }

    /// Lists the last 20 attempts to tell a webhook, the newest first. An unknown id is an error of kind `not_found`.
    get_webhook_deliveries = Get "/api/webhooks/{webhook_id}/deliveries" => WebhookDeliveryList [
        positional(&["webhook_id"]),
    ]
    GetWebhookDeliveries from webhook_id: String {
        /// Which webhook.
        webhook_id: String,
    }
}

record! {
    /// All webhooks.
    pub struct WebhookList {
        /// The webhooks.
        #[required]
        webhooks: Vec<Webhook>,
    }

    /// A server that is told what happens.
    pub struct Webhook {
        /// Which webhook: `wh_` and a UUID.
        #[required]
        id: String,
        /// Where events are sent.
        url: String,
        /// The last four characters of its secret, behind 28 dots.
        secret: Option<String>,
        /// JSON text: a list of the events it is told of.
        events: Option<String>,
        /// Whether it is told: 0 or 1.
        #[read = "lenient::zero_or_one"]
        active: i64,
        /// How often it failed in a row.
        failure_count: i64,
        /// When it was last told: ISO-8601, UTC.
        last_triggered_at: Option<String>,
        /// When it was added: ISO-8601, UTC.
        created_at: Option<String>,
        /// Who added it.
        created_by: Option<String>,
    }

    /// A webhook as it was added.
    pub struct CreatedWebhook {
        /// The webhook.
        #[required]
        webhook: NewWebhook,
        /// Says for people that the secret is shown this once.
        #[serde(rename = "storageWarning", skip_serializing_if = "Option::is_none")]
        storage_warning: Option<String>,
    }

    /// A new webhook.
    pub struct NewWebhook {
        /// Which webhook: `wh_` and a UUID.
        #[required]
        id: String,
        /// Where events are sent.
        url: String,
        /// What signs them: 64 hex digits that are shown this once.
        #[required]
        secret: Secret,
        /// The events it is told of.
        events: Vec<String>,
        /// Whether it is told: 1.
        #[read = "lenient::zero_or_one"]
        active: i64,
        /// When it was added: ISO-8601, UTC.
        created_at: String,
    }

    /// A webhook that is gone.
    pub struct DeletedWebhook {
        /// Always true.
        #[required]
        success: bool,
        /// Which webhook it was.
        deleted: String,
    }

    /// How a webhook answered to a test event.
    pub struct WebhookTest {
        /// Whether it answered with a success.
        #[required]
        success: bool,
        /// The HTTP status of its answer; null when there was none.
        response_status: Option<i64>,
    }

    /// Attempts to tell a webhook.
    pub struct WebhookDeliveryList {
        /// The newest first.
        #[required]
        deliveries: Vec<WebhookDelivery>,
    }

    /// An attempt to tell a webhook.
    pub struct WebhookDelivery {
        /// Which attempt: `wd_` and a UUID.
        #[required]
        id: String,
        /// What it was told.
        event_type: String,
        /// How it ended.
        status: WebhookDeliveryStatus,
        /// The HTTP status of the answer; null when there was none.
        response_status: Option<i64>,
        /// When it was made: ISO-8601, UTC.
        attempted_at: String,
        /// How long it took, in milliseconds.
        duration_ms: Option<i64>,
        /// What was sent: JSON text.
        payload: Option<String>,
        /// What was answered, at most 2000 characters.
        response_body: Option<String>,
    }
}

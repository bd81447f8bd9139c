//! Purchases that were paid already, and what they brought.

use crate::api::ids::ActionId;
use serde_json::{Map, Value};

use crate::api::artifacts::SavedArtifact;
use crate::catalogue::Composed;
use crate::{operations, record};

operations! { "x402":
    /// Records a purchase that was paid already, reports its action as completed, and files the proof of payment.
    ///
    /// The money is spent, so no later step hides the purchase: what a step brought, or why it failed, stands in the answer,
    /// and the next step is taken all the same. Look at `errors`. An action that awaits approval, for one, cannot be
    /// reported as completed yet: `errors` then holds that under `outcome`.
    ///
    /// Guard may block it after the fact: an error of kind `guard_blocked` that holds the verdict and, as far as the server
    /// tells, the id of the action; `record_purchase_result` files the proof of payment then. Only this and other failures
    /// of the first step are errors of the call.
    record_x402_purchase = Post "/api/x402/purchases" => SettledPurchase [
        composed(Composed::Purchase),
        positional(&[
            "agent_id", "provider", "spend", "declared_goal", "purchase_reason", "context_gap", "expected_value",
            "transaction_hash", "request_id", "currency", "payment_method",
        ]),
    ]
    RecordX402Purchase {
        /// Who bought. At most 128 characters.
        agent_id: String [max(128)],
        /// From whom: a name, a slug or an origin. At most 256 characters.
        provider: String [max(256)],
        /// What was paid, in `currency`, 0 to 1000000.
        spend: f64 [range(0, 1_000_000), local()],
        /// What it was for; made of the provider's name unless given. At most 2000 characters.
        declared_goal: Option<String> [max(2000)],
        /// Why it was bought; made of the provider's name unless given. At most 2000 characters.
        purchase_reason: Option<String> [max(2000)],
        /// What could not be known without it; made of the provider's name unless given. At most 2000 characters.
        context_gap: Option<String> [max(2000)],
        /// What it was to bring; made of the provider's name unless given. At most 2000 characters.
        expected_value: Option<String> [max(2000)],
        /// The transaction that paid.
        transaction_hash: Option<String> [local()],
        /// The provider's id for the request that was paid.
        request_id: Option<String> [local()],
        /// In what was paid: 2 to 16 letters and digits.
        currency: Option<String> [default("\"USDC\"")],
        /// How it was paid. At most 64 characters.
        payment_method: Option<String> [default("\"x402\""), max(64)],
    }

    /// Files what a purchase brought, as an artifact of its action.
    record_purchase_result = Post "/api/artifacts" => SavedArtifact [
        composed(Composed::PurchaseResult), positional(&["action_id", "result"]), node(&["action_id", "result"]),
    ]
    RecordPurchaseResult {
        /// Which action.
        action_id: ActionId [local()],
        /// What it brought: `summary` (a text), `data` (any JSON), `url` (where the rest is). All may be left out.
        result: Option<Map<String, Value>> [local()],
    }
}

record! {
    /// A purchase that was paid already, step by step.
    pub struct SettledPurchase {
        /// The action that stands for it, as the server recorded it.
        action: Option<Map<String, Value>>,
        /// The purchase.
        purchase: Option<Map<String, Value>>,
        /// Guard's verdict on it.
        decision: Option<Map<String, Value>>,
        /// What the server answered to the report of the action as completed; nothing when it failed, or when the server told no id.
        outcome: Option<Map<String, Value>>,
        /// What the server answered to the proof of payment; nothing when that failed, or when there is none.
        artifact: Option<Map<String, Value>>,
        /// Why steps failed, by the member that they would have brought; empty when all went well.
        #[required]
        errors: PurchaseErrors,
    }

    /// Why steps of a purchase failed.
    pub struct PurchaseErrors {
        /// Why the action could not be reported as completed.
        #[serde(skip_serializing_if = "Option::is_none")]
        outcome: Option<StepError>,
        /// Why the proof of payment could not be filed.
        #[serde(skip_serializing_if = "Option::is_none")]
        artifact: Option<StepError>,
    }

    /// Why one step of an operation failed: the members of an error.
    pub struct StepError {
        /// What kind of error it is.
        #[required]
        kind: String,
        /// The same for people.
        #[required]
        message: String,
        /// The server's own code, or the kind.
        #[required]
        code: String,
        /// The HTTP status, when the server answered.
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<i64>,
        /// Whether the same step may succeed later.
        retryable: bool,
    }
}

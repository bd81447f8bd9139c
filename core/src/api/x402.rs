//! x402: providers that agents buy data from, call by call, and the purchases.

pub mod paid;

use crate::api::ids::ActionId;
use serde_json::{Map, Value};

use super::actions::Action;
use super::guard::GuardDecision;
use crate::catalogue::{Expect, Repeat, lenient};
use crate::{open_enum, operations, record};

open_enum! {
    /// How far a purchase has come.
    pub enum PurchaseStatus {
        /// It was recorded.
        Pending = "pending",
        /// A human approved it.
        Approved = "approved",
        /// It was made and brought what it should.
        Succeeded = "succeeded",
        /// It brought some of it.
        Partial = "partial",
        /// It failed.
        Failed = "failed",
    }
}

operations! { "x402":
    /// Adds a provider that agents may buy from. A slug that exists already is an error of kind `conflict`.
    create_provider = Post "/api/x402/providers" => SavedX402Provider [positional(&["name"]), open()]
    CreateProvider {
        /// What it is called.
        name: String,
        /// Its short name; unique.
        slug: Option<String>,
        /// What it offers.
        description: Option<String>,
        /// What kind of provider it is; `research` unless given.
        category: Option<String>,
        /// Where it is.
        base_url: Option<String>,
        /// Its state; `active` unless given.
        status: Option<String>,
        /// What it is paid in; `USDC` unless given.
        default_currency: Option<String>,
        /// How it charges.
        pricing_model: Option<String>,
        /// More about it.
        metadata: Option<Map<String, Value>>,
    }

    /// Lists providers.
    list_providers = Get "/api/x402/providers" => X402ProviderList [positional(&["status"]), open()]
    ListProviders {
        /// Only providers in this state.
        status: Option<String>,
    }

    /// Reads one provider with its endpoints. An unknown id is an error of kind `not_found`.
    get_provider = Get "/api/x402/providers/{provider_id}" => X402ProviderDetail [positional(&["provider_id"])]
    GetProvider from provider_id: String {
        /// Which provider.
        provider_id: String,
    }

    /// Changes a provider: the fields that are given. An unknown id is an error of kind `not_found`.
    update_provider = Patch "/api/x402/providers/{provider_id}" => SavedX402Provider [
        repeat(Repeat::Idempotent), positional(&["provider_id"]), open(),
    ]
    UpdateProvider {
        /// Which provider.
        provider_id: String,
        /// What it is called from now on.
        name: Option<String>,
        /// Its short name from now on; unique.
        slug: Option<String>,
        /// What it offers.
        description: Option<String>,
        /// What kind of provider it is.
        category: Option<String>,
        /// Where it is.
        base_url: Option<String>,
        /// Its state.
        status: Option<String>,
        /// What it is paid in.
        default_currency: Option<String>,
        /// How it charges.
        pricing_model: Option<String>,
        /// More about it.
        metadata: Option<Map<String, Value>>,
    }

    /// Adds something that a provider sells. An unknown provider is an error of kind `not_found`.
    create_provider_endpoint = Post "/api/x402/providers/{provider_id}/endpoints" => SavedX402Endpoint [
        positional(&["provider_id", "name"]), open(),
    ]
    CreateProviderEndpoint {
        /// Whose.
        provider_id: String,
        /// What it is called.
        name: String,
        /// Where it is called.
        endpoint_url: Option<String>,
        /// What kind of endpoint it is.
        category: Option<String>,
        /// How sensitive its data are; `low` unless given.
        sensitivity_level: Option<String>,
        /// What a call costs, in the provider's currency.
        default_price: Option<f64>,
        /// What the price is for; `per_call` unless given.
        price_unit: Option<String>,
        /// Whether it may be used; true unless given.
        enabled: Option<bool>,
        /// More about it.
        metadata: Option<Map<String, Value>>,
    }

    /// Lists what a provider sells. An unknown provider is an error of kind `not_found`.
    list_provider_endpoints = Get "/api/x402/providers/{provider_id}/endpoints" => X402EndpointList [
        positional(&["provider_id"]),
    ]
    ListProviderEndpoints from provider_id: String {
        /// Whose.
        provider_id: String,
    }

    /// Records what the agent is about to buy as an action, and returns the binding verdict on it.
    ///
    /// `allow` and `warn`: the action is `running`; pay, then report its outcome. `require_approval`: it is
    /// `pending_approval`; wait for a human with [`wait_for_approval`](crate::DashClaw::wait_for_approval) and the
    /// action's `action_id`. `block`: the call fails with an error of kind `guard_blocked` that holds the verdict.
    ///
    /// A `provider` that nobody knows is added; an unknown `provider_id` or `endpoint_id` is an error of kind
    /// `not_found`. The request carries no idempotency key: the same purchase twice is two purchases.
    record_purchase = Post "/api/x402/purchases" => RecordedPurchase [
        expect(Expect::Creation),
        positional(&[
            "agent_id", "provider", "declared_goal", "purchase_reason", "context_gap", "expected_value",
        ]),
        open(),
    ]
    RecordPurchase {
        /// Who buys. At most 128 characters.
        agent_id: String [max(128)],
        /// From whom: a name, a slug, an origin or an id. At most 256 characters.
        provider: String [max(256)],
        /// What the purchase is for, in a sentence. At most 2000 characters.
        declared_goal: String [max(2000)],
        /// Why it has to be bought. At most 2000 characters.
        purchase_reason: String [max(2000)],
        /// What the agent does not know without it. At most 2000 characters.
        context_gap: String [max(2000)],
        /// What it should bring. At most 2000 characters.
        expected_value: String [max(2000)],
        /// From which provider, by id.
        provider_id: Option<String>,
        /// From which of its endpoints.
        endpoint_id: Option<String>,
        /// What else would have done. At most 4000 characters.
        alternatives_considered: Option<String> [max(4000)],
        /// What it costs, in `currency`, 0 to 1000000. It wins over `spend_amount`.
        cost_estimate: Option<f64> [range(0, 1_000_000)],
        /// What it costs, in `currency`, 0 to 1000000.
        spend_amount: Option<f64> [range(0, 1_000_000)],
        /// What is paid in: 2 to 16 letters and digits; `USDC` unless given.
        currency: Option<String> [max(16)],
        /// How it is paid. At most 64 characters.
        payment_method: Option<String> [max(64)],
        /// The wallet that pays. Only its last four characters are kept. At most 512 characters.
        wallet_reference: Option<String> [max(512)],
        /// What the payment is called. Only its last four characters are kept. At most 512 characters.
        payment_reference: Option<String> [max(512)],
    }

    /// Lists purchases, at most 1000.
    list_purchases = Get "/api/x402/purchases" => X402PurchaseList [positional(&["provider_id"]), open()]
    ListPurchases {
        /// Only from this provider.
        provider_id: Option<String>,
        /// Only of this agent. All agents unless given.
        agent_id: Option<String>,
    }
}

record! {
    /// A provider that agents may buy from.
    pub struct X402Provider {
        /// Which provider: `prov_…`.
        #[required]
        provider_id: String,
        /// Whose organisation.
        org_id: String,
        /// What it is called.
        #[required]
        name: String,
        /// Its short name.
        slug: String,
        /// What it offers.
        description: Option<String>,
        /// What kind of provider it is.
        category: Option<String>,
        /// Where it is.
        base_url: Option<String>,
        /// Its state: `active`, for one.
        status: String,
        /// What it is paid in.
        default_currency: Option<String>,
        /// How it charges.
        pricing_model: Option<String>,
        /// More about it.
        metadata: Map<String, Value>,
        /// When it was added: ISO-8601, UTC.
        created_at: String,
        /// When it was last changed: ISO-8601, UTC.
        updated_at: String,
    }

    /// A provider as it was added or changed.
    pub struct SavedX402Provider {
        /// The provider.
        #[required]
        provider: X402Provider,
    }

    /// A provider with what it sells.
    pub struct X402ProviderDetail {
        /// The provider.
        #[required]
        provider: X402Provider,
        /// What it sells.
        endpoints: Vec<X402Endpoint>,
    }

    /// Providers.
    pub struct X402ProviderList {
        /// The providers.
        #[required]
        providers: Vec<X402Provider>,
    }

    /// Something that a provider sells.
    pub struct X402Endpoint {
        /// Which endpoint: `pep_…`.
        #[required]
        endpoint_id: String,
        /// Whose.
        provider_id: String,
        /// What it is called.
        #[required]
        name: String,
        /// Where it is called.
        endpoint_url: Option<String>,
        /// What kind of endpoint it is.
        category: Option<String>,
        /// How sensitive its data are.
        sensitivity_level: Option<String>,
        /// What a call costs, in the provider's currency.
        default_price: Option<f64>,
        /// What the price is for.
        price_unit: Option<String>,
        /// Whether it may be used: 0 or 1.
        #[read = "lenient::zero_or_one"]
        enabled: i64,
        /// More about it.
        metadata: Map<String, Value>,
        /// When it was added: ISO-8601, UTC.
        created_at: String,
        /// When it was last changed: ISO-8601, UTC.
        updated_at: String,
    }

    /// An endpoint as it was added.
    pub struct SavedX402Endpoint {
        /// The endpoint.
        #[required]
        endpoint: X402Endpoint,
    }

    /// What a provider sells.
    pub struct X402EndpointList {
        /// The endpoints.
        #[required]
        endpoints: Vec<X402Endpoint>,
    }

    /// A purchase as it was recorded, with the verdict on it.
    pub struct RecordedPurchase {
        /// The action that stands for it.
        #[required]
        action: Action,
        /// The purchase.
        #[required]
        purchase: X402Purchase,
        /// The verdict.
        #[serde(skip_serializing_if = "Option::is_none")]
        decision: Option<GuardDecision>,
    }

    /// Something that an agent bought, or is about to buy.
    pub struct X402Purchase {
        /// The action that stands for it.
        #[required]
        action_id: ActionId,
        /// From which provider.
        provider_id: String,
        /// What the provider is called; told in lists.
        #[serde(skip_serializing_if = "Option::is_none")]
        provider_name: Option<String>,
        /// From which of its endpoints.
        endpoint_id: Option<String>,
        /// Who buys.
        agent_id: String,
        /// What it costs, in `currency`.
        spend_amount: f64,
        /// What is paid in.
        currency: String,
        /// How it is paid.
        payment_method: Option<String>,
        /// The last four characters of the wallet that pays: `****1a2b`.
        wallet_reference: Option<String>,
        /// The last four characters of what the payment is called.
        payment_reference: Option<String>,
        /// Why it has to be bought.
        purchase_reason: String,
        /// What the agent does not know without it.
        context_gap: String,
        /// What else would have done.
        alternatives_considered: Option<String>,
        /// What it should bring.
        expected_value: String,
        /// How far it has come.
        execution_status: PurchaseStatus,
        /// When it was recorded: ISO-8601, UTC.
        created_at: String,
    }

    /// Purchases.
    pub struct X402PurchaseList {
        /// The purchases.
        #[required]
        purchases: Vec<X402Purchase>,
    }
}

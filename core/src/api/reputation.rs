//! Reputation: how well an agent has done, in numbers, with a receipt for them.

use serde_json::{Map, Value};

use crate::catalogue::Repeat;
use crate::{operations, record};

operations! { "reputation":
    /// Reads how well an agent has done: as it was last computed, or else computed now and not stored. An unknown agent is
    /// an error of kind `not_found`.
    get_agent_reputation = Get "/api/reputation/agents/{agent_id}" => AgentReputation [positional(&["agent_id"])]
    GetAgentReputation from agent_id: String {
        /// Which agent. Not filled in by the client.
        agent_id: String,
    }

    /// Lists what an agent's reputation was made from: at most the 2000 newest events of the last 365 days are kept.
    list_agent_reputation_events = Get "/api/reputation/agents/{agent_id}/events"
        => ReputationEventList, each ReputationEvent as iter_agent_reputation_events [
        positional(&["agent_id", "limit", "offset"]), open(), pages("events"),
    ]
    ListAgentReputationEvents from agent_id: String {
        /// Which agent. Not filled in by the client.
        agent_id: String,
        /// How many, 1 to 200.
        limit: Option<i64> [default("50"), range(1, 200)],
        /// How many to skip.
        offset: Option<i64> [default("0"), range(0, i64::MAX)],
    }

    /// Computes how well an agent has done and stores it with a signed receipt. An unknown agent is an error of kind
    /// `not_found`.
    recompute_agent_reputation = Post "/api/reputation/agents/{agent_id}/recompute" => RecomputedReputation [
        positional(&["agent_id"]),
    ]
    RecomputeAgentReputation from agent_id: String {
        /// Which agent. Not filled in by the client.
        agent_id: String,
    }

    /// Reads the signed receipt for an agent's reputation. Check it with
    /// [`verify_receipt`](crate::proof::receipt::verify_receipt), which needs no server. An unknown agent is an error of kind
    /// `not_found`.
    get_agent_reputation_receipt = Get "/api/reputation/agents/{agent_id}/receipt" => AgentReputationReceipt [
        positional(&["agent_id"]),
    ]
    GetAgentReputationReceipt from agent_id: String {
        /// Which agent. Not filled in by the client.
        agent_id: String,
    }

    /// Asks the server whether a reputation receipt was signed by one of its keys.
    ///
    /// A forgery, or what is no receipt, is a normal result with `ok` false, not an error. The server is less strict than
    /// [`verify_receipt`](crate::proof::receipt::verify_receipt), which needs no server.
    verify_reputation_receipt = Post "/api/reputation/verify" => ReputationVerdict [
        repeat(Repeat::Safe), positional(&["receipt"]), node(&["receipt"]),
    ]
    VerifyReputationReceipt {
        /// The receipt, exactly as it came.
        receipt: Value,
    }
}

record! {
    /// How well an agent has done.
    pub struct AgentReputation {
        /// Which agent.
        agent_id: String,
        /// The numbers.
        #[required]
        vector: ReputationVector,
        /// `snapshot` when it was stored, `computed` when it was computed for this answer.
        source: String,
    }

    /// How well an agent has done, as it was just computed.
    pub struct RecomputedReputation {
        /// Which agent.
        agent_id: String,
        /// The numbers.
        #[required]
        vector: ReputationVector,
        /// When it was computed: ISO-8601, UTC.
        recomputed_at: String,
    }

    /// How well an agent has done, in numbers. Newer events weigh more: half as much for every 90 days.
    pub struct ReputationVector {
        /// How reliable it is, 0 to 1.
        reliability_score: f64,
        /// How much of its work it completed, 0 to 1.
        completion_rate: f64,
        /// How often a policy blocked it, 0 to 1.
        policy_violation_rate: f64,
        /// How often humans approved what it asked for, 0 to 1.
        approval_adherence: f64,
        /// How good its work was, 0 to 1.
        quality_score: f64,
        /// The mean risk of its actions, 0 to 100.
        risk_score: i64,
        /// How much it was made from, on a scale of its own: the logarithm of the weight of all events and 1.
        volume_weight: f64,
        /// How sure these numbers are, 0 to 1.
        confidence: f64,
        /// How many events it was made from.
        total_events: i64,
        /// When the last of them happened: ISO-8601, UTC.
        last_event_at: Option<String>,
        /// When it was computed: ISO-8601, UTC.
        computed_at: String,
    }

    /// What an agent's reputation was made from.
    pub struct ReputationEventList {
        /// Which agent.
        agent_id: String,
        /// The events.
        #[required]
        events: Vec<ReputationEvent>,
        /// Which page this is.
        pagination: ReputationPage,
    }

    /// Which page of events it is.
    pub struct ReputationPage {
        /// The page size that was used.
        limit: i64,
        /// How many were skipped.
        offset: i64,
        /// How many there are on this page.
        count: i64,
    }

    /// Something that counts for an agent's reputation.
    pub struct ReputationEvent {
        /// Which event: `are_…`.
        #[required]
        id: String,
        /// Whose reputation.
        agent_id: String,
        /// Who caused it, when that was another agent.
        source_agent_id: Option<String>,
        /// What kind of event it is.
        event_type: String,
        /// How much it counts.
        weight: f64,
        /// How it went: a number whose scale depends on the kind.
        value: f64,
        /// The action it comes from.
        action_id: Option<String>,
        /// When it happened: ISO-8601, UTC.
        occurred_at: String,
        /// More about it.
        metadata: Option<Map<String, Value>>,
        /// When it was noted: ISO-8601, UTC.
        created_at: String,
    }

    /// The receipt for an agent's reputation.
    pub struct AgentReputationReceipt {
        /// Which agent.
        agent_id: String,
        /// The receipt: `version`, `issuedAt`, `agentId`, `vectorHash`, `totalEvents`, `vector` and `signature`. It must
        /// stay as it came, or its signature is wrong.
        #[required]
        receipt: Map<String, Value>,
        /// `stored`, or `computed` when it was made for this answer.
        source: String,
    }

    /// The server's word on a reputation receipt.
    pub struct ReputationVerdict {
        /// Whether one of its keys signed it.
        #[required]
        ok: bool,
        /// Which key.
        #[serde(skip_serializing_if = "Option::is_none")]
        kid: Option<String>,
        /// Why not: `missing_receipt`, `no_published_keys`, `vector_hash_mismatch`, `malformed` or `bad_signature`.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    }
}

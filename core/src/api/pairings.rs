//! Pairings: an agent asks that its public key be taken as its own, and an administrator agrees.

use super::identities::IdentityDetail;
use crate::catalogue::Fill;
use crate::{open_enum, operations, record};

open_enum! {
    /// Where a pairing is in its life.
    pub enum PairingStatus {
        /// Nobody has decided yet.
        Pending = "pending",
        /// An administrator agreed: the key is the agent's identity.
        Approved = "approved",
        /// Nobody decided in time.
        Expired = "expired",
    }
}

operations! { "pairings":
    /// Asks an administrator to take a public key as the agent's own.
    ///
    /// The pairing is `pending` until an administrator approves it and lasts 15 minutes unless the server is set up
    /// otherwise. `pairing_url` is the page on which it is approved. A key that is no PEM text is an error of kind
    /// `validation`.
    create_pairing = Post "/api/pairings" => CreatedPairing [
        positional(&["public_key_pem", "algorithm", "agent_name"]), node(&["public_key_pem", "..settings"]),
    ]
    CreatePairing {
        /// The public key: PEM (SPKI), with its `BEGIN PUBLIC KEY` and `END PUBLIC KEY` lines.
        public_key_pem: String [wire("public_key")],
        /// How the agent signs. The server does not check it.
        algorithm: Option<String> [default("\"RSASSA-PKCS1-v1_5\"")],
        /// The agent's display name. The client's own unless given.
        agent_name: Option<String> [fill(Fill::AgentName)],
        /// Which agent. The client's own unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
    }

    /// Reads one pairing, without its key. One that nobody approved in time is `expired`. An unknown id is an error of kind
    /// `not_found`.
    get_pairing = Get "/api/pairings/{pairing_id}" => PairingDetail [positional(&["pairing_id"])]
    GetPairing from pairing_id: String {
        /// Which pairing: `pair_` and a UUID.
        pairing_id: String,
    }

    /// Lists pairings. Needs an API key of the admin role.
    list_pairings = Get "/api/pairings" => PairingList [admin(), positional(&["status", "limit"])]
    ListPairings {
        /// Only pairings in this state. `pending` unless given.
        status: Option<PairingStatus>,
        /// How many, 1 to 200; 50 unless given.
        limit: Option<i64> [range(1, 200)],
    }

    /// Takes the public key of a pairing as the agent's identity. Needs an API key of the admin role.
    ///
    /// The identity that comes back is what the agent's signatures are checked against. An unknown id is an error of kind
    /// `not_found`; a pairing that is not pending, or that has expired, is one of kind `conflict`.
    approve_pairing = Post "/api/pairings/{pairing_id}/approve" => IdentityDetail [
        admin(), positional(&["pairing_id"]),
    ]
    ApprovePairing from pairing_id: String {
        /// Which pairing.
        pairing_id: String,
    }
}

record! {
    /// A pairing as it was created.
    pub struct CreatedPairing {
        /// The pairing.
        pairing: Pairing,
        /// The page on which an administrator approves it.
        #[serde(default)]
        pairing_url: String,
    }

    /// One pairing.
    pub struct PairingDetail {
        /// The pairing.
        pairing: Pairing,
    }

    /// Pairings.
    pub struct PairingList {
        /// The pairings.
        pairings: Vec<Pairing>,
    }

    /// An agent's request that a public key be taken as its own.
    pub struct Pairing {
        /// Which pairing: `pair_` and a UUID.
        id: String,
        /// Whose organisation.
        #[serde(default)]
        org_id: String,
        /// Which agent asks.
        #[serde(default)]
        agent_id: String,
        /// The agent's display name.
        #[serde(default)]
        agent_name: Option<String>,
        /// How the agent signs.
        #[serde(default)]
        algorithm: String,
        /// Where it is in its life.
        status: PairingStatus,
        /// What `permission_escalation` policies grant the agent once it is approved: `readonly`, `workspace_write`,
        /// `danger`, `prompt` or `allow`.
        #[serde(default)]
        permission_level: Option<String>,
        /// Until when it can be approved: ISO-8601, UTC.
        #[serde(default)]
        expires_at: Option<String>,
        /// When it was created: ISO-8601, UTC.
        #[serde(default)]
        created_at: String,
        /// When it was last changed: ISO-8601, UTC.
        #[serde(default)]
        updated_at: String,
    }
}

//! Pairings: an agent asks that its public key be taken as its own, and an administrator agrees.

use serde_json::{Map, Value};

use super::identities::IdentityDetail;
use crate::catalogue::{Composed, Fill, Hidden, Seconds};
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

    /// Registers the public half of a private RSA key, as `create_pairing` does. The
    /// private key is sent nowhere.
    ///
    /// A key that is no private RSA key of 2048 to 4096 bits is an error of kind `invalid_argument`, which shows nothing of
    /// it.
    create_pairing_from_private_jwk = Post "/api/pairings" => CreatedPairing [
        composed(Composed::PairingKey), positional(&["private_jwk", "agent_name"]), node(&["private_jwk", "..fields"]),
    ]
    CreatePairingFromPrivateJwk {
        /// The private key as a JWK with its primes (RFC 7518, section 6.3.2). `dmp1`, `dmq1` and `iqmp` are read, too.
        private_jwk: Hidden<Map<String, Value>> [local()],
        /// The agent's name for people.
        agent_name: Option<String> [fill(Fill::AgentName)],
        /// What the key signs with.
        algorithm: Option<String> [constant("\"RSASSA-PKCS1-v1_5\"")],
    }

    /// Waits until a pairing is approved, and returns it.
    ///
    /// One that expires is an error of kind `approval_expired`, one that is rejected an error of kind `approval_denied`, and
    /// one that nobody decides about in time an error of kind `approval_timeout`; it stands. A server that cannot be
    /// reached for a while is asked again.
    wait_for_pairing = Get "/api/pairings/{pairing_id}" => Pairing [
        composed(Composed::PairingWait), positional(&["pairing_id", "timeout", "interval"]),
        node(&["pairing_id", "..how"]),
    ]
    WaitForPairing from pairing_id: String {
        /// Which pairing.
        pairing_id: String,
        /// How long to wait in all. With no time at all it is looked at once.
        timeout: Option<Seconds> [default("300"), local()],
        /// How often it is looked at; at most ten times a second.
        interval: Option<Seconds> [default("2"), local()],
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
        #[required]
        pairing: Pairing,
        /// The page on which an administrator approves it: a URL, or a path where the server does not know its own address.
        pairing_url: String,
    }

    /// One pairing.
    pub struct PairingDetail {
        /// The pairing.
        #[required]
        pairing: Pairing,
    }

    /// Pairings.
    pub struct PairingList {
        /// The pairings.
        #[required]
        pairings: Vec<Pairing>,
    }

    /// An agent's request that a public key be taken as its own.
    pub struct Pairing {
        /// Which pairing: `pair_` and a UUID.
        #[required]
        id: String,
        /// Whose organisation.
        org_id: String,
        /// Which agent asks.
        agent_id: String,
        /// The agent's display name.
        agent_name: Option<String>,
        /// How the agent signs.
        algorithm: String,
        /// Where it is in its life.
        #[required]
        status: PairingStatus,
        /// What `permission_escalation` policies grant the agent once it is approved: `readonly`, `workspace_write`,
        /// `danger`, `prompt` or `allow`.
        permission_level: Option<String>,
        /// Until when it can be approved: ISO-8601, UTC.
        expires_at: Option<String>,
        /// When it was created: ISO-8601, UTC.
        created_at: String,
        /// When it was last changed: ISO-8601, UTC.
        updated_at: String,
    }
}

//! Identities: the public keys against which agents' signatures are checked.

use crate::catalogue::Repeat;
use crate::{operations, record};

operations! { "identities":
    /// Sets the public key of an agent, in place of an earlier one. Needs an API key of the admin role.
    ///
    /// An agent that has no such key asks for it with [`create_pairing`](crate::DashClaw::create_pairing).
    register_identity = Post "/api/identities" => IdentityDetail [
        repeat(Repeat::Idempotent), admin(), positional(&["agent_id", "public_key", "algorithm"]), node(&["..identity"]),
    ]
    RegisterIdentity {
        /// Which agent.
        agent_id: String,
        /// The public key: PEM (SPKI).
        public_key: String,
        /// How the agent signs.
        algorithm: Option<String> [default("\"RSASSA-PKCS1-v1_5\"")],
    }

    /// Lists the agents that have a public key. Needs an API key of the admin role.
    get_identities = Get "/api/identities" => IdentityList [admin()]
    GetIdentities {}

    /// Takes an agent's public key away, and ends its pending pairings. Needs an API key of the admin role.
    ///
    /// An agent without a key is an error of kind `not_found`.
    revoke_identity = Delete "/api/identities/{agent_id}" => RevokedIdentity [admin(), positional(&["agent_id"])]
    RevokeIdentity from agent_id: String {
        /// Which agent.
        agent_id: String,
    }
}

record! {
    /// One identity.
    pub struct IdentityDetail {
        /// The identity.
        #[required]
        identity: AgentIdentity,
    }

    /// Identities.
    pub struct IdentityList {
        /// The identities.
        #[required]
        identities: Vec<AgentIdentity>,
    }

    /// An agent that has a public key. The key itself is not told.
    pub struct AgentIdentity {
        /// Which agent.
        #[required]
        agent_id: String,
        /// How the agent signs.
        algorithm: String,
        /// When it got its first key: ISO-8601, UTC.
        created_at: String,
        /// When it got its last one: ISO-8601, UTC.
        updated_at: String,
    }

    /// A public key that is gone.
    pub struct RevokedIdentity {
        /// Always true.
        #[required]
        deleted: bool,
    }
}

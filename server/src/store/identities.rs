//! Agents' public keys, the pairings that ask for one, and the tokens that were used.

use dashclaw::api::identities::AgentIdentity;
use dashclaw::api::pairings::{Pairing, PairingStatus};

use super::{Identity, Stored};

/// Where identities and pairings are kept.
pub(crate) trait Identities {
    /// Registers the key an agent signs with, in place of an earlier one.
    fn register(&self, org_id: &str, agent_id: &str, identity: Identity) -> Stored<'_, AgentIdentity>;

    /// The agents that have a key, by their ids.
    fn identities(&self, org_id: &str) -> Stored<'_, Vec<AgentIdentity>>;

    /// Takes an agent's key away and ends its pending pairings; false when it has none.
    fn revoke_identity(&self, org_id: &str, agent_id: &str) -> Stored<'_, bool>;

    /// Stores a pairing with the key that it asks for; false when `most` are pending already.
    fn create_pairing(&self, pairing: Pairing, public_key: &str, most: i64) -> Stored<'_, bool>;

    /// Reads a pairing; a pending one whose time is over is expired.
    fn pairing(&self, org_id: &str, id: &str) -> Stored<'_, Option<Pairing>>;

    /// Lists pairings in this state, newest first.
    fn pairings(&self, org_id: &str, status: PairingStatus, limit: i64) -> Stored<'_, Vec<Pairing>>;

    /// Makes the key of a pending pairing its agent's own.
    fn approve_pairing(&self, org_id: &str, id: &str) -> Stored<'_, Approval>;

    /// Notes the use of a token by its digest until `forgotten_ms`; false when it was used before.
    fn use_token(&self, org_id: &str, digest: [u8; 32], forgotten_ms: i64) -> Stored<'_, bool>;
}

/// What became of approving a pairing.
#[derive(Debug)]
pub(crate) enum Approval {
    /// The key is the agent's own.
    Done(AgentIdentity),
    /// It is not pending any more.
    NotPending(PairingStatus),
    /// There is no such pairing.
    NotFound,
}

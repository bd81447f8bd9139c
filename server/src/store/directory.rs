//! Who is who: API keys, signing keys, agents.

use secrecy::SecretString;

use super::Stored;
use crate::keys::{KeyHash, KeyRecord};

/// Where keys and agents are kept.
pub(crate) trait Directory {
    /// Stores an API key's record.
    fn add_key(&self, key: KeyRecord) -> Stored<'_, ()>;

    /// Finds an API key that was not revoked.
    fn key(&self, hash: KeyHash) -> Stored<'_, Option<KeyRecord>>;

    /// Whether there is any API key, revoked or not.
    fn has_keys(&self) -> Stored<'_, bool>;

    /// The private key receipts are signed with, as a JWK. The first one that is offered is kept and answered from then
    /// on.
    fn signing_key(&self, offered: Option<SecretString>) -> Stored<'_, Option<SecretString>>;

    /// Notes that an agent is there.
    fn put_presence(&self, org_id: &str, presence: Presence) -> Stored<'_, ()>;

    /// Registers the key an agent signs its actions with.
    fn put_identity(&self, org_id: &str, agent_id: &str, identity: Identity) -> Stored<'_, ()>;

    /// The key an agent signs its actions with.
    fn identity(&self, org_id: &str, agent_id: &str) -> Stored<'_, Option<Identity>>;
}

/// An agent's sign of life.
#[derive(Clone, Debug)]
pub(crate) struct Presence {
    pub(crate) agent_id: String,
    pub(crate) agent_name: Option<String>,
    pub(crate) status: String,
    pub(crate) current_task_id: Option<String>,
    /// JSON text.
    pub(crate) metadata: Option<String>,
    pub(crate) at: String,
}

/// The key an agent signs its actions with.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    /// PEM.
    pub(crate) public_key: String,
    /// `RSASSA-PKCS1-v1_5` unless registered otherwise.
    pub(crate) algorithm: String,
}

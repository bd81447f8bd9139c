//! Who is who: API keys, signing keys, agents.

use dashclaw::api::orgs::ApiKey;
use secrecy::SecretString;

use super::Stored;
use crate::keys::{KeyHash, KeyRecord};

/// Where keys and agents are kept.
pub(crate) trait Directory {
    /// Stores the records of API keys.
    fn add_keys(&self, keys: Vec<KeyRecord>) -> Stored<'_, ()>;

    /// Finds an API key that was not revoked.
    fn key(&self, hash: KeyHash) -> Stored<'_, Option<KeyRecord>>;

    /// All API keys of an organisation, newest first.
    fn keys(&self, org_id: &str) -> Stored<'_, Vec<ApiKey>>;

    /// Revokes an API key; one that is revoked already stays as it is.
    fn revoke_key(&self, org_id: &str, id: &str, revocation: Revocation) -> Stored<'_, Revoked>;

    /// Notes when an API key was last used.
    fn note_key_use(&self, hash: KeyHash, at: String) -> Stored<'_, ()>;

    /// Whether there is any API key, revoked or not.
    fn has_keys(&self) -> Stored<'_, bool>;

    /// The private key receipts are signed with, as a JWK. The first one that is offered is kept and answered from then
    /// on.
    fn signing_key(&self, offered: Option<SecretString>) -> Stored<'_, Option<SecretString>>;

    /// Whose something is: an agent's id, or nothing when there is no such thing.
    fn agent_of(&self, org_id: &str, owned: Owned, id: &str) -> Stored<'_, Option<String>>;

    /// Notes that an agent is there.
    fn put_presence(&self, org_id: &str, presence: Presence) -> Stored<'_, ()>;

    /// Registers the key an agent signs its actions with.
    fn put_identity(&self, org_id: &str, agent_id: &str, identity: Identity) -> Stored<'_, ()>;

    /// The key an agent signs its actions with.
    fn identity(&self, org_id: &str, agent_id: &str) -> Stored<'_, Option<Identity>>;
}

/// How an API key is revoked.
pub(crate) struct Revocation {
    /// ISO-8601.
    pub(crate) at: String,
    /// Whether it is refused when no other key of the admin role would be left.
    pub(crate) keep_an_admin: bool,
    /// Is told which key it is, before the answer and whether or not anybody waits for that.
    pub(crate) tell: Box<dyn FnOnce(KeyHash) + Send>,
}

/// What became of a revocation.
#[derive(Debug)]
pub(crate) enum Revoked {
    /// The key is of no use now.
    Done(Box<ApiKey>),
    /// There is no such key.
    NotFound,
    /// It is the last key of the admin role.
    LastAdmin,
}

/// A kind of thing that belongs to an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owned {
    Action,
    Loop,
    Assumption,
    Session,
}

impl Owned {
    /// That there is no such thing.
    pub(crate) fn unknown(self) -> &'static str {
        match self {
            Self::Action => "Action not found",
            Self::Loop => "Open loop not found",
            Self::Assumption => "Assumption not found",
            Self::Session => "Session not found",
        }
    }
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

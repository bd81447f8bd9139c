//! API keys: how they are made, stored and told apart.

use dashclaw::api::orgs::ApiKey;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use crate::ids;

/// What a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Everything.
    Admin,
    /// Everything but administration and approvals.
    Member,
    /// Reading.
    Readonly,
}

impl Role {
    const WORDS: [(&'static str, Self); 3] =
        [("admin", Self::Admin), ("member", Self::Member), ("readonly", Self::Readonly)];

    /// The role's word on the wire.
    pub fn as_str(self) -> &'static str {
        Self::WORDS[self as usize].0
    }

    /// Reads the word on the wire.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::WORDS.into_iter().find(|(name, _)| *name == word).map(|(_, role)| role)
    }
}

/// A key's SHA-256, which is all that is stored of it.
pub(crate) type KeyHash = [u8; 32];

/// The hash that a key is known by.
pub(crate) fn hash(key: &str) -> KeyHash {
    Sha256::digest(key).into()
}

/// A person in a session of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SignedIn {
    pub(crate) id: String,
    /// What others see: one key may be several people's.
    pub(crate) name: String,
}

/// Who is calling.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) org_id: String,
    pub(crate) role: Role,
    /// Who is on record for what the caller does; never empty. A key is a principal: its id stands here, and two keys of
    /// one person are two.
    pub(crate) principal: String,
    /// The one agent the key may speak for; any when there is none.
    pub(crate) agent_id: Option<String>,
    /// Whether the key is stored; others end with the process.
    pub(crate) stored: bool,
    /// The session that it calls in; nothing where it brings the key itself.
    pub(crate) session: Option<SignedIn>,
    /// Cancelled when the key is revoked, or the session ended.
    pub(crate) revoked: CancellationToken,
}

impl Caller {
    /// Who people see that it was: the principal, and before it the name of who is signed in.
    pub(crate) fn shown(&self) -> String {
        let principal = &self.principal;
        self.session
            .as_ref()
            .map_or_else(|| principal.clone(), |session| format!("{} ({principal})", session.name))
    }
}

/// A key's record as it is stored.
#[derive(Clone, Debug)]
pub(crate) struct KeyRecord {
    pub(crate) org_id: String,
    pub(crate) hash: KeyHash,
    pub(crate) role: Role,
    /// What is told of it.
    pub(crate) shown: ApiKey,
}

impl KeyRecord {
    /// Who calls with this key.
    pub(crate) fn caller(self, stored: bool) -> Caller {
        let Self { org_id, role, shown, .. } = self;
        let revoked = CancellationToken::new();
        Caller { org_id, role, principal: shown.id, agent_id: shown.agent_id, stored, session: None, revoked }
    }
}

/// An API key that holds once it is [stored](crate::Instance::store_keys). Only here can its text be read.
#[derive(Debug)]
pub struct NewKey {
    pub(crate) text: SecretString,
    pub(crate) record: KeyRecord,
}

impl NewKey {
    /// Makes a key and its record.
    pub(crate) fn make(
        org_id: &str,
        role: Role,
        label: &str,
        agent_id: Option<&str>,
    ) -> Result<Self, getrandom::Error> {
        let text = SecretString::from(ids::api_key()?);
        let key_prefix: String = text.expose_secret().chars().take(16).collect();
        let shown = ApiKey {
            id: ids::key()?,
            prefix: Some(key_prefix.clone()),
            key_prefix,
            label: Some(label.to_owned()),
            role: role.as_str().into(),
            agent_id: agent_id.map(str::to_owned),
            created_at: Some(dashclaw::clock::now_iso()),
            ..ApiKey::default()
        };
        let hash = hash(text.expose_secret());
        Ok(Self { text, record: KeyRecord { org_id: org_id.to_owned(), hash, role, shown } })
    }

    /// The key itself.
    pub fn text(&self) -> &SecretString {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_read_back() {
        for (word, role) in Role::WORDS {
            assert_eq!((role.as_str(), Role::from_word(word)), (word, Some(role)));
        }
        assert_eq!(Role::from_word("root"), None);
    }

    #[test]
    fn a_record_holds_no_key() {
        let made = NewKey::make("org", Role::Member, "ci", None).unwrap();
        let key = made.text.expose_secret();
        assert_eq!(made.record.hash, hash(key));
        assert!(!format!("{made:?}").contains(&key[16..]), "{made:?}");
    }
}

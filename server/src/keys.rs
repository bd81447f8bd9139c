//! API keys: how they are made, stored and told apart.

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

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

/// Who is calling.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) org_id: String,
    pub(crate) role: Role,
    /// Who is on record for what the caller decides; never empty.
    pub(crate) principal: String,
}

/// A key's record as it is stored.
#[derive(Clone, Debug)]
pub(crate) struct KeyRecord {
    pub(crate) id: String,
    pub(crate) org_id: String,
    pub(crate) hash: KeyHash,
    /// The key's first 16 characters, for people.
    pub(crate) prefix: String,
    pub(crate) label: String,
    pub(crate) role: Role,
    pub(crate) created_at: String,
}

/// Makes a key and its record.
pub(crate) fn make(
    org_id: &str,
    role: Role,
    label: &str,
) -> Result<(SecretString, KeyRecord), getrandom::Error> {
    let key = SecretString::from(ids::api_key()?);
    let text = key.expose_secret();
    let record = KeyRecord {
        id: ids::key()?,
        org_id: org_id.to_owned(),
        hash: hash(text),
        prefix: text.chars().take(16).collect(),
        label: label.to_owned(),
        role,
        created_at: dashclaw::clock::now_iso(),
    };
    Ok((key, record))
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
        let (key, record) = make("org", Role::Member, "ci").unwrap();
        let key = key.expose_secret();
        assert_eq!(record.hash, hash(key));
        assert!(!format!("{record:?}").contains(&key[16..]), "{record:?}");
    }
}

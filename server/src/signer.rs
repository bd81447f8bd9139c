//! The key that receipts are signed with, and the keys they are checked with.

use dashclaw::json::Json;
use dashclaw::receipt::{self, Jwks, PublicJwk, SigningKey, Verdict, Violation};
use futures_util::FutureExt;
use secrecy::SecretString;
use serde::Serialize;
use serde_json::Value;

use crate::db::{Db, DbError, DbResult};
use crate::domains::integrity::rows;
use crate::facts::{FactEvidence, FactVerdict};

/// Signs receipts and publishes the keys.
#[derive(Debug)]
pub(crate) struct Signer {
    /// Nothing when the environment names a key that cannot be used: then nothing is signed, rather than with another
    /// key.
    key: Option<SigningKey>,
    published: KeySet,
    jwks: Jwks,
}

/// The published keys, the one that signs first.
#[derive(Debug, Default, Serialize)]
pub(crate) struct KeySet {
    pub(crate) keys: Vec<PublicJwk>,
}

impl Signer {
    /// Takes the key from the environment, else the stored one, else makes and stores one.
    pub(crate) async fn open(db: &Db, environment: Option<&SecretString>) -> DbResult<Self> {
        let offered = match environment {
            Some(_) => None,
            None => SigningKey::generate().ok().map(|key| key.to_private_jwk()),
        };
        let stored = db
            .home()
            .everywhere(offered, |offered, tx| rows::signing_key(tx, offered.as_ref()).boxed())
            .await?;
        let stored = stored.and_then(|jwk| SigningKey::from_private_jwk(&jwk).ok());
        let Some(jwk) = environment else { return Self::new(stored, Vec::new()) };
        let key = SigningKey::from_private_jwk(jwk).inspect_err(
            |error| tracing::error!(%error, "DASHCLAW_SIGNING_KEY_JWK cannot be used; nothing is signed"),
        );
        Self::new(key.ok(), stored.map(|key| key.public_jwk()).into_iter().collect())
    }

    fn new(key: Option<SigningKey>, others: Vec<PublicJwk>) -> DbResult<Self> {
        let mut keys: Vec<PublicJwk> = key.iter().map(SigningKey::public_jwk).collect();
        for other in others {
            if keys.iter().all(|known| known.kid != other.kid) {
                keys.push(other);
            }
        }
        let published = KeySet { keys };
        let text = serde_json::to_vec(&published)?;
        let jwks = Jwks::parse(&text).map_err(|error| DbError::Failed(error.to_string()))?;
        Ok(Self { key, published, jwks })
    }

    /// The published keys.
    pub(crate) fn key_set(&self) -> &KeySet {
        &self.published
    }

    /// The published keys, for checking.
    pub(crate) fn jwks(&self) -> &Jwks {
        &self.jwks
    }

    /// The receipt of a fact check; nothing when it must have none or cannot be signed, and then the verdict stands.
    pub(crate) fn non_fabrication(&self, evidence: &FactEvidence, issued_at: &str) -> Option<Value> {
        let (text, source) = evidence.covered.as_ref()?;
        let source = Json::parse(source.to_string().as_bytes()).ok()?;
        let verdict = match evidence.verdict() {
            FactVerdict::Pass => Verdict::Pass,
            FactVerdict::Block => Verdict::Block,
        };
        let violations: Vec<Violation> = evidence
            .violations
            .iter()
            .map(|found| Violation { code: found.code.as_str().to_owned(), label: found.label.clone() })
            .collect();
        let key = self.key.as_ref()?;
        let receipt = receipt::issue_non_fabrication(verdict, &violations, text, &source, issued_at, key);
        let receipt =
            receipt.inspect_err(|error| tracing::error!(%error, "a receipt was not signed")).ok()?;
        serde_json::from_str(&receipt.to_text()).ok()
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;
    use crate::db::Db;
    use crate::facts::{Deadline, check_content};

    fn evidence() -> FactEvidence {
        let source = serde_json::json!({ "allowedFacts": [], "requiredFacts": [] });
        check_content(&Value::from("nothing to see"), Some(&source), Deadline::default())
    }

    #[tokio::test]
    async fn a_made_key_is_kept() {
        let store = Db::open(None).unwrap();
        let first = Signer::open(&store, None).await.unwrap();
        let again = Signer::open(&store, None).await.unwrap();
        assert_eq!(first.key_set().keys, again.key_set().keys);
        assert!(again.non_fabrication(&evidence(), "2026-06-15T12:00:00.000Z").is_some());
    }

    #[tokio::test]
    async fn a_key_that_cannot_be_used_signs_nothing_rather_than_with_another() {
        let store = Db::open(None).unwrap();
        let stored = Signer::open(&store, None).await.unwrap();
        let broken = SecretString::from("{\"kty\":\"OKP\"}");
        let signer = Signer::open(&store, Some(&broken)).await.unwrap();
        assert!(signer.non_fabrication(&evidence(), "2026-06-15T12:00:00.000Z").is_none());
        // What was signed before can still be checked.
        assert_eq!(signer.key_set().keys, stored.key_set().keys);
    }

    #[tokio::test]
    async fn the_environments_key_comes_first() {
        let store = Db::open(None).unwrap();
        let stored = Signer::open(&store, None).await.unwrap();
        let own = SigningKey::generate().unwrap();
        let jwk = SecretString::from(own.to_private_jwk().expose_secret().to_owned());
        let signer = Signer::open(&store, Some(&jwk)).await.unwrap();
        let kids: Vec<_> = signer.key_set().keys.iter().map(|key| key.kid.clone()).collect();
        assert_eq!(kids, [own.kid().to_owned(), stored.key_set().keys[0].kid.clone()]);
        let receipt = signer.non_fabrication(&evidence(), "2026-06-15T12:00:00.000Z").unwrap();
        assert_eq!(receipt["signature"]["kid"], own.kid());
    }
}

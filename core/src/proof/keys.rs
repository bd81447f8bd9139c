//! The server's published keys, and checking receipts with them.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use http::header::CACHE_CONTROL;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::deadline::{self, after, later};
use crate::proof::receipt::{Jwks, Reason, Verification, verify_receipt};
use crate::{CallOptions, DashClaw, Error, ErrorKind, Result};

/// The longest that keys are kept, whatever the server allows: a key that was withdrawn is not believed for ever.
const KEPT_AT_MOST: Duration = Duration::from_secs(24 * 60 * 60);
/// The least time between a fetch that did not bring the key a receipt names and the next one for such a key. Anybody can
/// make receipts up; they must not make us ask.
const MIN_GAP: Duration = Duration::from_secs(30);

/// The keys as they were last fetched.
#[derive(Debug, Default)]
pub(crate) struct KeyCache(Mutex<Keys>);

#[derive(Debug, Default)]
struct Keys {
    cached: Option<Cached>,
    /// The last search for a key that was in vain.
    missed: Option<Missed>,
}

#[derive(Debug)]
struct Cached {
    keys: Arc<Jwks>,
    fetched: Instant,
    /// Until when the server allows them to be used without asking.
    until: Instant,
}

#[derive(Debug)]
struct Missed {
    /// Until when nobody searches again.
    until: Instant,
    /// Why the keys could not be fetched, if that was it.
    error: Option<Error>,
}

impl DashClaw {
    /// The server's published keys, kept as long as the server allows (`Cache-Control: max-age`).
    pub async fn jwks(&self) -> Result<Arc<Jwks>> {
        let asked = Instant::now();
        let mut keys = self.key_cache().0.lock().await;
        match &keys.cached {
            // What was fetched while this one waited is as fresh as what it would fetch.
            Some(cached) if asked < cached.until || asked <= cached.fetched => Ok(Arc::clone(&cached.keys)),
            _ => self.fetch_keys(&mut keys).await,
        }
    }

    /// Checks a receipt with the server's published keys; see [`verify_receipt`](crate::proof::receipt::verify_receipt) for the
    /// check itself, which needs no server. A `kid` that is not known makes it fetch the keys once more, unless it did so
    /// in the last 30 seconds and in vain.
    ///
    /// # Errors
    /// Only when the keys cannot be fetched. A receipt that is not valid is an answer.
    pub async fn verify_receipt(&self, document: &[u8]) -> Result<Verification> {
        let asked = Instant::now();
        if let Some(known) = self.key_cache().unless_searched(document, asked).await {
            return known;
        }
        let verification = verify_receipt(document, &*self.jwks().await?);
        if is_unknown_key(&verification) { self.search(document, asked).await } else { Ok(verification) }
    }

    /// Fetches the keys once more, for a receipt that names an unknown one. One at a time: whoever waited meanwhile sees
    /// what the one before has brought.
    async fn search(&self, document: &[u8], asked: Instant) -> Result<Verification> {
        let mut keys = self.key_cache().0.lock().await;
        let fetched = match &keys.cached {
            Some(cached) if cached.fetched >= asked => Ok(Arc::clone(&cached.keys)),
            _ => self.fetch_keys(&mut keys).await,
        };
        let verification = fetched.map(|fetched| verify_receipt(document, &fetched));
        if verification.as_ref().map_or(true, is_unknown_key) {
            keys.missed = Some(Missed { until: after(MIN_GAP), error: verification.as_ref().err().cloned() });
        }
        verification
    }

    /// Checks a receipt as [`verify_receipt`](Self::verify_receipt) does, and makes one that is not valid an error.
    pub async fn require_valid_receipt(&self, document: &[u8]) -> Result<Verification> {
        let verification = self.verify_receipt(document).await?;
        match verification.reason {
            None => Ok(verification),
            Some(reason) => {
                Err(Error::new(ErrorKind::ReceiptInvalid, format!("the receipt is not valid: {reason}"))
                    .with(|fields| fields.details = serde_json::to_value(reason).ok()))
            }
        }
    }

    async fn fetch_keys(&self, kept: &mut Keys) -> Result<Arc<Jwks>> {
        let fetched = Instant::now();
        let response = self.call("get_jwks", b"{}", &CallOptions::default()).await?;
        let keys = Jwks::parse(&response.body).map_err(|error| {
            Error::new(ErrorKind::MalformedResponse, format!("the server publishes no keys: {error}"))
        })?;
        let keys = Arc::new(keys);
        // Keys that must not be kept still tell, for a short time, which keys there are not.
        let until = later(fetched, max_age(&response.headers).unwrap_or_default());
        kept.cached = Some(Cached { keys: Arc::clone(&keys), fetched, until });
        Ok(keys)
    }
}

impl KeyCache {
    /// The answer to a receipt that names a key which is not known, while a search for such a key was in vain only now.
    async fn unless_searched(&self, document: &[u8], asked: Instant) -> Option<Result<Verification>> {
        let (known, error) = {
            let keys = self.0.lock().await;
            let missed = keys.missed.as_ref().filter(|missed| asked < missed.until)?;
            (Arc::clone(&keys.cached.as_ref()?.keys), missed.error.clone())
        };
        let verification = verify_receipt(document, &known);
        is_unknown_key(&verification).then(|| error.map_or(Ok(verification), Err))
    }
}

fn is_unknown_key(verification: &Verification) -> bool {
    matches!(verification.reason, Some(Reason::UnknownKey | Reason::NoKeys))
}

/// How long a response may be kept; nothing when it must not be.
fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let age = deadline::max_age(headers.get(CACHE_CONTROL)?.to_str().ok()?)?;
    Some(age.min(KEPT_AT_MOST))
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;
    use serde_json::{Value, json};

    use super::*;
    use crate::client::stub::Stub;

    #[test]
    fn keys_are_kept_as_long_as_the_server_allows() {
        let with = |value: &str| max_age(&HeaderMap::from_iter([(CACHE_CONTROL, value.parse().unwrap())]));
        assert_eq!(with("public, max-age=300"), Some(Duration::from_secs(300)));
        assert_eq!(with("no-store"), None);
        assert_eq!(with("no-store, max-age=300"), None);
        assert_eq!(with("max-age=18446744073709551615"), Some(KEPT_AT_MOST));
        assert_eq!(with(&format!("max-age={}", "9".repeat(100))), Some(KEPT_AT_MOST));
        assert_eq!(with("max-age=-1"), None);
        assert_eq!(max_age(&HeaderMap::new()), None);
    }

    const JWKS: &str = "GET /api/integrity/jwks";

    /// A receipt that names a key.
    fn receipt() -> Vec<u8> {
        let vectors: Value =
            serde_json::from_str(include_str!("../../../tests/vectors/issued.json")).unwrap();
        vectors["receipts"][0]["expected"]["receipt"].to_string().into_bytes()
    }

    #[tokio::test(start_paused = true)]
    async fn receipts_with_unknown_keys_make_it_ask_once_in_a_while() {
        let stub = Stub::new(&[(JWKS, 200, json!({"keys": []}))]);
        let (client, receipt) = (stub.client(), receipt());
        for round in 1..=3 {
            let answers = join_all((0..40).map(|_| client.verify_receipt(&receipt))).await;
            assert!(answers.into_iter().all(|answer| answer.unwrap().reason == Some(Reason::NoKeys)));
            tokio::time::advance(MIN_GAP / 2).await;
            assert!(!client.verify_receipt(&receipt).await.unwrap().valid);
            assert_eq!(stub.targets().len(), round);
            tokio::time::advance(MIN_GAP / 2).await;
        }
    }
}

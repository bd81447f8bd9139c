//! The server's published keys, and checking receipts with them.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use http::header::CACHE_CONTROL;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::receipt::{Jwks, Reason, Verification, verify_receipt};
use crate::{CallOptions, DashClaw, Error, ErrorKind, Result};

/// The keys as they were last fetched.
#[derive(Debug, Default)]
pub(crate) struct KeyCache(Mutex<Option<Cached>>);

#[derive(Debug)]
struct Cached {
    keys: Arc<Jwks>,
    fetched: Instant,
    until: Instant,
}

impl DashClaw {
    /// The server's published keys, kept as long as the server allows (`Cache-Control: max-age`).
    pub async fn jwks(&self) -> Result<Arc<Jwks>> {
        let mut cache = self.key_cache().0.lock().await;
        match &*cache {
            Some(cached) if Instant::now() < cached.until => Ok(Arc::clone(&cached.keys)),
            _ => self.fetch_keys(&mut cache).await,
        }
    }

    /// Checks a receipt with the server's published keys; see [`verify_receipt`](crate::receipt::verify_receipt) for the
    /// check itself, which needs no server. A `kid` that is not known makes it fetch the keys once more.
    ///
    /// # Errors
    /// Only when the keys cannot be fetched. A receipt that is not valid is an answer.
    pub async fn verify_receipt(&self, document: &[u8]) -> Result<Verification> {
        let asked = Instant::now();
        let verification = verify_receipt(document, &*self.jwks().await?);
        if !matches!(verification.reason, Some(Reason::UnknownKey | Reason::NoKeys)) {
            return Ok(verification);
        }
        let mut cache = self.key_cache().0.lock().await;
        if cache.as_ref().is_none_or(|cached| cached.fetched >= asked) {
            return Ok(verification);
        }
        Ok(verify_receipt(document, &*self.fetch_keys(&mut cache).await?))
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

    async fn fetch_keys(&self, cache: &mut Option<Cached>) -> Result<Arc<Jwks>> {
        let fetched = Instant::now();
        let response = self.call("get_jwks", b"{}", &CallOptions::default()).await?;
        let keys = Jwks::parse(&response.body).map_err(|error| {
            Error::new(ErrorKind::MalformedResponse, format!("the server publishes no keys: {error}"))
        })?;
        let keys = Arc::new(keys);
        *cache = max_age(&response.headers).map(|age| Cached {
            keys: Arc::clone(&keys),
            fetched,
            until: fetched + age,
        });
        Ok(keys)
    }
}

/// How long a response may be kept; nothing when it must not be.
fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let directives = headers.get(CACHE_CONTROL)?.to_str().ok()?;
    if directives.split(',').any(|directive| matches!(directive.trim(), "no-store" | "no-cache")) {
        return None;
    }
    let seconds = directives.split(',').find_map(|directive| directive.trim().strip_prefix("max-age="))?;
    seconds.parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_kept_as_long_as_the_server_allows() {
        let with = |value: &str| max_age(&HeaderMap::from_iter([(CACHE_CONTROL, value.parse().unwrap())]));
        assert_eq!(with("public, max-age=300"), Some(Duration::from_secs(300)));
        assert_eq!(with("no-store"), None);
        assert_eq!(with("no-store, max-age=300"), None);
        assert_eq!(max_age(&HeaderMap::new()), None);
    }
}

//! Which issuers are trusted, where their keys come from, and what a token of theirs is worth.

use futures_util::FutureExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dashclaw::clock;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tokio::sync::Mutex;

use super::cache::{Cached, Plan};
use super::claims::{self, Claims};
use super::keys::KeySet;
use super::token::Token;
use super::{Identity, Replay, Status};
use crate::app::App;
use crate::domains::identities;
use crate::ids::hex;

/// How long a fetch of keys may take.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Whose tokens say who an agent is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenTrust {
    /// The issuers that are trusted (`DASHCLAW_ALLOWED_ISSUER`, separated by commas). Their keys are fetched from
    /// `/.well-known/jwks.json` below each, over https; of any other issuer nothing is ever fetched.
    pub issuers: Vec<String>,
    /// A file with the keys of all issuers (`DASHCLAW_JWKS_FILE`), instead of fetching them. Without `issuers` any issuer is
    /// trusted whose key is in it.
    pub jwks_file: Option<PathBuf>,
    /// Whom a token must be for (`DASHCLAW_JWT_AUDIENCE`); whoever it is for unless given.
    pub audience: Option<String>,
    /// Whether a token with a `jti` may be used again (`DASHCLAW_JWT_REUSE`).
    pub reuse: bool,
}

/// Checks tokens. It keeps the keys of those who issue them.
#[derive(Debug)]
pub(crate) struct Verifier {
    trust: TokenTrust,
    /// The issuers in the order of `trust`, or one for the file. A fetch holds the lock, so that many tokens cause one.
    caches: Vec<Mutex<Cached>>,
}

impl Verifier {
    pub(crate) fn new(trust: TokenTrust) -> Self {
        let sources = if trust.jwks_file.is_some() { 1 } else { trust.issuers.len() };
        Self { trust, caches: (0..sources).map(|_| Mutex::default()).collect() }
    }

    /// What a token says. Whether it was used before is found out when it is [used](note_use).
    pub(super) async fn resolve(&self, app: &App, token: &str) -> Identity {
        let claims = match self.verify(app, token).await {
            Ok(claims) => claims,
            Err(Status::ExpTooFar) => {
                return Identity {
                    replay: Replay::ExpTooFar,
                    block: Some("The agent's token is valid for longer than 24 hours".to_owned()),
                    ..Identity::of(Status::ExpTooFar)
                };
            }
            Err(status) => return Identity::of(status),
        };
        let Verified { claims, issuer } = claims;
        let unused = self.single_use(&issuer, &claims);
        let replay = match &claims.jti {
            None => Replay::NotPresent,
            Some(_) if unused.is_none() => Replay::Disabled,
            Some(_) => Replay::Unique,
        };
        let Claims { agent_id, agent_name, jti, .. } = claims;
        let (status, block) = (Status::Verified, None);
        Identity { agent_id: Some(agent_id), agent_name, status, replay, jti, block, unused }
    }

    async fn verify(&self, app: &App, text: &str) -> Result<Verified, Status> {
        let token = Token::parse(text).ok_or(Status::Failed)?;
        let issuer = token.claims.get("iss").and_then(Value::as_str).unwrap_or_default().to_owned();
        let source = self.source(&issuer).ok_or(Status::UnknownIssuer)?;
        let keys = self.keys(app, source, &token).await.ok_or(Status::Failed)?;
        if !keys.verifies(&token) {
            return Err(Status::Failed);
        }
        let claims = claims::read(&token.claims, self.trust.audience.as_deref(), clock::unix_millis())?;
        Ok(Verified { claims, issuer })
    }

    /// Where the keys of this issuer are kept; nothing when it is not trusted.
    fn source(&self, issuer: &str) -> Option<usize> {
        let listed = self.trust.issuers.iter().position(|known| known == issuer);
        match &self.trust.jwks_file {
            Some(_) => (listed.is_some() || self.trust.issuers.is_empty()).then_some(0),
            None => listed,
        }
    }

    async fn keys(&self, app: &App, source: usize, token: &Token<'_>) -> Option<Arc<KeySet>> {
        let mut cached = self.caches.get(source)?.lock().await;
        match cached.plan(Instant::now(), |keys| keys.fits(token)) {
            Plan::Use(keys) => Some(keys),
            Plan::Nothing => None,
            Plan::Fetch => {
                let found = tokio::time::timeout(TIMEOUT, self.fetch(app, source)).await;
                let found = found.unwrap_or_else(|_| Err("no answer in time".to_owned()));
                let keys = found.and_then(|bytes| KeySet::parse(&bytes).ok_or("it is no key set".to_owned()));
                let keys =
                    keys.inspect_err(|why| tracing::warn!(why, "the keys of an issuer cannot be read")).ok();
                cached.fetched(Instant::now(), keys);
                cached.usable(Instant::now())
            }
        }
    }

    async fn fetch(&self, app: &App, source: usize) -> Result<Vec<u8>, String> {
        if let Some(file) = self.trust.jwks_file.clone() {
            let read = tokio::task::spawn_blocking(move || std::fs::read(file)).await;
            return read.map_err(|error| error.to_string())?.map_err(|error| error.to_string());
        }
        let issuer = self.trust.issuers.get(source).ok_or("there is no such issuer")?;
        let address = format!("{}/.well-known/jwks.json", issuer.trim_end_matches('/'));
        let address = address.parse().map_err(|_| "the issuer is no URL".to_owned())?;
        let client = app.webhooks().ok_or("no server can be asked")?;
        client.get(address).await
    }

    /// What a use of the token is noted by, where it may be used once.
    fn single_use(&self, issuer: &str, claims: &Claims) -> Option<Use> {
        let jti = claims.jti.as_ref().filter(|_| !self.trust.reuse)?;
        // An issuer's ids are its own: two issuers may give the same one. A digest keeps the row small.
        let mut digest = Sha256::new();
        digest.update(u64::try_from(issuer.len()).unwrap_or(u64::MAX).to_be_bytes());
        digest.update(issuer);
        digest.update(jti);
        Some(Use { digest: digest.finalize().into(), forgotten_ms: claims.forgotten_ms })
    }
}

/// A use of a token that may be used once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Use {
    digest: [u8; 32],
    /// When the token has expired for good, and its use need not be remembered, unix milliseconds.
    forgotten_ms: i64,
}

/// Notes the use of a token, unless it was noted before.
pub(super) async fn note_use(app: &App, org_id: &str, single: Use) -> Replay {
    let keys = [format!("token {}", hex(&single.digest))];
    let used = app.db.write_beside(org_id, &keys, single, |single, tx| {
        identities::rows::use_token(tx, &single.digest, single.forgotten_ms).boxed()
    });
    match used.await {
        Ok(true) => Replay::Unique,
        Ok(false) => Replay::Replayed,
        Err(error) => {
            tracing::error!(%error, "whether a token was used before cannot be found out");
            Replay::Unavailable
        }
    }
}

/// A token that is genuine and valid.
struct Verified {
    claims: Claims,
    issuer: String,
}

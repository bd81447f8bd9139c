//! What this process alone knows of people who sign in at the page: links that are good once, failed attempts, and which
//! sessions have something open.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use secrecy::{ExposeSecret, SecretString};
use tokio_util::sync::CancellationToken;

use crate::ids;
use crate::keys::{self, Caller, KeyHash, SignedIn};

/// How long a link is good.
const LINK_LIFE: Duration = Duration::from_secs(120);
/// How many links may wait to be followed.
const MAX_LINKS: usize = 64;
/// How often an address may fail in a window.
const MAX_FAILURES: u32 = 10;
const WINDOW: Duration = Duration::from_secs(60);
/// How many addresses are told apart; the rest share a count.
const MAX_ADDRESSES: usize = 10_000;

/// Everything of it.
#[derive(Debug, Default)]
pub(crate) struct SignIns {
    links: Mutex<Vec<Link>>,
    failures: Mutex<BTreeMap<Option<IpAddr>, (Instant, u32)>>,
    open: Mutex<BTreeMap<String, CancellationToken>>,
}

#[derive(Debug)]
struct Link {
    token: KeyHash,
    /// The key that it signs in with.
    key: KeyHash,
    made: Instant,
}

impl SignIns {
    /// Makes the token of a link that signs in once, with the key that has this hash.
    pub(crate) fn token(&self, key: KeyHash) -> Result<SecretString, getrandom::Error> {
        let text = SecretString::from(ids::secret()?);
        let mut links = lock(&self.links);
        links.retain(|link| link.made.elapsed() < LINK_LIFE);
        if links.len() == MAX_LINKS {
            links.remove(0);
        }
        links.push(Link { token: keys::hash(text.expose_secret()), key, made: Instant::now() });
        Ok(text)
    }

    /// The key that a token signs in with; from now on it is good for nothing.
    pub(crate) fn redeem(&self, token: &str) -> Option<KeyHash> {
        let hash = keys::hash(token);
        let mut links = lock(&self.links);
        let at = links.iter().position(|link| link.token == hash)?;
        let link = links.remove(at);
        (link.made.elapsed() < LINK_LIFE).then_some(link.key)
    }

    /// Whether this address has failed so often that it must wait.
    pub(crate) fn must_wait(&self, client: Option<IpAddr>) -> bool {
        let failures = lock(&self.failures);
        failures.get(&client).is_some_and(|(began, count)| *count >= MAX_FAILURES && began.elapsed() < WINDOW)
    }

    /// Notes that an attempt from this address failed.
    pub(crate) fn failed(&self, client: Option<IpAddr>) {
        let mut failures = lock(&self.failures);
        if failures.len() >= MAX_ADDRESSES {
            failures.retain(|_, (began, _)| began.elapsed() < WINDOW);
        }
        let client =
            if failures.len() < MAX_ADDRESSES || failures.contains_key(&client) { client } else { None };
        let (began, count) = failures.entry(client).or_insert_with(|| (Instant::now(), 0));
        if began.elapsed() >= WINDOW {
            (*began, *count) = (Instant::now(), 0);
        }
        *count += 1;
    }

    /// Who calls in a session that was opened with this holder's key.
    pub(crate) fn caller(&self, holder: &Caller, session: SignedIn) -> Caller {
        let mut open = lock(&self.open);
        open.retain(|_, token| !token.is_cancelled());
        let token = open.entry(session.id.clone()).or_insert_with(|| holder.revoked.child_token());
        Caller { session: Some(session), revoked: token.clone(), ..holder.clone() }
    }

    /// Ends what a session has open in this process.
    pub(crate) fn end(&self, session_id: &str) {
        if let Some(token) = lock(&self.open).remove(session_id) {
            token.cancel();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_good_once() {
        let sign_ins = SignIns::default();
        let token = sign_ins.token([7; 32]).unwrap();
        assert_eq!(sign_ins.redeem("another"), None);
        assert_eq!(sign_ins.redeem(token.expose_secret()), Some([7; 32]));
        assert_eq!(sign_ins.redeem(token.expose_secret()), None);
    }

    #[test]
    fn who_fails_too_often_must_wait_and_others_need_not() {
        let sign_ins = SignIns::default();
        let (one, other) = (Some(IpAddr::from([10, 0, 0, 1])), Some(IpAddr::from([10, 0, 0, 2])));
        for _ in 0..MAX_FAILURES {
            assert!(!sign_ins.must_wait(one));
            sign_ins.failed(one);
        }
        assert!(sign_ins.must_wait(one) && !sign_ins.must_wait(other));
    }
}

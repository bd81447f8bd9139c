//! A write that waits: what it does, what it needs for itself, and who is to be told.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sha2::{Digest, Sha256};
use tokio::sync::oneshot;

use crate::db::{DbError, Tx, Work};

/// How often a write is begun before it is given up: each time another transaction was in the way.
const TRIES: u8 = 20;

/// What a write needs for itself while it lasts, on all hosts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Locks {
    /// The organisation; empty for what belongs to none.
    pub(super) org: String,
    /// The keys that it decides on, hashed; nothing when it decides on all of the organisation.
    pub(super) keys: Option<Vec<i64>>,
}

impl Locks {
    pub(super) fn new(org_id: Option<&str>, keys: Option<&[String]>) -> Self {
        let org = org_id.unwrap_or_default().to_owned();
        let keys = keys.map(|keys| {
            let mut keys: Vec<i64> = keys.iter().map(|key| number(&[&org, key])).collect();
            // One order for all, so that no two wait for each other.
            keys.sort_unstable();
            keys.dedup();
            keys
        });
        Self { org, keys }
    }

    /// Takes the organisation until the transaction ends, however long that takes. Who needs all of it waits for everybody who
    /// writes in it, and they for him; a transaction takes organisations in their order, so nobody waits for ever.
    pub(super) fn take_org(&self) -> String {
        let org = number(&[&self.org]);
        let shared = if self.keys.is_some() { "_shared" } else { "" };
        format!("SET LOCAL lock_timeout = 0; SELECT pg_advisory_xact_lock{shared}({org}); {SOON}; ")
    }

    /// Takes the keys until the transaction, or the savepoint in it that this follows, ends.
    pub(super) fn take_keys(&self) -> String {
        let keys = self.keys.iter().flatten();
        keys.fold(String::new(), |sql, key| format!("{sql}; SELECT pg_advisory_xact_lock({key})"))
    }
}

/// A write waits only a moment for what another host holds: its whole batch waits with it.
const SOON: &str = "SET LOCAL lock_timeout = '100ms'";

/// A lock's number in PostgreSQL. The same words have the same number on every host and in every version.
fn number(words: &[&str]) -> i64 {
    let mut hash = Sha256::new_with_prefix("dashclaw");
    for word in words {
        hash.update(u64::try_from(word.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(word);
    }
    let digest: [u8; 32] = hash.finalize().into();
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    i64::from_be_bytes(first)
}

/// A write, whatever it answers.
pub(super) trait Job: Send {
    fn locks(&self) -> &Locks;
    /// Does it, and says whether it wants it kept.
    fn run<'a>(&'a mut self, tx: &'a Tx<'_>) -> BoxFuture<'a, bool>;
    /// What it answered does not hold: a statement of it had failed.
    fn failed(&mut self, why: DbError);
    /// Whether it may be begun once more.
    fn again(&mut self) -> bool;
    /// Tells whoever asked, once and for all; `batch` is why nothing of it was kept, if so.
    fn answer(self: Box<Self>, batch: Option<DbError>);
}

pub(super) struct Typed<D, T, E, W> {
    locks: Locks,
    given: D,
    work: W,
    tries: u8,
    result: Option<Result<T, E>>,
    answer: oneshot::Sender<Result<T, E>>,
}

impl<D, T, E, W> Typed<D, T, E, W> {
    pub(super) fn new(locks: Locks, given: D, work: W) -> (Self, oneshot::Receiver<Result<T, E>>) {
        let (answer, answered) = oneshot::channel();
        (Self { locks, given, work, tries: 0, result: None, answer }, answered)
    }
}

impl<D, T, E, W> Job for Typed<D, T, E, W>
where
    D: Send + Sync,
    T: Send,
    E: From<DbError> + Send,
    W: for<'a> Fn(&'a D, &'a Tx<'_>) -> Work<'a, T, E> + Send,
{
    fn locks(&self) -> &Locks {
        &self.locks
    }

    fn run<'a>(&'a mut self, tx: &'a Tx<'_>) -> BoxFuture<'a, bool> {
        // Of a panic nothing is kept, and the others of the batch are not harmed.
        let work = AssertUnwindSafe((self.work)(&self.given, tx)).catch_unwind();
        let result = &mut self.result;
        Box::pin(async move {
            let answer = work
                .await
                .unwrap_or_else(|_| Err(DbError::Failed("work in a transaction panicked".to_owned()).into()));
            let kept = answer.is_ok();
            *result = Some(answer);
            kept
        })
    }

    fn failed(&mut self, why: DbError) {
        self.result = Some(Err(why.into()));
    }

    fn again(&mut self) -> bool {
        self.tries += 1;
        self.tries < TRIES
    }

    fn answer(self: Box<Self>, batch: Option<DbError>) {
        let result = match batch {
            Some(why) => Err(why.into()),
            None => self.result.unwrap_or_else(|| Err(DbError::Closed.into())),
        };
        // A caller that has gone away needs no answer.
        let _ = self.answer.send(result);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyed(org: &str, keys: &[&str]) -> Locks {
        let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        Locks::new(Some(org), Some(&keys))
    }

    #[test]
    fn the_same_words_are_the_same_lock_and_others_are_not() {
        assert_eq!(keyed("o", &["b", "a", "a"]), keyed("o", &["a", "b"]));
        assert_ne!(keyed("o", &["a"]).keys, keyed("p", &["a"]).keys);
        assert_ne!(number(&["o", "a"]), number(&["oa"]));
        // Hosts of different versions must agree on it.
        assert_eq!(
            (number(&["org_default"]), number(&["o", "a"])),
            (3_584_052_011_902_432_929, 7_494_735_599_680_745_583)
        );
    }

    #[test]
    fn who_needs_everything_shares_it_with_nobody() {
        let (all, one) = (Locks::new(Some("o"), None), keyed("o", &["a"]));
        assert!(!all.take_org().contains("shared") && all.take_keys().is_empty());
        assert!(
            one.take_org().contains("pg_advisory_xact_lock_shared(") && !one.take_keys().contains("shared")
        );
    }
}

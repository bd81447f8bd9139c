//! Who holds which key, kept in memory, and never for longer than the key holds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use dashclaw::clock;
use futures_util::FutureExt;

use crate::db::{Db, DbResult};
use crate::domains::keys;
use crate::keys::{Caller, KeyHash};

/// How exactly the storage knows when a key was last used, in milliseconds: a write for each request would cost more than
/// most requests.
const NOTED_EVERY: u64 = 60_000;

/// All callers that were asked for. It is shared with the write that revokes a key.
#[derive(Clone, Debug, Default)]
pub(crate) struct Callers(Arc<RwLock<Known>>);

#[derive(Debug, Default)]
struct Known {
    holders: BTreeMap<KeyHash, Holder>,
    /// Every key that was revoked while this process runs. Nothing leaves it: a lookup that read the key before it was
    /// revoked may end at any time later.
    revoked: BTreeSet<KeyHash>,
    /// Counts how often keys were looked at again, so that a lookup which began before is not kept after it.
    rechecked: u64,
}

#[derive(Debug)]
struct Holder {
    caller: Arc<Caller>,
    /// When the key was last used, in Unix milliseconds; 0 before its first use.
    used: AtomicI64,
    /// The time of use that was last written down.
    noted: AtomicI64,
}

impl Holder {
    fn new(caller: Arc<Caller>) -> Self {
        Self { caller, used: AtomicI64::new(0), noted: AtomicI64::new(0) }
    }
}

impl Callers {
    /// Admits a key that is not stored, until the process ends.
    pub(crate) fn admit(&self, hash: KeyHash, caller: Caller) {
        self.write(|known| known.holders.insert(hash, Holder::new(Arc::new(caller))));
    }

    /// Who holds the key with this hash.
    pub(crate) async fn get(&self, db: &Db, hash: KeyHash) -> DbResult<Option<Arc<Caller>>> {
        loop {
            if let Some(caller) = self.known(db, hash) {
                return Ok(Some(caller));
            }
            let before = self.rechecked();
            let Some(record) = keys::cases::in_force(db, hash).await? else { return Ok(None) };
            let holder = Holder::new(Arc::new(record.caller(true)));
            let kept = self.write(|known| {
                let kept = known.rechecked == before;
                if kept && !known.revoked.contains(&hash) {
                    known.holders.entry(hash).or_insert(holder);
                }
                kept
            });
            if kept {
                return Ok(self.known(db, hash));
            }
        }
    }

    fn rechecked(&self) -> u64 {
        self.0.read().unwrap_or_else(PoisonError::into_inner).rechecked
    }

    /// Refuses a key from now on and ends what its holder has open. It is called inside the write that revokes the key, so
    /// that it happens before anybody hears of it, and though the one who asked has gone. Should the write fail after that,
    /// the key is refused until the next start, and who asked is told that it failed.
    pub(crate) fn revoke(&self, hash: KeyHash) {
        let holder = self.write(|known| {
            known.revoked.insert(hash);
            known.holders.remove(&hash)
        });
        if let Some(holder) = holder {
            holder.caller.revoked.cancel();
        }
    }

    /// The organisations of the stored keys in memory.
    #[cfg(feature = "postgres")]
    pub(crate) fn orgs(&self) -> BTreeSet<String> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let stored = known.holders.values().filter(|holder| holder.caller.stored);
        stored.map(|holder| holder.caller.org_id.clone()).collect()
    }

    /// Refuses the keys of an organisation that were revoked elsewhere.
    #[cfg(feature = "postgres")]
    pub(crate) async fn recheck(&self, db: &Db, org_id: &str) -> DbResult<()> {
        let stored: Vec<KeyHash> = self.write(|known| {
            known.rechecked += 1;
            let of_org = |caller: &Caller| caller.stored && caller.org_id == org_id;
            let held = known.holders.iter().filter(|(_, holder)| of_org(&holder.caller));
            held.map(|(hash, _)| *hash).collect()
        });
        for hash in stored {
            if keys::cases::in_force(db, hash).await?.is_none() {
                self.revoke(hash);
            }
        }
        Ok(())
    }

    /// Whether a key was found to be valid since the start; nothing is looked up.
    pub(crate) fn has_seen(&self, hash: KeyHash) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).holders.contains_key(&hash)
    }

    /// When keys were last used, by their ids; those that were used while this process runs.
    pub(crate) fn last_used(&self) -> BTreeMap<String, i64> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let used = known
            .holders
            .values()
            .map(|holder| (holder.caller.principal.clone(), holder.used.load(Ordering::Relaxed)));
        used.filter(|(_, at)| *at > 0).collect()
    }

    fn known(&self, db: &Db, hash: KeyHash) -> Option<Arc<Caller>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let holder = known.holders.get(&hash)?;
        let now = clock::unix_millis();
        holder.used.store(now, Ordering::Relaxed);
        if holder.caller.stored && now.abs_diff(holder.noted.load(Ordering::Relaxed)) >= NOTED_EVERY {
            holder.noted.store(now, Ordering::Relaxed);
            // It is in the queue after the first poll. Nobody waits for it, and nothing is lost but a time.
            let caller = &holder.caller;
            let noted = keys::cases::note_use(db, &caller.org_id, caller.principal.clone(), clock::iso(now));
            let _ = noted.now_or_never();
        }
        Some(Arc::clone(&holder.caller))
    }

    fn write<T>(&self, change: impl FnOnce(&mut Known) -> T) -> T {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner))
    }
}

//! What this process has in memory follows what other hosts do, and its listeners hear of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::app::App;
use crate::db::{Follow, Followed, Head};

/// Takes up what other hosts do, from now on.
pub(crate) fn follow(app: &Arc<App>) {
    let follower: Arc<dyn Follow> = Arc::new(Follower { app: Arc::downgrade(app), seen: Mutex::default() });
    app.db.follow(&follower);
}

/// The database has it, and does not keep the app.
struct Follower {
    app: Weak<App>,
    /// The versions that were seen last.
    seen: Mutex<BTreeMap<String, i64>>,
}

impl Follow for Follower {
    fn followed(&self) -> Vec<Followed> {
        let Some(app) = self.app.upgrade() else { return Vec::new() };
        let listened: BTreeSet<String> = app.hub.listened().into_iter().collect();
        let known: BTreeSet<String> = app.orgs.known().into_iter().chain(app.callers.orgs()).collect();
        let known = known.difference(&listened).map(|org_id| (org_id.clone(), false)).collect::<Vec<_>>();
        let all = listened.into_iter().map(|org_id| (org_id, true)).chain(known);
        all.map(|(org_id, listening)| Followed { org_id, listening }).collect()
    }

    fn see(&self, head: &Head) -> Option<i64> {
        let app = self.app.upgrade()?;
        app.orgs.see(&head.org_id, head.version);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.insert(head.org_id.clone(), head.version) != Some(head.version) {
            let (app, org_id) = (Arc::clone(&app), head.org_id.clone());
            tokio::spawn(async move {
                if let Err(error) = app.callers.recheck(&app.db, &org_id).await {
                    tracing::warn!(%error, "whether keys were revoked elsewhere could not be read");
                }
            });
        }
        app.hub.see(head)
    }
}

//! How many event streams are open, and no more than a server can bear.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::serve::bearable;

/// How many streams one API key may hold open. An agent may hold one for each approval that it waits for.
pub(crate) const MAX_PER_KEY: usize = 256;
/// How many streams there may be in all, where there may be twice as many connections.
const MAX_IN_ALL: usize = 2048;

/// Counts the open streams by the organisation and the principal that holds them.
#[derive(Debug)]
pub(crate) struct Listeners {
    /// How many there may be in all.
    most: usize,
    open: Mutex<BTreeMap<(String, String), usize>>,
}

/// One open stream; dropping it makes room for another.
#[derive(Debug)]
pub(crate) struct Place {
    listeners: Arc<Listeners>,
    holder: (String, String),
}

impl Default for Listeners {
    fn default() -> Self {
        // The other half of the connections is for requests that end.
        Self { most: (bearable() / 2).min(MAX_IN_ALL), open: Mutex::default() }
    }
}

impl Listeners {
    /// How many streams are open.
    pub(crate) fn count(&self) -> usize {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).values().sum()
    }

    /// Takes a place for a stream; nothing when there is none. The last quarter of the places is for organisations that hold
    /// less than a quarter, so that none can take all.
    pub(crate) fn take(self: &Arc<Self>, org_id: &str, principal: &str) -> Option<Place> {
        let holder = (org_id.to_owned(), principal.to_owned());
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let mine = open.get(&holder).copied().unwrap_or_default();
        let in_all: usize = open.values().sum();
        let quarter = self.most / 4;
        let of_org =
            || -> usize { open.iter().filter(|((org, _), _)| org == org_id).map(|(_, count)| count).sum() };
        if mine >= MAX_PER_KEY
            || in_all >= self.most
            || (in_all >= self.most - quarter && of_org() >= quarter)
        {
            return None;
        }
        open.insert(holder.clone(), mine + 1);
        Some(Place { listeners: Arc::clone(self), holder })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.listeners.open.lock().unwrap_or_else(PoisonError::into_inner);
        match open.get_mut(&self.holder) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(open.remove(&self.holder)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_and_all_together_have_a_limit() {
        let most = 3 * MAX_PER_KEY + 1;
        let listeners = Arc::new(Listeners { most, open: Mutex::default() });
        // Each key is of an organisation of its own.
        let take = |principal: &str| listeners.take(principal, principal);
        let mut places: Vec<_> = (0..MAX_PER_KEY).map_while(|_| take("a")).collect();
        assert_eq!(places.len(), MAX_PER_KEY);
        assert!(take("a").is_none());
        for principal in ["b", "c", "d"] {
            places.extend((0..MAX_PER_KEY).map_while(|_| take(principal)));
        }
        assert_eq!(places.len(), most);
        assert!(take("e").is_none());
        places.clear();
        assert!(take("a").is_some());
        assert!(listeners.open.lock().unwrap().is_empty());
    }
    #[test]
    fn no_organisation_takes_the_last_places() {
        let most = 4 * MAX_PER_KEY;
        let listeners = Arc::new(Listeners { most, open: Mutex::default() });
        let take = |org_id: &str, n: usize| listeners.take(org_id, &format!("key {}", n / MAX_PER_KEY));
        let mut greedy: Vec<_> = (0..most).map_while(|n| take("greedy", n)).collect();
        assert_eq!(greedy.len(), most * 3 / 4);
        let others: Vec<_> = (0..most).map_while(|n| take("other", n)).collect();
        assert_eq!(others.len(), most / 4);
        assert!(take("third", 0).is_none());
        greedy.pop();
        assert!(take("greedy", most).is_none() && take("third", 0).is_some());
    }
}

//! When an issuer's keys are fetched: a pure decision over what is known and what time it is.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::keys::KeySet;

/// How long fetched keys are used.
const FRESH: Duration = Duration::from_secs(3600);
/// How soon keys may be fetched again because a token names one that is not among them.
const GAP: Duration = Duration::from_secs(60);
/// How many fetches in a row may fail before a pause.
const FAILURES: u32 = 3;
/// How long the pause is.
const PAUSE: Duration = Duration::from_secs(30);

/// What is known about an issuer's keys.
#[derive(Debug, Default)]
pub(super) struct Cached {
    keys: Option<(Arc<KeySet>, Instant)>,
    failures: u32,
    paused_since: Option<Instant>,
}

/// What to do for a token.
#[derive(Debug)]
pub(super) enum Plan {
    /// Check it with these keys.
    Use(Arc<KeySet>),
    /// Fetch the keys first.
    Fetch,
    /// There are no keys to check it with.
    Nothing,
}

impl Cached {
    /// What to do for a token; `fits` says whether these keys may have signed it.
    pub(super) fn plan(&self, now: Instant, fits: impl Fn(&KeySet) -> bool) -> Plan {
        let fresh = self.keys.as_ref().filter(|(_, at)| now.duration_since(*at) < FRESH);
        let may_fetch = self.paused_since.is_none_or(|since| now.duration_since(since) >= PAUSE);
        match fresh {
            Some((keys, _)) if fits(keys) => Plan::Use(Arc::clone(keys)),
            // Rotated keys are found soon, and tokens with made-up keys do not hammer the issuer.
            Some((keys, at)) if !may_fetch || now.duration_since(*at) < GAP => Plan::Use(Arc::clone(keys)),
            _ if may_fetch => Plan::Fetch,
            _ => Plan::Nothing,
        }
    }

    /// Takes in what a fetch brought. Keys that are still fresh survive one that failed.
    pub(super) fn fetched(&mut self, now: Instant, keys: Option<KeySet>) {
        if let Some(keys) = keys {
            *self = Self { keys: Some((Arc::new(keys), now)), ..Self::default() };
            return;
        }
        self.failures += 1;
        if self.failures >= FAILURES {
            (self.failures, self.paused_since) = (0, Some(now));
        }
    }

    /// The keys after a fetch, whether or not it brought some.
    pub(super) fn usable(&self, now: Instant) -> Option<Arc<KeySet>> {
        let fresh = self.keys.as_ref().filter(|(_, at)| now.duration_since(*at) < FRESH);
        fresh.map(|(keys, _)| Arc::clone(keys))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(plan: &Plan) -> &'static str {
        match plan {
            Plan::Use(_) => "use",
            Plan::Fetch => "fetch",
            Plan::Nothing => "nothing",
        }
    }

    #[test]
    fn keys_last_an_hour_and_an_unknown_key_fetches_at_most_once_a_minute() {
        let start = Instant::now();
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        let mut cached = Cached::default();
        let plan = |cached: &Cached, seconds: u64, fits: bool| word(&cached.plan(at(seconds), |_| fits));
        assert_eq!(plan(&cached, 0, false), "fetch");
        cached.fetched(at(0), Some(KeySet::default()));
        assert_eq!(
            [0, 59, 60, 3599].map(|time| plan(&cached, time, false)),
            ["use", "use", "fetch", "fetch"]
        );
        assert_eq!([0, 60, 3599, 3600].map(|time| plan(&cached, time, true)), ["use", "use", "use", "fetch"]);
        assert!(cached.usable(at(3599)).is_some() && cached.usable(at(3600)).is_none());
    }

    #[test]
    fn three_failures_make_a_pause_of_half_a_minute() {
        let start = Instant::now();
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        let mut cached = Cached::default();
        let plan = |cached: &Cached, seconds: u64| word(&cached.plan(at(seconds), |_| true));
        for second in 0..3 {
            assert_eq!(plan(&cached, second), "fetch");
            cached.fetched(at(second), None);
        }
        assert_eq!([2, 31, 32].map(|time| plan(&cached, time)), ["nothing", "nothing", "fetch"]);
        cached.fetched(at(32), Some(KeySet::default()));
        assert_eq!(plan(&cached, 33), "use");
        // One failure of a refetch does not lose what is known.
        cached.fetched(at(100), None);
        assert!(cached.usable(at(101)).is_some());
    }
}

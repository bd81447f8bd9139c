//! How many requests a client may make: a fixed window per client and path.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::refusal::{Answer, Refusal};
use crate::config::RateLimit;
use http::StatusCode;

/// How many clients and paths are counted apart in one window; the rest share one count.
const MAX_COUNTED: usize = 20_000;

/// Counts requests.
#[derive(Debug)]
pub(super) struct Limiter {
    limit: RateLimit,
    window: Mutex<Window>,
}

#[derive(Debug)]
struct Window {
    began: Instant,
    counts: BTreeMap<(Option<IpAddr>, String), u32>,
}

impl Limiter {
    pub(super) fn new(limit: RateLimit) -> Self {
        Self { limit, window: Mutex::new(Window { began: Instant::now(), counts: BTreeMap::new() }) }
    }

    /// Counts a request, or refuses it.
    pub(super) fn admit(&self, client: Option<IpAddr>, path: &str) -> Answer<()> {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if window.began.elapsed() >= self.limit.window {
            *window = Window { began: Instant::now(), counts: BTreeMap::new() };
        }
        let crowded = window.counts.len() >= MAX_COUNTED;
        let key = (client, path.to_owned());
        let key = if crowded && !window.counts.contains_key(&key) { (None, String::new()) } else { key };
        let count = window.counts.entry(key).or_insert(0);
        *count += 1;
        if *count <= self.limit.max {
            return Ok(());
        }
        let error = "Rate limit exceeded. Please slow down.";
        Err(Refusal::new(StatusCode::TOO_MANY_REQUESTS, error)
            .retry_after(self.limit.window.as_secs().max(1)))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn each_client_and_path_has_its_own_count() {
        let limiter = Limiter::new(RateLimit { max: 2, window: Duration::from_secs(60) });
        let client = |last: u8| Some(IpAddr::from([10, 0, 0, last]));
        let admitted = |last, path| limiter.admit(client(last), path).is_ok();
        assert_eq!([admitted(1, "/a"), admitted(1, "/a"), admitted(1, "/a")], [true, true, false]);
        assert!(admitted(2, "/a") && admitted(1, "/b"));
    }

    #[test]
    fn a_new_window_begins_at_zero() {
        let limiter = Limiter::new(RateLimit { max: 1, window: Duration::from_millis(20) });
        assert!(limiter.admit(None, "/a").is_ok() && limiter.admit(None, "/a").is_err());
        std::thread::sleep(Duration::from_millis(25));
        assert!(limiter.admit(None, "/a").is_ok());
    }
}

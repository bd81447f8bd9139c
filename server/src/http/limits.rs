//! How many requests a client may make: fixed windows, in memory of a fixed size.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::config::RateLimit;
use crate::failure::{Answer, Failure, Kind};
use crate::keys::Caller;

/// How many counts one window holds for clients with a key, and as many for those without; the rest share.
const MAX_COUNTED: usize = 20_000;

/// What requests without a valid key count as.
const NO_KEY: &str = "no key";

/// Counts requests by client and route. The route is the catalogue's template, so that ids in a path make no new count.
#[derive(Debug)]
pub(super) struct Limiter {
    limit: RateLimit,
    window: Mutex<Window>,
}

#[derive(Debug)]
struct Window {
    began: Instant,
    /// By principal, address and route. Only clients with a valid key are counted here, so nobody else can fill it.
    keys: BTreeMap<(String, Option<IpAddr>, &'static str), u32>,
    /// By address and route.
    strangers: BTreeMap<(Option<IpAddr>, &'static str), u32>,
}

impl Window {
    fn new() -> Self {
        Self { began: Instant::now(), keys: BTreeMap::new(), strangers: BTreeMap::new() }
    }
}

impl Limiter {
    pub(super) fn new(limit: RateLimit) -> Self {
        Self { limit, window: Mutex::new(Window::new()) }
    }

    /// Counts a request with a valid key, or refuses it.
    pub(super) fn admit(&self, caller: &Caller, client: Option<IpAddr>, route: &'static str) -> Answer<()> {
        let name = |client| (caller.principal.clone(), client, route);
        self.count(|window| &mut window.keys, name(client.map(network)), name(None))
    }

    /// Counts a request to a route that needs no key, or refuses it.
    pub(super) fn admit_stranger(&self, client: Option<IpAddr>, route: &'static str) -> Answer<()> {
        self.count(|window| &mut window.strangers, (client.map(network), route), (None, route))
    }

    /// Counts a request without a valid key, or refuses it.
    pub(super) fn admit_failure(&self, client: Option<IpAddr>) -> Answer<()> {
        self.admit_stranger(client, NO_KEY)
    }

    /// Whether this client has so often come without a valid key that no other key of it is looked at.
    pub(super) fn is_guessing(&self, client: Option<IpAddr>) -> bool {
        self.with(|window| {
            let counts = &window.strangers;
            let count = counts
                .get(&(client.map(network), NO_KEY))
                .or_else(|| (counts.len() >= MAX_COUNTED).then(|| counts.get(&(None, NO_KEY))).flatten());
            count.is_some_and(|count| *count > self.limit.max)
        })
    }

    /// That there were too many.
    pub(super) fn failure(&self) -> Failure {
        let error = "Rate limit exceeded. Please slow down.";
        Failure::new(Kind::TooMany, error).retry_after(self.limit.window.as_secs().max(1))
    }

    fn count<K: Ord>(
        &self,
        counts: impl FnOnce(&mut Window) -> &mut BTreeMap<K, u32>,
        key: K,
        shared: K,
    ) -> Answer<()> {
        let count = self.with(|window| {
            let counts = counts(window);
            let key = if counts.len() < MAX_COUNTED || counts.contains_key(&key) { key } else { shared };
            let count = counts.entry(key).or_insert(0);
            *count = count.saturating_add(1);
            *count
        });
        if count <= self.limit.max { Ok(()) } else { Err(self.failure()) }
    }

    fn with<T>(&self, work: impl FnOnce(&mut Window) -> T) -> T {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if window.began.elapsed() >= self.limit.window {
            *window = Window::new();
        }
        work(&mut window)
    }
}

/// What one client can be assumed to have: an IPv4 address, or 64 bits of an IPv6 one.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::keys::Role;

    fn limiter(max: u32) -> Limiter {
        Limiter::new(RateLimit { max, window: Duration::from_secs(60) })
    }

    fn caller(principal: &str) -> Caller {
        Caller {
            org_id: "org".to_owned(),
            role: Role::Member,
            principal: principal.to_owned(),
            agent_id: None,
            stored: true,
            session: None,
            revoked: CancellationToken::new(),
        }
    }

    fn client(last: u8) -> IpAddr {
        IpAddr::from([10, 0, 0, last])
    }

    #[test]
    fn each_key_address_and_route_has_its_own_count() {
        let limiter = limiter(2);
        let admitted = |key, last, route| limiter.admit(&caller(key), Some(client(last)), route).is_ok();
        let three = [admitted("k", 1, "/a"), admitted("k", 1, "/a"), admitted("k", 1, "/a")];
        assert_eq!(three, [true, true, false]);
        assert!(admitted("k", 2, "/a") && admitted("k", 1, "/b") && admitted("l", 1, "/a"));
    }

    #[test]
    fn a_new_window_begins_at_zero() {
        let limiter = Limiter::new(RateLimit { max: 1, window: Duration::from_millis(20) });
        assert!(limiter.admit_stranger(None, "/a").is_ok() && limiter.admit_stranger(None, "/a").is_err());
        std::thread::sleep(Duration::from_millis(25));
        assert!(limiter.admit_stranger(None, "/a").is_ok());
    }

    #[test]
    fn strangers_take_no_room_from_those_with_a_key() {
        let limiter = limiter(1);
        for n in 0..100_000_u32 {
            let _ = limiter.admit_failure(Some(IpAddr::from(n.to_be_bytes())));
        }
        assert!(limiter.window.lock().unwrap().strangers.len() <= MAX_COUNTED + 1);
        assert!(limiter.admit_failure(Some(client(1))).is_err() && limiter.is_guessing(Some(client(1))));
        assert!(limiter.admit(&caller("k"), Some(client(1)), "/a").is_ok());
        assert!(limiter.admit(&caller("k"), Some(client(1)), "/a").is_err());
    }

    #[test]
    fn one_key_from_everywhere_takes_no_room_from_others() {
        let limiter = limiter(1);
        for n in 0..100_000_u32 {
            let _ = limiter.admit(&caller("k"), Some(IpAddr::from(n.to_be_bytes())), "/a");
        }
        assert!(limiter.window.lock().unwrap().keys.len() <= MAX_COUNTED + 1);
        assert!(limiter.admit(&caller("l"), Some(client(1)), "/a").is_ok());
    }

    #[test]
    fn addresses_that_one_client_can_choose_among_are_one() {
        let address = |text: &str| network(text.parse().unwrap());
        assert_eq!(address("2001:db8:1:2:3:4:5:6"), address("2001:db8:1:2:ffff::1"));
        assert_ne!(address("2001:db8:1:2::1"), address("2001:db8:1:3::1"));
        assert_eq!(address("::ffff:10.0.0.1"), address("10.0.0.1"));
    }
}

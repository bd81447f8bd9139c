//! Who stands between clients and the instance, and whose word about a client's address counts.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use ipnet::IpNet;

/// The reverse proxies whose header `X-Forwarded-For` is believed: addresses and networks.
///
/// A client may write into that header what it likes, and a proxy adds behind it whom it was called by. So it is read from its
/// end, for as long as who has written is one of these.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl FromStr for TrustedProxies {
    type Err = String;

    /// Reads `10.0.0.1, 10.1.0.0/16, ::1`.
    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let network = |part: &str| {
            let address = part.parse::<IpAddr>().map(IpNet::from);
            let network = address.or_else(|_| part.parse::<IpNet>());
            network.map_err(|_| format!("`{part}` is neither an address nor a network such as 10.0.0.0/8"))
        };
        parts.map(network).collect::<Result<_, _>>().map(Self)
    }
}

impl TrustedProxies {
    /// Whether nobody is.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Where a request comes from that `peer` has handed over: `forwarded` are the lines of `X-Forwarded-For`.
    pub(crate) fn client<'a>(
        &self,
        peer: IpAddr,
        forwarded: impl DoubleEndedIterator<Item = &'a str>,
    ) -> IpAddr {
        let mut client = peer.to_canonical();
        for told in forwarded.rev().flat_map(|line| line.rsplit(',')) {
            if !self.trust(client) {
                break;
            }
            // Of what is no address, who has written it is all that is known.
            let Some(address) = address(told.trim()) else { break };
            client = address;
        }
        client
    }

    fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// An address, with or without brackets and a port.
fn address(text: &str) -> Option<IpAddr> {
    let plain = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let address = plain.parse().or_else(|_| text.parse::<SocketAddr>().map(|address| address.ip()));
    address.ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROXIES: &str = "192.0.2.1, 10.0.0.0/8,::1";

    fn client(peer: &str, forwarded: &[&str]) -> String {
        let proxies: TrustedProxies = PROXIES.parse().unwrap();
        proxies.client(peer.parse().unwrap(), forwarded.iter().copied()).to_string()
    }

    #[test]
    fn only_what_a_trusted_proxy_has_written_counts() {
        let told = [
            // Nobody in between.
            ("203.0.113.9", vec![], "203.0.113.9"),
            // A client that writes the header itself.
            ("203.0.113.9", vec!["198.51.100.1"], "203.0.113.9"),
            ("203.0.113.9", vec!["198.51.100.1, 10.0.0.1"], "203.0.113.9"),
            // One proxy, and a client that has written before it.
            ("192.0.2.1", vec!["203.0.113.9"], "203.0.113.9"),
            ("192.0.2.1", vec!["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
            ("192.0.2.1", vec!["198.51.100.1", "203.0.113.9"], "203.0.113.9"),
            ("192.0.2.1", vec!["10.0.0.7, 203.0.113.9"], "203.0.113.9"),
            // Two proxies.
            ("192.0.2.1", vec!["198.51.100.1,203.0.113.9, 10.0.0.7"], "203.0.113.9"),
            ("::1", vec!["[2001:db8::9]:4711"], "2001:db8::9"),
            ("::ffff:192.0.2.1", vec!["203.0.113.9:80"], "203.0.113.9"),
            ("192.0.2.1", vec!["::ffff:203.0.113.9"], "203.0.113.9"),
            // What is no address hides everything before it.
            ("192.0.2.1", vec!["203.0.113.9, unknown"], "192.0.2.1"),
            ("192.0.2.1", vec!["198.51.100.1, , 10.0.0.7"], "10.0.0.7"),
            ("192.0.2.1", vec![""], "192.0.2.1"),
            // All are proxies: who called the first of them is one, too.
            ("192.0.2.1", vec!["10.0.0.8, 10.0.0.7"], "10.0.0.8"),
        ];
        for (peer, forwarded, wanted) in told {
            assert_eq!(client(peer, &forwarded), wanted, "{peer} {forwarded:?}");
        }
    }

    #[test]
    fn a_mistake_is_named() {
        assert!("".parse::<TrustedProxies>().unwrap().is_empty());
        let problem = "10.0.0.1, proxy.example".parse::<TrustedProxies>().unwrap_err();
        assert!(problem.contains("`proxy.example`"), "{problem}");
        assert!("10.0.0.0/33".parse::<TrustedProxies>().is_err());
    }
}

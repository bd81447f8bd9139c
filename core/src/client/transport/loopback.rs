//! Which hosts are this machine itself.

use std::net::{IpAddr, Ipv6Addr};

use url::Host;

/// Whether `host`, as it stands in a URL, never leaves this machine: a name that is kept for it (RFC 6761, 6.3), or an
/// address of its own.
pub(crate) fn is_this_machine(host: &str) -> bool {
    match Host::parse(host) {
        Ok(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        Ok(Host::Ipv4(address)) => is_own(address.into()),
        Ok(Host::Ipv6(address)) => is_own(unmapped(address)),
        Err(_) => false,
    }
}

/// An unspecified address reaches the machine that asks for it.
fn is_own(address: IpAddr) -> bool {
    address.is_loopback() || address.is_unspecified()
}

/// An IPv4 address in the clothes of an IPv6 one is what it is.
fn unmapped(address: Ipv6Addr) -> IpAddr {
    address.to_ipv4_mapped().map_or(address.into(), IpAddr::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_of_this_machine() {
        let here = [
            "localhost",
            "LocalHost",
            "localhost.",
            "dev.localhost",
            "127.0.0.1",
            "127.8.0.1",
            "127.1",
            "2130706433",
            "0.0.0.0",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[0:0:0:0:0:ffff:7f00:1]",
        ];
        let elsewhere = [
            "",
            "example.com",
            "localhost.example.com",
            "notlocalhost",
            "127.0.0.1.example.com",
            "10.0.0.1",
            "128.0.0.1",
            "[::2]",
            "[fe80::1]",
            "[::ffff:10.0.0.1]",
        ];
        for host in here {
            assert!(is_this_machine(host), "{host}");
        }
        for host in elsewhere {
            assert!(!is_this_machine(host), "{host}");
        }
    }
}

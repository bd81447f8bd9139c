//! The form of a host in which rules compare it.

use std::net::Ipv6Addr;

use url::Host;

use super::text::{add, fold};

/// Bytes of the longest text that may be a host: 253 characters of at most four bytes.
const MAX_NAME: usize = 1012;

/// The host in ASCII (IDNA) form, addresses in their usual form, without a dot at its end. A name that IDNA 2003 and
/// 2008 take for two different hosts (`straße`) has both; what is no host stands as folded text.
pub(super) fn hosts(name: &str) -> Vec<String> {
    let name = name.trim().trim_end_matches('.');
    if is_canonical(name) {
        return vec![name.to_owned()];
    }
    if name.len() > MAX_NAME {
        return vec![fold(name).into_owned()];
    }
    let mut hosts = vec![ascii(name)];
    if !name.is_ascii() {
        add(&mut hosts, ascii(&fold(name)));
    }
    hosts.retain(|host| !host.is_empty());
    hosts
}

/// Lower-case ASCII labels, the last of which is no number (which would make it an IPv4 address).
fn is_canonical(name: &str) -> bool {
    let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-');
    let last = name.rsplit('.').next().unwrap_or_default();
    name.bytes().all(plain) && last.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase())
}

fn ascii(name: &str) -> String {
    if let Some(address) = ipv6(name) {
        return address.to_canonical().to_string();
    }
    match Host::parse(name) {
        Ok(Host::Domain(domain)) => domain.trim_end_matches('.').to_owned(),
        Ok(Host::Ipv4(address)) => address.to_string(),
        Ok(Host::Ipv6(address)) => address.to_canonical().to_string(),
        Err(_) => fold(name.trim_matches(['[', ']'])).into_owned(),
    }
}

/// An IPv6 address with or without brackets and zone.
fn ipv6(name: &str) -> Option<Ipv6Addr> {
    let inner = name.trim_start_matches('[').trim_end_matches(']');
    inner.split('%').next()?.parse().ok()
}

/// The host before a port, or before whatever else follows a colon or a semicolon.
pub(super) fn without_port(name: &str) -> &str {
    split_port(name).0
}

/// The host, and what follows its colon when that is no port: `host:path` names a path to `scp` and `git`.
pub(super) fn split_port(name: &str) -> (&str, &str) {
    if ipv6(name).is_some() {
        return (name, "");
    }
    if let Some(end) = name.find(']').filter(|_| name.starts_with('[')) {
        return (&name[..=end], "");
    }
    let Some((host, after)) = name.split_once([':', ';']) else { return (name, "") };
    let is_port = after.bytes().all(|byte| byte.is_ascii_digit());
    (host, if is_port { "" } else { after })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_one_form() {
        let table = [
            ("api.example.com", "api.example.com"),
            ("API.Example.COM", "api.example.com"),
            ("api.example.com..", "api.example.com"),
            ("b\u{fc}cher.example", "xn--bcher-kva.example"),
            ("BU\u{308}CHER.example", "xn--bcher-kva.example"),
            ("XN--Bcher-KVA.example", "xn--bcher-kva.example"),
            ("\u{6771}\u{4eac}.jp", "xn--1lqs71d.jp"),
            ("127.0.0.1", "127.0.0.1"),
            ("0x7f.1", "127.0.0.1"),
            ("2130706433", "127.0.0.1"),
            ("[::1]", "::1"),
            ("::1", "::1"),
            ("[0:0:0:0:0:0:0:1]", "::1"),
            ("[::ffff:127.0.0.1]", "127.0.0.1"),
            ("[fe80::1%25eth0]", "fe80::1"),
            ("my_db", "my_db"),
            ("My Folder", "my folder"),
            ("v1.2", "v1.2"),
        ];
        for (name, expected) in table {
            assert_eq!(hosts(name)[0], expected, "{name}");
            assert_eq!(hosts(expected)[0], expected, "{expected}");
        }
        assert_eq!(hosts("stra\u{df}e.example"), ["xn--strae-oqa.example", "strasse.example"]);
        assert!(hosts("").is_empty());
        assert!(hosts(".").is_empty());
    }

    #[test]
    fn ports_and_what_is_none() {
        let table = [
            ("h", ("h", "")),
            ("h:1", ("h", "")),
            ("h:", ("h", "")),
            ("h:a/b", ("h", "a/b")),
            ("[::1]:80", ("[::1]", "")),
            ("fe80::1", ("fe80::1", "")),
            ("h:1433;databaseName=x", ("h", "1433;databaseName=x")),
        ];
        for (name, expected) in table {
            assert_eq!(split_port(name), expected, "{name}");
        }
    }
}

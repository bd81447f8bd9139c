//! Which proxy stands between us and the server.

use std::net::IpAddr;

use http::Uri;
use ipnet::IpNet;
use reqwest::Proxy;
use url::Url;

use super::is_this_machine;
use crate::{Error, Result};

const SCHEMES: [&str; 6] = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];
const EXAMPLES: &str = "is not the URL of a proxy, such as `http://proxy:3128` or `socks5h://proxy:1080`";

/// The proxy for `origin`: the one that was `given`, else what `HTTPS_PROXY` or `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`
/// say, in capitals or not. These speak of the network: what stays on this machine goes through none of them, or the
/// proxy would see the key and could answer in the place of the instance.
pub(super) fn choose(
    given: Option<&str>,
    origin: &Uri,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<Url>> {
    if let Some(given) = given {
        return read("proxy", given).map(Some);
    }
    let host = origin.host().unwrap_or_default();
    if is_this_machine(host) {
        return Ok(None);
    }
    let first = |names: &[&'static str]| names.iter().find_map(|name| Some((*name, variable(name)?)));
    let secure = origin.scheme_str() == Some("https");
    let own: &[&str] = match secure {
        true => &["HTTPS_PROXY", "https_proxy"],
        // Where a server calls us as CGI, that is the header `Proxy` of whoever asks it.
        false if variable("REQUEST_METHOD").is_some() => &["http_proxy"],
        false => &["HTTP_PROXY", "http_proxy"],
    };
    let Some((name, url)) = first(own).or_else(|| first(&["ALL_PROXY", "all_proxy"])) else {
        return Ok(None);
    };
    let port = origin.port_u16().unwrap_or(if secure { 443 } else { 80 });
    let exceptions = first(&["NO_PROXY", "no_proxy"]).map(|(_, list)| list).unwrap_or_default();
    if exceptions.split([',', ' ', '\t']).any(|entry| covers(entry, host, port)) {
        return Ok(None);
    }
    read(name, &url).map(Some)
}

/// The proxy at `url`, for everything. `is_address` says that the server needs no looking up.
pub(super) fn all(mut url: Url, is_address: bool) -> Result<Proxy> {
    if is_address && url.scheme() == "socks5" {
        // Looking it up, `reqwest` takes the brackets of an IPv6 address for a part of a name.
        let _ = url.set_scheme("socks5h");
    }
    // The cause may quote the URL, and with it a password.
    Proxy::all(url).map_err(|_| Error::configuration("proxy", EXAMPLES))
}

/// Reads what `name` holds. A password in it is never told.
fn read(name: &str, text: &str) -> Result<Url> {
    let unusable = || Error::configuration(name, EXAMPLES);
    let text = text.trim();
    let with_scheme = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let url = Url::parse(&with_scheme).map_err(|_| unusable())?;
    let has_host = url.host_str().is_some_and(|host| !host.is_empty());
    // What is no URI of HTTP's own kind is passed over by the client, which then goes without a proxy.
    let is_uri = url.as_str().parse::<Uri>().is_ok_and(|uri| uri.authority().is_some());
    if has_host && is_uri && SCHEMES.contains(&url.scheme()) { Ok(url) } else { Err(unusable()) }
}

/// Whether an entry of `NO_PROXY` is about `host`: `*`, an address, a network (`10.0.0.0/8`), or a name, which includes
/// what is below it; with `:port`, about that port only.
fn covers(entry: &str, host: &str, port: u16) -> bool {
    let host = host.trim_matches(['[', ']']).trim_end_matches('.');
    let address = host.parse::<IpAddr>().ok().map(|address| address.to_canonical());
    let (entry, only) = split_port(entry.trim());
    if entry.is_empty() || only.is_some_and(|only| only != port) {
        return false;
    }
    match (address, entry.parse::<IpNet>(), entry.parse::<IpAddr>()) {
        _ if entry == "*" => true,
        (Some(address), Ok(network), _) => network.contains(&address),
        (Some(address), _, Ok(one)) => one.to_canonical() == address,
        (Some(_), ..) | (None, Ok(_), _) | (None, _, Ok(_)) => false,
        (None, ..) => {
            let name = entry.trim_start_matches('*').trim_start_matches('.').trim_end_matches('.');
            let (host, name) = (host.to_ascii_lowercase(), name.to_ascii_lowercase());
            host.strip_suffix(&name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        }
    }
}

/// `[::1]:8080`, `name:8080` and `[::1]` without brackets and port.
fn split_port(entry: &str) -> (&str, Option<u16>) {
    if let Some((address, rest)) = entry.strip_prefix('[').and_then(|entry| entry.split_once(']')) {
        return (address, rest.strip_prefix(':').and_then(|port| port.parse().ok()));
    }
    match entry.split_once(':') {
        Some((name, port)) if !port.contains(':') => match port.parse() {
            Ok(port) => (name, Some(port)),
            Err(_) => (entry, None),
        },
        _ => (entry, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(origin: &str, variables: &[(&str, &str)]) -> Result<Option<String>> {
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        Ok(choose(None, &origin.parse().unwrap(), &variable)?.map(|url| url.to_string()))
    }

    /// A server, the variables, the proxy.
    type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], Option<&'a str>);

    #[test]
    fn variables_are_read_by_the_scheme_of_the_server() {
        let all = ("ALL_PROXY", "socks5h://all:1080");
        let table: [Row<'_>; 9] = [
            ("https://a.example", &[("HTTPS_PROXY", "http://p:1"), all], Some("http://p:1/")),
            ("https://a.example", &[("https_proxy", "http://p:1"), all], Some("http://p:1/")),
            ("https://a.example", &[("HTTP_PROXY", "http://p:1"), all], Some("socks5h://all:1080")),
            ("http://a.example", &[("HTTP_PROXY", "p:1")], Some("http://p:1/")),
            ("http://a.example", &[("all_proxy", "socks4://p:1")], Some("socks4://p:1")),
            ("http://a.example", &[("HTTP_PROXY", "http://p:1"), ("REQUEST_METHOD", "GET")], None),
            ("http://localhost:80", &[all], None),
            ("https://[::1]", &[all], None),
            ("https://a.example", &[], None),
        ];
        for (origin, variables, expected) in table {
            assert_eq!(chosen(origin, variables).unwrap().as_deref(), expected, "{origin} {variables:?}");
        }
    }

    #[test]
    fn a_garbled_variable_is_named_and_not_shown() {
        for garbled in [
            "://",
            "http://",
            "ftp://p",
            "http://user:secret@",
            "http://secret:x@p q",
            "socks5://",
            "http://p:secret",
        ] {
            for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
                let error = chosen("https://a.example", &[(name, garbled)]).unwrap_err();
                assert_eq!(error.kind(), crate::ErrorKind::Configuration, "{garbled}");
                let text = format!("{error} {error:?}");
                assert!(text.contains(&format!("`{name}`")) && !text.contains("secret"), "{text}");
            }
        }
    }

    #[test]
    fn exceptions() {
        let covered = [
            ("*", "https://a.example"),
            ("*", "https://10.0.0.1"),
            ("a.example", "https://a.example"),
            ("A.Example.", "https://b.a.example"),
            (".a.example", "https://b.a.example"),
            ("*.a.example", "https://b.a.example"),
            ("x, a.example", "https://a.example."),
            ("x a.example", "https://a.example"),
            ("a.example:443", "https://a.example"),
            ("a.example:8443", "https://a.example:8443"),
            ("10.0.0.1", "https://10.0.0.1"),
            ("10.0.0.1:80", "http://10.0.0.1"),
            ("10.0.0.0/8", "https://10.9.8.7"),
            ("fd00::/8", "https://[fd00::1]"),
            ("fd00::1", "https://[fd00::1]"),
            ("[fd00::1]", "https://[fd00:0::1]"),
            ("[fd00::1]:443", "https://[fd00::1]"),
            ("10.0.0.0/8", "https://[::ffff:10.0.0.1]"),
        ];
        let not_covered = [
            ("", "https://a.example"),
            (",", "https://a.example"),
            ("a.example", "https://nota.example"),
            ("b.a.example", "https://a.example"),
            ("a.example:8443", "https://a.example"),
            ("10.0.0.1:81", "http://10.0.0.1"),
            ("10.0.0.1", "https://10.0.0.11"),
            ("10.0.0.0/8", "https://11.0.0.1"),
            ("0.0.1", "https://10.0.0.1"),
            ("[fd00::1]:80", "https://[fd00::1]"),
            ("[fd00::2]", "https://[fd00::1]"),
            ("10.0.0.0/8", "https://a.example"),
        ];
        let through = |exceptions, origin| {
            chosen(origin, &[("ALL_PROXY", "http://p:1"), ("NO_PROXY", exceptions)]).unwrap().is_some()
        };
        for (exceptions, origin) in covered {
            assert!(!through(exceptions, origin), "{exceptions} {origin}");
        }
        for (exceptions, origin) in not_covered {
            assert!(through(exceptions, origin), "{exceptions} {origin}");
        }
    }
}

//! What is looked at before a request is: the name that it is asked under, and whether a page of elsewhere asks.
//!
//! A browser connects to wherever a name points by now, so a page of anybody's can come to a port of this machine under a
//! name of its own. Such a name is refused, whatever is asked for.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use http::uri::Authority;
use http::{HeaderMap, header};

use super::InProcess;
use crate::config::Config;
use crate::failure::{Answer, Failure, Kind};
use crate::origin::Origin;
use crate::public_url::PublicUrl;

const FETCH_SITE: &str = "sec-fetch-site";

/// Refuses a request that came under a name which is not the instance's, and one for data that another site's page sent.
pub(super) fn enter(config: &Config, request: &Request) -> Answer<()> {
    if request.extensions().get::<InProcess>().is_some() {
        return Ok(());
    }
    let host = host(request)?;
    match &host {
        Some(host) if !is_own(config, host) => return Err(misdirected()),
        // Whoever calls a router without a socket is no browser, and every browser names its host.
        None if request.extensions().get::<ConnectInfo<SocketAddr>>().is_some() => return Err(misdirected()),
        _ => {}
    }
    if holds_data(request.uri().path()) && is_elsewhere(config, request.headers()) {
        return Err(Failure::forbidden("Requests of other sites' pages are refused").code("CROSS_SITE"));
    }
    Ok(())
}

/// What a request of the page is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sends {
    /// It reads.
    Nothing,
    /// It changes something, and says no more than that.
    Word,
    /// It changes something, as its body says.
    Body,
}

/// Refuses a request that the instance's own page did not send, as far as a browser says who did.
pub(super) fn is_of_own_page(config: &Config, headers: &HeaderMap, host: &str, sends: Sends) -> Answer<()> {
    let refused = || Failure::forbidden("Sessions are for the instance's own page").code("CROSS_SITE");
    if headers.get(FETCH_SITE).is_some_and(|site| site != "same-origin") {
        return Err(refused());
    }
    match only(headers, header::ORIGIN.as_str())? {
        Some(origin) if origin == own_origin(config, host) => {}
        // Browsers name no origin where a page reads from its own.
        None if sends == Sends::Nothing => {}
        _ => return Err(refused()),
    }
    let form = headers.get(header::CONTENT_TYPE).and_then(|form| form.to_str().ok()).unwrap_or_default();
    let is_json = form.split(';').next().is_some_and(|form| form.trim() == "application/json");
    if sends == Sends::Body && !is_json {
        return Err(Failure::new(Kind::Unsupported, "The body must be application/json"));
    }
    Ok(())
}

/// The origin of the instance's own page where it is asked under this name.
fn own_origin(config: &Config, host: &str) -> String {
    let public = config.public_url.as_ref().map(PublicUrl::origin);
    let scheme_and_host =
        public.as_ref().and_then(|(origin, authority)| (authority == host).then_some(origin));
    scheme_and_host.cloned().unwrap_or_else(|| format!("http://{host}"))
}

/// Whether links to the instance under this name go over TLS.
pub(super) fn is_secure(config: &Config, host: &str) -> bool {
    own_origin(config, host).starts_with("https:")
}

/// The name and port that a request is for, in lower case; nothing where it says none.
pub(super) fn host(request: &Request) -> Answer<Option<String>> {
    let named = only(request.headers(), header::HOST.as_str())?;
    let named = named.map(|text| text.parse::<Authority>().map_err(|_| misdirected())).transpose()?;
    let target = request.uri().authority();
    let host = match (named.as_ref(), target) {
        (Some(named), Some(target)) if !named.as_str().eq_ignore_ascii_case(target.as_str()) => {
            return Err(misdirected());
        }
        (named, target) => named.or(target),
    };
    if host.is_some_and(|host| host.as_str().contains('@')) {
        return Err(misdirected());
    }
    Ok(host.map(|host| host.as_str().to_ascii_lowercase()))
}

/// A header that may stand once, as text.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Answer<Option<&'a str>> {
    let mut all = headers.get_all(name).iter();
    match (all.next(), all.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| misdirected()),
        _ => Err(misdirected()),
    }
}

fn misdirected() -> Failure {
    let error = "This instance is not known by that name; say it with --public-url or --allow-host";
    Failure::new(Kind::Misdirected, error).code("HOST_NOT_ALLOWED")
}

/// No name that somebody else owns leads to an address that is written out.
fn is_own(config: &Config, host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let name = authority.host();
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return !address.to_canonical().is_unspecified();
    }
    let public = config.public_url.as_ref().and_then(PublicUrl::host);
    name == "localhost"
        || public.as_deref() == Some(name)
        || config.allowed_hosts.iter().any(|allowed| allowed.as_str() == name)
}

fn holds_data(path: &str) -> bool {
    path == "/session" || path.starts_with("/api/")
}

fn is_elsewhere(config: &Config, headers: &HeaderMap) -> bool {
    let site = headers.get(FETCH_SITE).map(http::HeaderValue::as_bytes);
    match site {
        None | Some(b"same-origin" | b"none") => false,
        Some(_) => allowed_origin(config, headers).is_none(),
    }
}

/// The origin of a page of elsewhere that may read answers.
pub(super) fn allowed_origin<'a>(config: &'a Config, headers: &HeaderMap) -> Option<&'a str> {
    let origin = headers.get(header::ORIGIN)?;
    config.cors_origins.iter().map(Origin::as_str).find(|allowed| origin == *allowed)
}

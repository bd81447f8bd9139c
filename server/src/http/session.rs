//! The two halves of a page's session, as a request brings them and an answer gives them.

use http::{HeaderMap, header};

/// The header in which the page sends its half.
const HEADER: &str = "x-dashclaw-session";
const NAME: &str = "dashclaw_session";

/// The half in the cookie and the half in the header; nothing unless there are both.
pub(super) fn halves<'a>(headers: &'a HeaderMap, host: &str) -> Option<(&'a str, &'a str)> {
    let name = name(host);
    let mut values = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let cookie = values.find_map(|line| {
        line.split(';').find_map(|pair| pair.trim().strip_prefix(&name)?.strip_prefix('='))
    })?;
    let half = headers.get(HEADER)?.to_str().ok()?;
    (!cookie.is_empty() && !half.is_empty()).then_some((cookie, half))
}

/// The cookie with this half, or one that takes it away.
pub(super) fn cookie(host: &str, half: Option<&str>, secure: bool) -> String {
    let (name, secure) = (name(host), if secure { "; Secure" } else { "" });
    // The storage says how long it lasts; the cookie must only not outlive that by much.
    let (value, age) = half.map_or(("", 0), |half| (half, 7 * 24 * 3600));
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={age}{secure}")
}

/// A cookie knows no port, so that its name must: two instances of one host would take each other's away.
fn name(host: &str) -> String {
    match host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit())) {
        Some((_, port)) => format!("{NAME}_{port}"),
        None => NAME.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(host: &str, cookie: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, cookie.parse().unwrap());
        headers.insert(HEADER, "half".parse().unwrap());
        halves(&headers, host).map(|(cookie, _)| cookie.to_owned())
    }

    #[test]
    fn a_cookie_is_that_of_the_port() {
        assert_eq!(found("a:80", "x=1; dashclaw_session_80=c"), Some("c".to_owned()));
        assert_eq!(found("[::1]:80", "dashclaw_session_80=c"), Some("c".to_owned()));
        assert_eq!(found("a", "dashclaw_session=c; dashclaw_session_80=d"), Some("c".to_owned()));
        assert_eq!(found("a:81", "dashclaw_session_80=c; dashclaw_session=d"), None);
        assert_eq!(found("a", "dashclaw_session="), None);
    }
}

//! The access log: one record for each request that is answered. Its target is this module's.

use std::net::IpAddr;
use std::time::Duration;

/// What is told of a request. There is no path, no query and no header in it, which may hold secrets.
#[derive(Debug)]
pub(crate) struct Record<'a> {
    pub(crate) method: &'a str,
    /// The path as a template, or `unknown`.
    pub(crate) route: &'a str,
    pub(crate) status: u16,
    /// Up to the head of the answer.
    pub(crate) taken: Duration,
    pub(crate) request_id: &'a str,
    /// The id of the key, where it is known to be one.
    pub(crate) key: Option<&'a str>,
    /// Nobody's where the request came from this process.
    pub(crate) client: Option<IpAddr>,
    /// Whether it is only about whether the process works, which is asked every few seconds.
    pub(crate) is_probe: bool,
}

impl Record<'_> {
    /// Writes it down.
    pub(crate) fn log(&self) {
        let Self { method, route, status, taken, request_id, key, client, is_probe } = self;
        let duration_ms = (taken.as_secs_f64() * 1e6).round() / 1e3;
        let client_address = client.map(tracing::field::display);
        // A client in the same process can say the same.
        if client.is_some() && !is_probe {
            tracing::info!(method, route, status, duration_ms, request_id, key, client_address, "request");
        } else {
            tracing::debug!(method, route, status, duration_ms, request_id, key, client_address, "request");
        }
    }
}

/// Whether anybody may hear it.
pub(crate) fn is_heard() -> bool {
    tracing::enabled!(tracing::Level::INFO)
}

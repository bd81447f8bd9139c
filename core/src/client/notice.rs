//! What the client tells the person at the terminal, and what it tells the program beside its results.

use std::fmt;
use std::io::Write;
use std::sync::Arc;

use crate::DashClaw;
use crate::client::options::ApprovalBanner;
use crate::client::transport::is_this_machine;

/// Prints a text on standard output or standard error. Another language sets its own, so that redirected output works.
pub type Printer = Arc<dyn Fn(ApprovalBanner, &str) + Send + Sync>;
/// Is told the JSON text of a guard decision or a recommendation.
pub type Callback = Arc<dyn Fn(&str) + Send + Sync>;

/// The functions of the program that the client calls.
#[derive(Clone, Default)]
pub(crate) struct Hooks {
    pub(crate) printer: Option<Printer>,
    pub(crate) on_guard: Option<Callback>,
    pub(crate) on_recommendation: Option<Callback>,
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hooks")
    }
}

impl DashClaw {
    /// Prints `text` and a line end where `approval_banner` says.
    pub(crate) fn print(&self, text: &str) {
        let config = self.config();
        let banner = config.modes.approval_banner;
        if banner == ApprovalBanner::Off {
            return;
        }
        match &config.hooks.printer {
            Some(print) => print(banner, text),
            None => print(banner, text),
        }
    }
}

impl DashClaw {
    /// Why the way to the server is not safe, for a person who can mend it: nothing when it is encrypted or stays on this
    /// machine.
    pub fn clear_text_warning(&self) -> Option<String> {
        let url = &self.config().base_url;
        if url.scheme() == "https" || url.host_str().is_none_or(is_this_machine) {
            return None;
        }
        let origin = url.origin().ascii_serialization();
        Some(format!("{origin} is not encrypted: the API key travels in clear text; use https"))
    }
}

/// A closed terminal is no reason to stop waiting.
fn print(banner: ApprovalBanner, text: &str) {
    let _ = match banner {
        ApprovalBanner::Stdout => writeln!(std::io::stdout().lock(), "{text}"),
        ApprovalBanner::Stderr => writeln!(std::io::stderr().lock(), "{text}"),
        ApprovalBanner::Off => Ok(()),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_clear_text_to_other_machines_is_warned_of() {
        let table = [
            ("https://example.com", None),
            ("http://localhost:3000", None),
            ("http://dev.localhost", None),
            ("http://127.8.0.1", None),
            ("http://[::1]:3000", None),
            ("http://[::ffff:127.0.0.1]:3000", None),
            ("http://example.com:3000/base", Some("http://example.com:3000 ")),
            ("http://127.0.0.1.example.com", Some("http://127.0.0.1.example.com ")),
            ("http://10.0.0.1", Some("http://10.0.0.1 ")),
        ];
        for (url, start) in table {
            let client = DashClaw::builder().base_url(url).api_key("key").agent_id("agent").build().unwrap();
            let warning = client.clear_text_warning();
            assert_eq!(warning.is_some(), start.is_some(), "{url}");
            assert!(warning.unwrap_or_default().starts_with(start.unwrap_or_default()), "{url}");
        }
    }
}

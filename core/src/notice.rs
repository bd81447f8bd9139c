//! What the client tells the person at the terminal, and what it tells the program beside its results.

use std::fmt;
use std::io::Write;
use std::sync::Arc;

use crate::DashClaw;
use crate::config::ApprovalBanner;

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

/// A closed terminal is no reason to stop waiting.
fn print(banner: ApprovalBanner, text: &str) {
    let _ = match banner {
        ApprovalBanner::Stdout => writeln!(std::io::stdout().lock(), "{text}"),
        ApprovalBanner::Stderr => writeln!(std::io::stderr().lock(), "{text}"),
        ApprovalBanner::Off => Ok(()),
    };
}

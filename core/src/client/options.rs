//! The options of a client and of a call: one table for every language.

mod builder;
mod json;
mod row;
mod table;

use std::sync::Arc;
use std::time::Duration;

pub use builder::Builder;
pub use row::{Form, OptionRow, Vocabulary, Words};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
pub use table::{APPROVAL_BANNER, CALL_OPTIONS, CLIENT_OPTIONS, HITL_MODE, IDEMPOTENCY, MODE, ON_REPLAY};

use crate::client::notice::Hooks;
use crate::client::transport::Transport;
use crate::proof::signing::ActionSigner;

/// How long one call may take in all, unless it says otherwise.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);
/// How often a safe request is repeated, unless the client or the call says otherwise.
pub const DEFAULT_MAX_RETRIES: u32 = 2;
/// How many bytes of a response are read.
pub const DEFAULT_MAX_RESPONSE_BYTES: usize = 16 * 1024 * 1024;

/// What the client does by itself around an action: `guard_mode`, `auto_recommend`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Nothing.
    #[default]
    Off,
    /// Tells, and goes on.
    Warn,
    /// Acts on it.
    Enforce,
}

/// What [`DashClaw::create_action`](crate::DashClaw::create_action) does with an action that needs approval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HitlMode {
    /// Returns it at once; the caller waits.
    #[default]
    Off,
    /// Waits for the decision before it returns.
    Wait,
}

/// Where the banner of a pending approval is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalBanner {
    /// On standard output, as the official SDK does.
    #[default]
    Stdout,
    /// On standard error; for programs that speak a protocol on standard output.
    Stderr,
    /// Nowhere.
    Off,
}

/// Everything a client is made of.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) base_url: url::Url,
    pub(crate) api_key: SecretString,
    pub(crate) auth_token: Option<SecretString>,
    pub(crate) identity: Identity,
    pub(crate) limits: Limits,
    pub(crate) network: Network,
    pub(crate) modes: Modes,
    pub(crate) hooks: Hooks,
    pub(crate) signer: Option<Arc<ActionSigner>>,
    pub(crate) transport: Option<Arc<dyn Transport>>,
}

/// Who acts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Identity {
    pub(crate) agent_id: String,
    pub(crate) agent_name: Option<String>,
}

/// How long, how often, how much.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) timeout: Duration,
    pub(crate) max_retries: u32,
    pub(crate) max_response_bytes: usize,
}

/// How the server is reached.
#[derive(Clone, Debug, Default)]
pub(crate) struct Network {
    pub(crate) proxy: Option<String>,
    pub(crate) ca_bundle: Option<Vec<u8>>,
    /// More certificates, which the surroundings of the program name.
    pub(crate) extra_roots: Option<Vec<u8>>,
    pub(crate) user_agent: Option<String>,
}

/// What the client does by itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Modes {
    pub(crate) guard: Mode,
    pub(crate) hitl: HitlMode,
    pub(crate) recommend: Mode,
    /// 0 to 100.
    pub(crate) recommendation_confidence_min: f64,
    pub(crate) approval_banner: ApprovalBanner,
}

impl Modes {
    /// Whether anything is to happen around an action.
    pub(crate) fn any(self) -> bool {
        self.guard != Mode::Off || self.recommend != Mode::Off || self.hitl != HitlMode::Off
    }
}

/// Reads an environment variable; an empty one counts as not set.
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

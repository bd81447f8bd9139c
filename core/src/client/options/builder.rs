//! Making a client.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::{
    ApprovalBanner, Config, DEFAULT_MAX_RESPONSE_BYTES, DEFAULT_MAX_RETRIES, DEFAULT_TIMEOUT, HitlMode,
    Identity, Limits, Mode, Modes, Network, variable,
};
use crate::client::notice::{Callback, Hooks, Printer};
use crate::client::transport::Transport;
use crate::proof::signing::ActionSigner;
use crate::{DashClaw, Error, Result};

/// Makes a [`DashClaw`]. Nothing is sent and nothing is opened until the first call.
///
/// `base_url`, `api_key` and `agent_id` fall back to the variables `DASHCLAW_BASE_URL`, `DASHCLAW_API_KEY` and
/// `DASHCLAW_AGENT_ID`.
#[derive(Clone, Default)]
#[must_use = "a builder does nothing until `build`"]
pub struct Builder {
    pub(super) base_url: Option<String>,
    pub(super) api_key: Option<SecretString>,
    pub(super) auth_token: Option<SecretString>,
    pub(super) agent_id: Option<String>,
    pub(super) agent_name: Option<String>,
    pub(super) timeout: Option<Duration>,
    pub(super) max_retries: Option<u32>,
    pub(super) max_response_bytes: Option<usize>,
    pub(super) proxy: Option<String>,
    pub(super) ca_bundle: Option<CaBundle>,
    pub(super) extra_roots: Option<Vec<u8>>,
    pub(super) user_agent: Option<String>,
    pub(super) guard_mode: Mode,
    pub(super) hitl_mode: HitlMode,
    pub(super) auto_recommend: Mode,
    pub(super) recommendation_confidence_min: Option<f64>,
    pub(super) approval_banner: Option<ApprovalBanner>,
    pub(super) hooks: Hooks,
    pub(super) signing_key: Option<SecretString>,
    pub(super) transport: Option<Arc<dyn Transport>>,
}

/// Certificates in PEM form.
#[derive(Clone)]
pub(super) enum CaBundle {
    Pem(Vec<u8>),
    File(PathBuf),
}

impl Builder {
    /// Where the server is: an `http` or `https` URL without query and fragment.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// The API key, sent as `x-api-key`.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = Some(SecretString::from(key.into()));
        self
    }

    /// A JWT of your identity provider, sent as `Authorization: Bearer`, that proves which agent acts.
    pub fn auth_token(mut self, token: impl Into<String>) -> Self {
        self.auth_token = Some(SecretString::from(token.into()));
        self
    }

    /// Which agent acts.
    pub fn agent_id(mut self, id: impl Into<String>) -> Self {
        self.agent_id = Some(id.into());
        self
    }

    /// The agent's name for people.
    pub fn agent_name(mut self, name: impl Into<String>) -> Self {
        self.agent_name = Some(name.into());
        self
    }

    /// How long one call may take in all, retries included; 30 seconds unless given. As long as a repeat is safe and left, a
    /// try gets half of what is left of that time, and a second at least, so that a dead connection does not eat it all; the
    /// last try gets all.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How often a request that is safe to repeat is repeated; 2 unless given.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = Some(retries);
        self
    }

    /// How many bytes of a response are read before it counts as malformed; 16 MiB unless given.
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.max_response_bytes = Some(bytes);
        self
    }

    /// The proxy for all requests: the URL of an HTTP proxy (`http`, `https`) or of a SOCKS one (`socks5h`, `socks5`,
    /// `socks4a`, `socks4`). Unless given, the usual variables (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`, …) decide.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// Certificate authorities to trust beside the platform's, or the server's own certificate, as a PEM file.
    pub fn ca_bundle(mut self, file: impl Into<PathBuf>) -> Self {
        self.ca_bundle = Some(CaBundle::File(file.into()));
        self
    }

    /// Certificate authorities to trust beside the platform's, or the server's own certificate, in PEM form.
    pub fn ca_bundle_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.ca_bundle = Some(CaBundle::Pem(pem.into()));
        self
    }

    /// More certificates to trust, in PEM form, beside those of [`ca_bundle`](Self::ca_bundle): what the surroundings of
    /// the program name, as `NODE_EXTRA_CA_CERTS` does. What cannot be used of them is passed over.
    pub fn extra_roots_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.extra_roots = Some(pem.into());
        self
    }

    /// What stands before the SDK's own name in `User-Agent`.
    pub fn user_agent(mut self, product: impl Into<String>) -> Self {
        self.user_agent = Some(product.into());
        self
    }

    /// Asks guard before every action that is created.
    pub fn guard_mode(mut self, mode: Mode) -> Self {
        self.guard_mode = mode;
        self
    }

    /// Waits by itself when a created action needs approval.
    pub fn hitl_mode(mut self, mode: HitlMode) -> Self {
        self.hitl_mode = mode;
        self
    }

    /// Adapts actions to what was learned from earlier ones.
    pub fn auto_recommend(mut self, mode: Mode) -> Self {
        self.auto_recommend = mode;
        self
    }

    /// How sure a recommendation must be before it is applied: 0 to 100, 70 unless given.
    pub fn recommendation_confidence_min(mut self, percent: f64) -> Self {
        self.recommendation_confidence_min = Some(percent);
        self
    }

    /// Where the banner of a pending approval goes; the variable `DASHCLAW_APPROVAL_BANNER` decides unless given.
    pub fn approval_banner(mut self, banner: ApprovalBanner) -> Self {
        self.approval_banner = Some(banner);
        self
    }

    /// Prints what a person at the terminal should see; standard output and standard error unless given.
    pub fn printer(mut self, printer: Printer) -> Self {
        self.hooks.printer = Some(printer);
        self
    }

    /// Is told every decision that `guard_mode` asks for, as JSON text.
    pub fn on_guard(mut self, callback: Callback) -> Self {
        self.hooks.on_guard = Some(callback);
        self
    }

    /// Is told every recommendation that `auto_recommend` reads, as JSON text.
    pub fn on_recommendation(mut self, callback: Callback) -> Self {
        self.hooks.on_recommendation = Some(callback);
        self
    }

    /// Signs created actions (`_signature`): an RSA private key as PEM (PKCS#8 or PKCS#1) or as a JWK.
    pub fn signing_key(mut self, key: impl Into<String>) -> Self {
        self.signing_key = Some(SecretString::from(key.into()));
        self
    }

    /// Reaches the server through `transport` instead of the network; for embedded instances and tests.
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Makes the client, or says which option is missing or unusable.
    pub fn build(self) -> Result<DashClaw> {
        DashClaw::new(self.into_config()?)
    }

    fn into_config(self) -> Result<Config> {
        let base_url = self.base_url.or_else(|| variable("DASHCLAW_BASE_URL"));
        let base_url = parse_base_url(&base_url.ok_or_else(|| missing("base_url"))?)?;
        let api_key = self.api_key.or_else(|| variable("DASHCLAW_API_KEY").map(SecretString::from));
        let api_key = header_safe("api_key", api_key.ok_or_else(|| missing("api_key"))?)?;
        let auth_token = self.auth_token.map(|token| header_safe("auth_token", token)).transpose()?;
        let agent_id = self.agent_id.or_else(|| variable("DASHCLAW_AGENT_ID")).filter(|id| !id.is_empty());
        Ok(Config {
            base_url,
            api_key,
            auth_token,
            identity: Identity {
                agent_id: agent_id.ok_or_else(|| missing("agent_id"))?,
                agent_name: self.agent_name.filter(|name| !name.is_empty()),
            },
            limits: Limits {
                timeout: self.timeout.unwrap_or(DEFAULT_TIMEOUT),
                max_retries: self.max_retries.unwrap_or(DEFAULT_MAX_RETRIES),
                max_response_bytes: self.max_response_bytes.unwrap_or(DEFAULT_MAX_RESPONSE_BYTES),
            },
            network: Network {
                proxy: self.proxy,
                ca_bundle: self.ca_bundle.map(CaBundle::read).transpose()?,
                extra_roots: self.extra_roots,
                user_agent: self.user_agent,
            },
            modes: Modes {
                guard: self.guard_mode,
                hitl: self.hitl_mode,
                recommend: self.auto_recommend,
                recommendation_confidence_min: self
                    .recommendation_confidence_min
                    .unwrap_or(70.0)
                    .clamp(0.0, 100.0),
                approval_banner: self.approval_banner.map_or_else(banner_from_environment, Ok)?,
            },
            hooks: self.hooks,
            signer: self.signing_key.as_ref().map(read_signing_key).transpose()?,
            transport: self.transport,
        })
    }
}

/// Shows no secret.
impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("base_url", &self.base_url)
            .field("agent_id", &self.agent_id)
            .finish_non_exhaustive()
    }
}

impl CaBundle {
    fn read(self) -> Result<Vec<u8>> {
        match self {
            Self::Pem(pem) => Ok(pem),
            Self::File(path) => std::fs::read(&path).map_err(|error| {
                Error::configuration(
                    "ca_bundle",
                    format!("cannot be read from `{}`: {error}", path.display()),
                )
            }),
        }
    }
}

fn read_signing_key(key: &SecretString) -> Result<Arc<ActionSigner>> {
    ActionSigner::from_text(key)
        .map(Arc::new)
        .map_err(|error| Error::configuration("signing_key", format!("is not usable: {error}")))
}

fn missing(option: &str) -> Error {
    let variable = option.to_ascii_uppercase();
    Error::configuration(option, format!("is required (or set the variable DASHCLAW_{variable})"))
}

fn parse_base_url(text: &str) -> Result<Url> {
    let unusable = |problem: &str| Error::configuration("base_url", problem);
    let mut url = Url::parse(text.trim_end_matches('/')).map_err(|error| {
        unusable(&format!("must be a URL such as `https://dashclaw.example.com`: {error}"))
    })?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(unusable("must be an http or https URL"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(unusable("must not hold a user name or password"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(unusable("must not have a query or a fragment"));
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

/// A secret that goes into a header must be able to; the check must not show it.
fn header_safe(option: &str, secret: SecretString) -> Result<SecretString> {
    use secrecy::ExposeSecret;
    let text = secret.expose_secret();
    if text.is_empty() {
        return Err(missing(option));
    }
    if !text.bytes().all(|byte| (0x21..=0x7e).contains(&byte)) {
        return Err(Error::configuration(option, "must be printable ASCII without spaces"));
    }
    Ok(secret)
}

fn banner_from_environment() -> Result<ApprovalBanner> {
    match variable("DASHCLAW_APPROVAL_BANNER").as_deref() {
        None | Some("stdout") => Ok(ApprovalBanner::Stdout),
        Some("stderr") => Ok(ApprovalBanner::Stderr),
        Some("off") => Ok(ApprovalBanner::Off),
        Some(other) => Err(Error::configuration(
            "approval_banner",
            format!("(from DASHCLAW_APPROVAL_BANNER) must be `stdout`, `stderr` or `off`, not `{other}`"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    fn complete() -> Builder {
        Builder::default().base_url("http://127.0.0.1:1/").api_key("oc_live_secret").agent_id("agent-1")
    }

    #[test]
    fn every_unusable_option_is_named() {
        let cases = [
            ("base_url", complete().base_url("")),
            ("base_url", complete().base_url("ftp://example.com")),
            ("base_url", complete().base_url("https://user:pass@example.com")),
            ("base_url", complete().base_url("https://example.com/?a=b")),
            ("api_key", complete().api_key("line\nbreak")),
            ("api_key", complete().api_key("")),
            ("agent_id", complete().agent_id("")),
            ("ca_bundle", complete().ca_bundle("/nonexistent/roots.pem")),
        ];
        for (option, builder) in cases {
            let error = builder.build().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration, "{option}");
            assert_eq!(error.fields().argument.as_deref(), Some(option), "{error}");
        }
    }

    #[test]
    fn no_secret_is_shown() {
        let builder = complete().auth_token("token-secret");
        let client = builder.clone().build().unwrap();
        let shown =
            format!("{builder:?} {client:?} {}", complete().api_key("oc_live_secret\n").build().unwrap_err());
        assert!(!shown.contains("secret"), "{shown}");
    }
}

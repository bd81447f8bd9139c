//! What an instance is told at its start: by its caller, and by the environment. The variables have the platform's names.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;

#[cfg(feature = "postgres")]
use crate::db;
use crate::domains::retention::cases as retention;
use crate::identity::TokenTrust;
use crate::origin::{HostName, Origin};
use crate::policy::{GuardSettings, Verdict};
use crate::proxies::TrustedProxies;
use crate::public_url::PublicUrl;
use crate::vault::KeySource;

/// How an [`Instance`](crate::Instance) is opened.
#[derive(Clone, Debug, Default)]
pub struct InstanceOptions {
    /// The database file, or a directory in which it is `dashclaw.db`. Without one, or with `:memory:`, everything is kept in memory
    /// and gone at the end.
    pub path: Option<PathBuf>,
    /// A PostgreSQL database instead of a file, which any number of instances share. It needs the feature `postgres`.
    pub database: Option<Database>,
    /// A YAML file that shares the organisations out among several PostgreSQL databases, the same for all instances.
    pub shard_map: Option<PathBuf>,
    /// A YAML file of policies, or `starter` for those that come with the program. At each start it replaces the policies that
    /// came from a file before.
    pub policies: Option<PathBuf>,
    /// An API key of the admin role that holds while the instance runs and is not stored: its owner is on record as
    /// `operator`.
    pub api_key: Option<SecretString>,
    /// How many requests a client may make. `DASHCLAW_RATE_LIMIT_MAX` and `DASHCLAW_RATE_LIMIT_WINDOW_MS` win over it;
    /// without either there is no limit. Requests through [`Instance::transport`](crate::Instance::transport) are never
    /// limited.
    pub rate_limit: Option<RateLimit>,
    /// Lets `webhook_check` policies call private addresses and plain http.
    pub allow_private_webhooks: bool,
    /// The reverse proxies that say where a request comes from; without any, that is whoever has opened the connection.
    pub trusted_proxies: TrustedProxies,
    /// Where people reach the instance: links that it gives out begin with it. Without one they are paths.
    pub public_url: Option<PublicUrl>,
    /// Names under which it is reached, beside `localhost`, addresses and that of the public URL. Under any other it answers
    /// 421: a page of anybody's can lead a name of its own to this machine.
    pub allowed_hosts: Vec<HostName>,
    /// Other sites whose pages may read answers (CORS). Nobody's may unless it is named.
    pub cors_origins: Vec<Origin>,
    /// Whose tokens say who an agent is. Each variable that is named there wins over its member.
    pub tokens: TokenTrust,
}

/// A PostgreSQL database.
#[derive(Clone)]
pub struct Database {
    /// `postgres://user:password@host:port/name?sslmode=…&sslrootcert=…`, direct or through a pooler.
    pub url: SecretString,
    /// How an instance hears that another one has news. Without it every instance looks often.
    pub listen: Listen,
}

/// How an instance hears that another one has news.
#[derive(Clone, Default)]
pub enum Listen {
    /// By the address of the database; where that is a pooler's, not at all.
    #[default]
    Same,
    /// By an address of its own, which is no pooler's, while the address of the database is one's.
    At(SecretString),
    /// Not at all.
    Never,
}

impl Database {
    /// A database that is reached directly.
    pub fn new(url: impl Into<SecretString>) -> Self {
        Self { url: url.into(), listen: Listen::Same }
    }

    #[cfg(feature = "postgres")]
    pub(crate) fn options(&self) -> db::PostgresOptions {
        use secrecy::ExposeSecret as _;
        let listen = match &self.listen {
            Listen::Same => db::Listen::Same,
            Listen::At(url) => db::Listen::At(url.expose_secret().to_owned()),
            Listen::Never => db::Listen::Never,
        };
        db::PostgresOptions { listen, ..db::PostgresOptions::new(self.url.expose_secret().to_owned()) }
    }
}

/// Addresses hold passwords.
impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").finish_non_exhaustive()
    }
}

impl fmt::Debug for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Same => "Same",
            Self::At(_) => "At(…)",
            Self::Never => "Never",
        })
    }
}

/// How many requests a client may make to one route: a client is an API key at an address or, without a valid key, an
/// address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// How many in one window.
    pub max: u32,
    /// How long a window is.
    pub window: Duration,
}

/// Everything a running instance was told.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub(crate) struct Config {
    pub(crate) org_id: String,
    pub(crate) rate_limit: Option<RateLimit>,
    pub(crate) trusted_proxies: TrustedProxies,
    pub(crate) public_url: Option<PublicUrl>,
    pub(crate) allowed_hosts: Vec<HostName>,
    pub(crate) cors_origins: Vec<Origin>,
    pub(crate) guard: GuardSettings,
    pub(crate) cron_secret: Option<SecretString>,
    pub(crate) webhook_secret: Option<SecretString>,
    pub(crate) signing_key: Option<SecretString>,
    /// Where the key is that secrets of agents are sealed with.
    pub(crate) secrets_key: KeySource,
    pub(crate) allow_private_webhooks: bool,
    pub(crate) expose_error_detail: bool,
    pub(crate) enforce_signatures: bool,
    pub(crate) allow_self_approval: bool,
    /// How long an action waits for a human, in minutes, in organisations without a setting of their own.
    pub(crate) approval_timeout_minutes: i64,
    /// For organisations without a setting of their own; nothing keeps everything.
    pub(crate) retention_days: Option<i64>,
    pub(crate) tokens: TokenTrust,
    /// How long a pairing can be approved, in milliseconds.
    pub(crate) pairing_ttl_ms: i64,
}

/// The setting, and the variable for organisations without it, that lets whoever created an action approve it.
pub(crate) const ALLOW_SELF_APPROVAL: &str = "DASHCLAW_ALLOW_SELF_APPROVAL";

/// The setting, and the variable for organisations without it, that says how many minutes an action waits for a human.
pub(crate) const APPROVAL_TIMEOUT: &str = "DASHCLAW_APPROVAL_TIMEOUT_MINUTES";

/// The organisation of an instance that was told of no other.
pub(crate) const DEFAULT_ORG: &str = "org_default";

impl Config {
    pub(crate) fn read(options: &InstanceOptions) -> Self {
        let guard = GuardSettings::default();
        let deadline = number("DASHCLAW_GUARD_DEADLINE_MS").map_or(guard.deadline, Duration::from_millis);
        let fallback = variable("DASHCLAW_GUARD_FALLBACK").and_then(|word| Verdict::from_word(&word));
        Self {
            org_id: variable("DASHCLAW_API_KEY_ORG").unwrap_or_else(|| DEFAULT_ORG.to_owned()),
            rate_limit: rate_limit(
                options.rate_limit,
                number("DASHCLAW_RATE_LIMIT_MAX"),
                number("DASHCLAW_RATE_LIMIT_WINDOW_MS"),
            ),
            trusted_proxies: options.trusted_proxies.clone(),
            public_url: options.public_url.clone(),
            allowed_hosts: options.allowed_hosts.clone(),
            cors_origins: options.cors_origins.clone(),
            guard: GuardSettings { deadline, fallback: fallback.unwrap_or(guard.fallback) },
            cron_secret: variable("CRON_SECRET").map(SecretString::from),
            webhook_secret: variable("GUARD_WEBHOOK_SECRET").map(SecretString::from),
            signing_key: variable("DASHCLAW_SIGNING_KEY_JWK").map(SecretString::from),
            secrets_key: secrets_key(options),
            allow_private_webhooks: options.allow_private_webhooks,
            expose_error_detail: flag("DASHCLAW_EXPOSE_ERROR_DETAIL"),
            enforce_signatures: flag("ENFORCE_AGENT_SIGNATURES"),
            allow_self_approval: flag(ALLOW_SELF_APPROVAL),
            approval_timeout_minutes: approval_timeout(variable(APPROVAL_TIMEOUT).as_deref()),
            retention_days: variable(retention::SETTING).and_then(|text| retention::days(&text)),
            tokens: tokens(&options.tokens),
            pairing_ttl_ms: pairing_ttl_ms(),
        }
    }

    /// A link to a path of the instance, as far as it is known where people reach it.
    pub(crate) fn link(&self, path: &str) -> String {
        self.public_url.as_ref().map_or_else(|| path.to_owned(), |url| url.link(path))
    }
}

fn rate_limit(option: Option<RateLimit>, max: Option<u64>, window_ms: Option<u64>) -> Option<RateLimit> {
    // A window of no length would let everything in.
    let window = window_ms.filter(|ms| *ms > 0).map(Duration::from_millis);
    let max = max.and_then(|max| u32::try_from(max).ok());
    let asked = option.or_else(|| max.map(|max| RateLimit { max, window: Duration::from_secs(60) }))?;
    Some(RateLimit { max: max.unwrap_or(asked.max), window: window.unwrap_or(asked.window) })
}

fn tokens(option: &TokenTrust) -> TokenTrust {
    let issuers = variable("DASHCLAW_ALLOWED_ISSUER");
    let listed = |text: String| {
        text.split(',').map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned).collect()
    };
    TokenTrust {
        issuers: issuers.map_or_else(|| option.issuers.clone(), listed),
        jwks_file: variable("DASHCLAW_JWKS_FILE").map(PathBuf::from).or_else(|| option.jwks_file.clone()),
        audience: variable("DASHCLAW_JWT_AUDIENCE").or_else(|| option.audience.clone()),
        reuse: flag("DASHCLAW_JWT_REUSE") || option.reuse,
    }
}

/// A day, or as many minutes as the text says.
fn approval_timeout(text: Option<&str>) -> i64 {
    text.and_then(|text| text.trim().parse().ok()).map_or(24 * 60, bounded_approval_timeout)
}

/// One minute to a year.
pub(crate) fn bounded_approval_timeout(minutes: i64) -> i64 {
    minutes.clamp(1, 365 * 24 * 60)
}

/// 15 minutes, or as many as `DASHCLAW_PAIRING_TTL_MINUTES` says, at most a week.
fn pairing_ttl_ms() -> i64 {
    let minutes = number("DASHCLAW_PAIRING_TTL_MINUTES").and_then(|minutes| i64::try_from(minutes).ok());
    minutes.unwrap_or(15).clamp(1, 7 * 24 * 60) * 60_000
}

/// Whether a setting's text means yes.
pub(crate) fn is_true(text: &str) -> bool {
    matches!(text.trim().to_ascii_lowercase().as_str(), "true" | "1" | "yes" | "on")
}

fn flag(name: &str) -> bool {
    variable(name).is_some_and(|text| is_true(&text))
}

fn number(name: &str) -> Option<u64> {
    variable(name)?.trim().parse().ok()
}

/// In the environment, beside the file with the data, or nowhere.
fn secrets_key(options: &InstanceOptions) -> KeySource {
    if let Some(key) = variable("DASHCLAW_SECRETS_KEY") {
        return KeySource::Given(key.into());
    }
    match options.path.as_deref().filter(|path| *path != Path::new(":memory:")) {
        Some(path) if path.is_dir() => KeySource::Folder(path.to_owned()),
        Some(path) => KeySource::Folder(path.parent().unwrap_or(Path::new("")).to_owned()),
        None if options.database.is_some() || options.shard_map.is_some() => KeySource::Missing,
        None => KeySource::Memory,
    }
}

/// Reads an environment variable; an empty one counts as not set.
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_window_switches_the_limit_off() {
        let limit = |max, seconds| Some(RateLimit { max, window: Duration::from_secs(seconds) });
        assert_eq!(rate_limit(None, None, Some(5)), None);
        assert_eq!(rate_limit(None, Some(3), Some(0)), limit(3, 60));
        assert_eq!(rate_limit(limit(3, 9), None, Some(0)), limit(3, 9));
        assert_eq!(rate_limit(limit(3, 9), Some(4), Some(2000)), limit(4, 2));
    }
}

//! The client: what all languages share.

mod attempt;
pub(crate) mod call;
mod exchange;
pub(crate) mod modes;
pub(crate) mod notice;
pub mod options;
mod redact;
pub(crate) mod standing;
#[cfg(test)]
pub(crate) mod stub;
mod ticker;
pub mod transport;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, Weak};

pub(crate) use exchange::dice;
use http::{HeaderMap, Uri};
use redact::Secrets;
use ticker::Ticker;
use tokio_util::sync::CancellationToken;

use crate::api::{find, rows};
#[cfg(feature = "runtime")]
use crate::bridge::Lanes;
use crate::catalogue::suggest::hint;
use crate::catalogue::{Expect, Operation, Row};
use crate::client::call::written;
use crate::client::options::Config;
use crate::client::transport::{HttpTransport, Transport};
use crate::proof::keys::KeyCache;
use crate::telemetry::{Entered, Scope};
use crate::waiting::events::SharedStream;
use crate::waiting::heartbeat::Heart;
use crate::work::governed::Runs;
use crate::{Builder, CallOptions, Error, ErrorKind, Response, Result};

/// A client of one DashClaw server, for one agent. Cheap to clone; all clones share one connection pool.
///
/// Dropping the future of a call abandons it; for a clean answer give it a
/// [`cancel`](CallOptions::cancel) token instead.
#[derive(Clone)]
pub struct DashClaw(Arc<Inner>, Option<Arc<dyn Transport>>, Option<Scope>);

struct Inner {
    number: u64,
    config: Config,
    headers: HeaderMap,
    origin: Uri,
    transport: OnceLock<Result<Arc<dyn Transport>>>,
    closed: CancellationToken,
    keys: KeyCache,
    ticker: Arc<Ticker>,
    heart: Heart,
    stream: SharedStream,
    runs: Runs,
    secrets: Secrets,
    #[cfg(feature = "runtime")]
    lanes: Lanes,
}

/// A client that does not keep itself alive.
pub(crate) struct WeakClient(Weak<Inner>);

impl WeakClient {
    /// The client, if anybody still has it.
    pub(crate) fn upgrade(&self) -> Option<DashClaw> {
        self.0.upgrade().map(|inner| DashClaw(inner, None, None))
    }
}

impl DashClaw {
    /// Makes a client step by step.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn new(config: Config) -> Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let origin = attempt::origin(&config)?;
        let headers = attempt::fixed_headers(&config)?;
        let transport = OnceLock::new();
        if let Some(given) = &config.transport {
            let _ = transport.set(Ok(Arc::clone(given)));
        }
        let secrets = Secrets::of(&config);
        let inner = Inner {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            config,
            headers,
            origin,
            transport,
            closed: CancellationToken::new(),
            keys: KeyCache::default(),
            ticker: Arc::default(),
            heart: Heart::default(),
            stream: SharedStream::default(),
            runs: Runs::default(),
            secrets,
            #[cfg(feature = "runtime")]
            lanes: Lanes::default(),
        };
        let client = Self(Arc::new(inner), None, None);
        client.tell_clear_text();
        Ok(client)
    }

    /// Calls an operation by its name with a JSON object of arguments. The typed methods say what each one takes.
    pub async fn call(&self, operation: &str, arguments: &[u8], options: &CallOptions) -> Result<Response> {
        self.call_row(self.find(operation)?, arguments, options).await
    }

    /// The row of an operation.
    #[expect(clippy::unused_self, reason = "what a client calls, it finds")]
    pub(crate) fn find(&self, operation: &str) -> Result<&'static Row> {
        find(operation).ok_or_else(|| {
            let hint = hint(operation, rows().map(|row| row.name));
            Error::argument("operation", format!("`{operation}` does not exist{hint}"))
        })
    }

    /// Sends a typed request with options of its own.
    pub async fn send_with<O: Operation>(&self, request: &O, options: &CallOptions) -> Result<O::Response> {
        let arguments = written(request)?;
        let response = self.call_row(&O::ROW, &arguments, options).await?;
        let read = response.json().map_err(|error| self.redact_error(error));
        if !O::ROW.rules.secret {
            return read;
        }
        // A reader's own words quote what it cannot read.
        read.map_err(|error| {
            error.with(|fields| {
                "the response does not have the documented form".clone_into(&mut fields.message);
            })
        })
    }

    /// Sends a typed request.
    pub async fn send<O: Operation>(&self, request: &O) -> Result<O::Response> {
        self.send_with(request, &CallOptions::default()).await
    }

    pub(crate) async fn call_row(
        &self,
        row: &'static Row,
        arguments: &[u8],
        options: &CallOptions,
    ) -> Result<Response> {
        if row.rules.expect == Expect::Events {
            let problem = format!("`{}` is a stream, which the method of that name reads", row.name);
            return Err(Error::argument("operation", problem));
        }
        let is_governed = row.rules.governed && self.config().modes.any();
        if row.rules.composed.is_none() && !is_governed {
            return self.call_plainly(row, arguments, options).await;
        }
        let entered = self.enter(row.name);
        let client = entered.as_ref().map_or(self, Entered::client);
        let ended = match row.rules.composed {
            Some(composed) => client.compose(composed, row, arguments, options).await,
            // Boxed, because the modes make calls of their own.
            None => Box::pin(client.create_with_modes(row, arguments, options)).await,
        };
        if let Some(entered) = &entered {
            entered.leave_row(row, arguments, &ended);
        }
        ended
    }

    /// One request and its answer, without anything around it.
    pub(crate) async fn call_plainly(
        &self,
        row: &'static Row,
        arguments: &[u8],
        options: &CallOptions,
    ) -> Result<Response> {
        let entered = self.enter(row.name);
        let client = entered.as_ref().map_or(self, Entered::client);
        let ended = match client.prepare(row, arguments, options) {
            Ok(prepared) => client.exchange(&prepared, options).await,
            Err(refusal) => Err(refusal),
        };
        if let Some(entered) = &entered {
            entered.leave_row(row, arguments, &ended);
        }
        ended
    }

    /// Which agent acts.
    pub fn agent_id(&self) -> &str {
        &self.0.config.identity.agent_id
    }

    /// The agent's name for people.
    pub fn agent_name(&self) -> Option<&str> {
        self.0.config.identity.agent_name.as_deref()
    }

    /// Where the server is.
    pub fn base_url(&self) -> &str {
        self.0.config.base_url.as_str().trim_end_matches('/')
    }

    /// Ends the client: calls under way stop, later ones are refused. After this no request leaves.
    pub fn close(&self) {
        self.0.closed.cancel();
        #[cfg(feature = "runtime")]
        self.0.lanes.close();
    }

    /// Whether [`close`](Self::close) was called.
    pub fn is_closed(&self) -> bool {
        self.0.closed.is_cancelled()
    }

    pub(crate) fn config(&self) -> &Config {
        &self.0.config
    }

    pub(crate) fn key_cache(&self) -> &KeyCache {
        &self.0.keys
    }

    pub(crate) fn heart(&self) -> &Heart {
        &self.0.heart
    }

    pub(crate) fn stream(&self) -> &SharedStream {
        &self.0.stream
    }

    pub(crate) fn runs(&self) -> &Runs {
        &self.0.runs
    }

    pub(crate) fn downgrade(&self) -> WeakClient {
        WeakClient(Arc::downgrade(&self.0))
    }

    pub(crate) fn closed(&self) -> &CancellationToken {
        &self.0.closed
    }

    /// The lanes of blocking calls.
    #[cfg(feature = "runtime")]
    pub(crate) fn lanes(&self) -> &Lanes {
        &self.0.lanes
    }

    /// The same client over this transport.
    #[cfg(feature = "runtime")]
    pub(crate) fn over(&self, transport: &Arc<dyn Transport>) -> Self {
        Self(Arc::clone(&self.0), Some(Arc::clone(transport)), self.2.clone())
    }

    /// The same client, whose calls write there.
    pub(crate) fn within(&self, scope: Scope) -> Self {
        Self(Arc::clone(&self.0), self.1.clone(), Some(scope))
    }

    /// The same client for what outlives the call, and is no part of it.
    pub(crate) fn untraced(&self) -> Self {
        Self(Arc::clone(&self.0), self.1.clone(), None)
    }

    pub(crate) fn scope(&self) -> Option<&Scope> {
        self.2.as_ref()
    }

    /// Which of this process's clients it is, for logs.
    pub(crate) fn number(&self) -> u64 {
        self.0.number
    }

    /// The transport; made on first use, because reading the platform's certificates takes milliseconds.
    pub(crate) fn transport(&self) -> Result<&dyn Transport> {
        if let Some(own) = &self.1 {
            return Ok(own.as_ref());
        }
        let config = &self.0.config;
        let made = self.0.transport.get_or_init(|| {
            let transport = HttpTransport::new(&config.network, &self.0.origin)?;
            Ok(Arc::new(transport) as Arc<dyn Transport>)
        });
        match made {
            Ok(transport) => Ok(transport.as_ref()),
            Err(error) => Err(error.clone()),
        }
    }

    fn secrets(&self) -> &Secrets {
        &self.0.secrets
    }

    pub(crate) fn check_open(&self) -> Result<()> {
        if self.is_closed() { Err(Error::new(ErrorKind::Closed, "the client is closed")) } else { Ok(()) }
    }
}

/// Shows no secret.
impl fmt::Debug for DashClaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DashClaw")
            .field("base_url", &self.base_url())
            .field("agent_id", &self.agent_id())
            .field("closed", &self.is_closed())
            .finish_non_exhaustive()
    }
}

/// The first half of this process's trace ids.
fn process_trace_id() -> u64 {
    static ID: OnceLock<u64> = OnceLock::new();
    *ID.get_or_init(|| {
        let mut bytes = [0_u8; 8];
        // Without randomness the id is merely less unique.
        let _ = getrandom::fill(&mut bytes);
        u64::from_le_bytes(bytes) | 1
    })
}

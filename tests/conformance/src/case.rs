//! What a case is: the YAML model. `README.md` explains every word.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value};

/// One YAML file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    /// What the file is about, for its readers.
    #[serde(rename = "about")]
    _about: String,
    pub(crate) cases: Vec<Map<String, Value>>,
}

/// One case, written once and run in every language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    /// Its name without the file's.
    #[serde(rename = "name")]
    _name: String,
    /// Why it exists, for its readers.
    #[serde(rename = "why")]
    _why: Option<String>,
    /// Options of the default client `c`, over the runner's own.
    #[serde(default)]
    pub(crate) client: Map<String, Value>,
    /// More clients, by name.
    #[serde(default)]
    pub(crate) clients: BTreeMap<String, Map<String, Value>>,
    /// What the scripted server expects and answers.
    #[serde(default)]
    pub(crate) server: Vec<Exchange>,
    /// Whether the exchanges come in this very order; otherwise each request takes the first open one with its verb and path.
    #[serde(default)]
    pub(crate) ordered: bool,
    /// All that the proxy is asked for, each once or more: `forward`, `connect` or `socks5`, then `name:port`.
    pub(crate) through: Option<BTreeSet<String>>,
    /// What happens to the first connections, before anything is read.
    #[serde(default)]
    pub(crate) connections: Vec<Greeting>,
    /// Runs against an embedded instance instead.
    pub(crate) instance: Option<InstanceSpec>,
    /// Runs a file of vectors instead.
    pub(crate) vectors: Option<String>,
    #[serde(default, rename = "do")]
    pub(crate) steps: Vec<Step>,
    /// The hard limit for the whole case.
    #[serde(default = "default_seconds")]
    pub(crate) seconds: f64,
    /// Languages in which it cannot run, and why.
    #[serde(default)]
    pub(crate) skip: BTreeMap<String, String>,
    /// Why the languages' results rightly differ; nothing when they must be equal.
    pub(crate) differs: Option<String>,
    /// Environment of a testee of its own.
    pub(crate) environment: Option<BTreeMap<String, String>>,
    /// What the testee must print beside the protocol.
    pub(crate) prints: Option<Prints>,
}

fn default_seconds() -> f64 {
    20.0
}

/// What the testee printed: counts per text.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Prints {
    #[serde(default)]
    pub(crate) stdout: BTreeMap<String, usize>,
    #[serde(default)]
    pub(crate) stderr: BTreeMap<String, usize>,
}

/// The embedded instance of a case.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct InstanceSpec {
    /// Policies in force from the start, as in a policy file.
    pub(crate) policies: Value,
    /// Settings of the organisation, by the platform's names.
    pub(crate) settings: BTreeMap<String, String>,
}

/// What happens to a connection before anything is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Greeting {
    Serve,
    Reset,
    Close,
}

/// One request that is expected, and its reply.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exchange {
    /// Verb and path: `POST /api/guard`.
    pub(crate) on: String,
    /// The whole query, as a set.
    #[serde(default)]
    pub(crate) query: Map<String, Value>,
    /// Headers beside those that every request carries.
    #[serde(default)]
    pub(crate) headers: Map<String, Value>,
    /// The whole JSON body; `$absent` unless given.
    pub(crate) body: Option<Value>,
    /// Texts that stand in the body, byte by byte.
    #[serde(default)]
    pub(crate) has: Vec<String>,
    /// How often: a number, `any` or `some`.
    #[serde(default)]
    pub(crate) times: Times,
    /// How much of the request is read before the reply.
    #[serde(default)]
    pub(crate) read: Read,
    /// Short for a reply 200 with this JSON body.
    pub(crate) json: Option<Value>,
    pub(crate) reply: Option<Reply>,
}

/// How often an exchange takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(crate) enum Times {
    Exactly(usize),
    Loosely(Loosely),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Loosely {
    Any,
    Some,
}

impl Default for Times {
    fn default() -> Self {
        Self::Exactly(1)
    }
}

impl Times {
    pub(crate) fn is_open(self, used: usize) -> bool {
        !matches!(self, Self::Exactly(times) if used >= times)
    }

    pub(crate) fn is_met(self, used: usize) -> bool {
        match self {
            Self::Exactly(times) => used == times,
            Self::Loosely(Loosely::Any) => true,
            Self::Loosely(Loosely::Some) => used > 0,
        }
    }
}

/// How much of the request is read before the reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Read {
    #[default]
    All,
    Head,
}

/// One reply.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Reply {
    pub(crate) status: Option<u16>,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) json: Option<Value>,
    pub(crate) text: Option<String>,
    /// Only so many bytes of the whole reply, head included, are sent.
    pub(crate) cut: Option<usize>,
    /// What follows the reply.
    pub(crate) then: Option<Then>,
    /// Seconds before the first byte.
    pub(crate) delay: f64,
    /// Seconds between single bytes; nothing when the reply is sent as a whole.
    pub(crate) byte_every: Option<f64>,
    /// The length that the head claims, where it lies.
    pub(crate) claims: Option<usize>,
    /// Sends the body in chunks instead of with a length.
    pub(crate) chunked: bool,
    /// Runs these instead of all of the above.
    pub(crate) script: Vec<Act>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Then {
    /// Serve the next request on the same connection.
    Keep,
    Close,
    Reset,
    /// Say nothing, and keep the connection.
    Hang,
}

/// One act of a scripted reply.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Act {
    /// The head of an event stream; the body ends with the connection.
    Stream(BTreeMap<String, String>),
    /// One event: `id`, `event`, `data` (JSON or text).
    Event(Event),
    /// These bytes.
    Send(String),
    /// These bytes, in hex.
    Hex(String),
    /// These bytes, one at a time.
    Bytewise(String),
    /// These bytes again and again: `send`, `every` seconds, until the client leaves or `times` is reached.
    Repeat(Repeat),
    /// Seconds of silence.
    Sleep(f64),
    /// Waits until the case gives this signal.
    Wait(String),
    /// Gives a signal itself.
    Signal(String),
    /// Ends the reply.
    Then(Then),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Event {
    pub(crate) id: Option<String>,
    #[serde(rename = "event")]
    pub(crate) name: Option<String>,
    pub(crate) data: Value,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Repeat {
    pub(crate) send: String,
    pub(crate) every: f64,
    pub(crate) times: Option<usize>,
}

/// One step: what is done, how, and what must come of it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Step {
    // What is asked of the testee. At most one of these.
    pub(crate) call: Option<String>,
    pub(crate) wait_for_approval: Option<String>,
    pub(crate) run_governed: Option<Map<String, Value>>,
    pub(crate) events: Option<Map<String, Value>>,
    pub(crate) start_heartbeat: Option<Map<String, Value>>,
    pub(crate) stop_heartbeat: Option<Map<String, Value>>,
    pub(crate) iterate: Option<Map<String, Value>>,
    pub(crate) work_orders: Option<Map<String, Value>>,
    pub(crate) verify_receipt: Option<Map<String, Value>>,
    pub(crate) require_valid_receipt: Option<Map<String, Value>>,
    pub(crate) canonical_json: Option<Map<String, Value>>,
    pub(crate) derive_idempotency_key: Option<Map<String, Value>>,
    pub(crate) sign_action: Option<Map<String, Value>>,
    pub(crate) open_instance: Option<Map<String, Value>>,
    pub(crate) close_instance: Option<Map<String, Value>>,
    pub(crate) new: Option<String>,
    pub(crate) close: Option<String>,
    pub(crate) cancel: Option<String>,
    // What the runner does itself.
    pub(crate) join: Option<String>,
    pub(crate) sleep: Option<f64>,
    pub(crate) seen: Option<Seen>,
    pub(crate) signal: Option<String>,
    pub(crate) listen: Option<bool>,
    /// Seconds in which no request may come.
    pub(crate) quiet: Option<f64>,
    // How.
    pub(crate) client: Option<String>,
    pub(crate) with: Option<Map<String, Value>>,
    /// Arguments as JSON text, where YAML or JSON tools would change it.
    pub(crate) with_text: Option<String>,
    pub(crate) options: Option<Map<String, Value>>,
    /// The instance in the testee's process that a new client is of, and its role there.
    pub(crate) instance: Option<String>,
    pub(crate) role: Option<String>,
    /// Goes on without the answer, which a later `join` awaits.
    pub(crate) start: Option<String>,
    /// Keeps the answer for `${name…}`.
    pub(crate) save: Option<String>,
    // What must come of it.
    pub(crate) ok: Option<Value>,
    pub(crate) error: Option<Map<String, Value>>,
    /// The most seconds it may take.
    pub(crate) within: Option<f64>,
    /// The least seconds it must take.
    pub(crate) at_least: Option<f64>,
}

/// Waits until so many requests with this verb and path came.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Seen {
    pub(crate) on: String,
    #[serde(default = "once")]
    pub(crate) times: usize,
}

fn once() -> usize {
    1
}

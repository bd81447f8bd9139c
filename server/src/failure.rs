//! Why something was not done, in words that know nothing of HTTP: `{error, details?, code?, …}` and a kind.

use serde_json::{Map, Value};

use crate::db::{DbError, Fails};

/// Why something was not done. Its texts are the platform's.
#[derive(Debug, Clone)]
pub(crate) struct Failure(Box<Parts>);

/// The parts of a [`Failure`], for who tells it.
#[derive(Debug, Clone)]
pub(crate) struct Parts {
    pub(crate) kind: Kind,
    pub(crate) body: Map<String, Value>,
    /// For the log, and for the caller when the operator allows it.
    pub(crate) detail: Option<String>,
    /// Whether it is one of many with the same cause, of which the log tells once.
    pub(crate) is_told: bool,
    /// When to come back, in seconds.
    pub(crate) retry_after: Option<u64>,
}

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The request itself is wrong.
    BadRequest,
    /// Nobody knows who asks.
    Unauthorized,
    /// Who asks may not.
    Forbidden,
    /// It is not there.
    NotFound,
    /// It is there, and is not asked for in this way.
    MethodNotAllowed,
    /// The request came too slowly.
    TooSlow,
    /// The present state forbids it.
    Conflict,
    /// It was there.
    Gone,
    /// It is asked for under a name that is not ours.
    Misdirected,
    /// Its body is of another kind.
    Unsupported,
    /// The request is too large.
    TooLarge,
    /// It is asked too often, or for too much at once.
    TooMany,
    /// Something of ours is broken.
    Internal,
    /// It is not served here.
    NotServed,
    /// It cannot be done now.
    Unavailable,
}

/// The code of a database that can do nothing now.
pub(crate) const UNAVAILABLE: &str = "STORAGE_UNAVAILABLE";
/// When to come back to it, in seconds.
const PAUSE: u64 = 5;

/// What comes of a request.
pub(crate) type Answer<T> = Result<T, Failure>;

impl Failure {
    pub(crate) fn new(kind: Kind, error: impl Into<String>) -> Self {
        let body = Map::from_iter([("error".to_owned(), Value::String(error.into()))]);
        Self(Box::new(Parts { kind, body, detail: None, is_told: false, retry_after: None }))
    }

    pub(crate) fn bad_request(error: impl Into<String>) -> Self {
        Self::new(Kind::BadRequest, error)
    }

    /// A bad request with one message for each problem.
    pub(crate) fn validation(problems: Vec<String>) -> Self {
        Self::bad_request("Validation failed").with("details", problems)
    }

    /// There is no usable key.
    pub(crate) fn unauthorized() -> Self {
        Self::new(Kind::Unauthorized, "Unauthorized - Invalid or missing API key")
    }

    pub(crate) fn forbidden(error: impl Into<String>) -> Self {
        Self::new(Kind::Forbidden, error)
    }

    /// The key speaks for one agent, and this is another.
    pub(crate) fn other_agent() -> Self {
        Self::forbidden("This API key is bound to another agent").code("AGENT_MISMATCH")
    }

    pub(crate) fn not_found(error: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, error)
    }

    pub(crate) fn conflict(error: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, error)
    }

    /// Something of ours is broken; `detail` goes to the log.
    pub(crate) fn internal(detail: impl Into<String>) -> Self {
        let mut failure = Self::new(Kind::Internal, "Internal server error");
        failure.0.detail = Some(detail.into());
        failure
    }

    /// A decision that could not be stored is no decision.
    pub(crate) fn not_persisted(error: &DbError) -> Self {
        let mut failure = Self::new(Kind::Unavailable, "Guard decision could not be stored")
            .code("GUARD_AUDIT_PERSIST_FAILED")
            .with("setup_url", "/setup");
        failure.0.detail = Some(error.to_string());
        failure.0.is_told = error.unavailable().is_some();
        failure
    }

    /// The database can do nothing now.
    fn unavailable(why: String) -> Self {
        let mut failure = Self::new(Kind::Unavailable, "The database cannot be used at the moment")
            .code(UNAVAILABLE)
            .retry_after(PAUSE);
        failure.0.detail = Some(why);
        failure.0.is_told = true;
        failure
    }

    /// Adds the platform's code.
    #[must_use]
    pub(crate) fn code(self, code: &str) -> Self {
        self.with("code", code)
    }

    /// Adds a member to the body.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.body.insert(name.to_owned(), value.into());
        self
    }

    /// Says when to come back, in seconds.
    #[must_use]
    pub(crate) fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    pub(crate) fn into_parts(self) -> Parts {
        *self.0
    }
}

impl From<DbError> for Failure {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Closed => {
                Self::new(Kind::Unavailable, "The instance is shutting down").code("DB_CONNECTION_FAILED")
            }
            DbError::Unavailable(why) => Self::unavailable(why),
            DbError::Failed(detail) => Self::internal(detail),
            DbError::InDoubt(detail) => {
                let mut failure =
                    Self::new(Kind::Unavailable, "Nobody knows whether this was stored").code("DB_IN_DOUBT");
                failure.0.detail = Some(detail);
                failure
            }
        }
    }
}

impl Fails for Failure {
    fn unavailable(&self) -> Option<&str> {
        let told = self.0.body.get("code").is_some_and(|code| code == UNAVAILABLE);
        self.0.detail.as_deref().filter(|_| told)
    }
}

impl From<getrandom::Error> for Failure {
    fn from(error: getrandom::Error) -> Self {
        Self::internal(format!("no random numbers: {error}"))
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(error.to_string())
    }
}

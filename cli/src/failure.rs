//! How a command ends when it does not end well: what it says, and its exit code.

use std::fmt;
use std::io;

use dashclaw::{Error, ErrorKind};
use serde_json::{Value, json};

/// The exit code of a task that failed, and of a question whose answer is no.
pub(crate) const FAILED: u8 = 1;
/// The exit code where 1 is an answer (`verify`, `policy`) and there is none: a file that cannot be read, a wrong option.
pub(crate) const NO_ANSWER: u8 = 2;
/// The exit code of a terminal that went away, as a shell reports SIGHUP.
pub(crate) const HUNG_UP: u8 = 129;
/// The exit code of Ctrl-C, as a shell reports SIGINT.
pub(crate) const INTERRUPTED: u8 = 130;

/// How a command ends: its exit code, or why it did not end well.
pub(crate) type Ended = Result<u8, Failure>;

/// Why a command did not end well.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Nobody reads what it says any more: it ends quietly, and that is no failure.
    ReaderGone,
    /// It was stopped; whoever did that needs no explanation.
    Stopped(u8),
    /// One sentence for people.
    Problem {
        /// The exit code.
        code: u8,
        /// The sentence.
        message: String,
        /// What the SDK says about it, for programs.
        error: Option<Box<Error>>,
    },
}

impl Failure {
    /// A sentence and the usual exit code.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self::Problem { code: FAILED, message: message.into(), error: None }
    }

    /// The same with another exit code.
    pub(crate) fn with_code(self, code: u8) -> Self {
        match self {
            Self::Problem { message, error, .. } => Self::Problem { code, message, error },
            other => other,
        }
    }

    /// The same with another sentence.
    pub(crate) fn saying(self, say: impl FnOnce(&str) -> String) -> Self {
        match self {
            Self::Problem { code, message, error } => Self::Problem { code, message: say(&message), error },
            other => other,
        }
    }

    /// What kind of error of the SDK it is.
    pub(crate) fn kind(&self) -> Option<ErrorKind> {
        match self {
            Self::Problem { error: Some(error), .. } => Some(error.kind()),
            _ => None,
        }
    }

    /// The HTTP status behind it.
    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::Problem { error: Some(error), .. } => error.status(),
            _ => None,
        }
    }

    /// The exit code.
    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::ReaderGone => 0,
            Self::Stopped(code) | Self::Problem { code, .. } => *code,
        }
    }

    /// As `--json` shows it.
    pub(crate) fn to_json(&self) -> Value {
        match self {
            Self::Problem { message, error: None, .. } => json!({ "error": { "message": message } }),
            Self::Problem { message, error: Some(error), .. } => {
                let fields = error.fields();
                json!({ "error": { "message": message, "code": fields.code, "status": fields.status } })
            }
            _ => Value::Null,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Problem { message, .. } => f.write_str(message),
            Self::ReaderGone => f.write_str("nobody reads what it says"),
            Self::Stopped(code) => write!(f, "stopped with exit code {code}"),
        }
    }
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self::new(message)
    }
}

impl From<&str> for Failure {
    fn from(message: &str) -> Self {
        Self::new(message)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Problem { code: FAILED, message: error.to_string(), error: Some(Box::new(error)) }
    }
}

/// A failure to write what the command says.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ReaderGone,
            _ => Self::new(format!("cannot write: {error}")),
        }
    }
}

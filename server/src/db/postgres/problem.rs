//! How a statement fails on PostgreSQL, by what is to be done about it.

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use crate::db::DbError;

/// Why a statement failed.
#[derive(Clone, Debug)]
pub(super) enum Problem {
    /// Another transaction was in the way; what was begun must be done once more.
    Again(String),
    /// The connection is gone. What was not committed was not done.
    Lost(String),
    /// The server takes no such work now.
    Refused(String),
    /// The statement is wrong, or the data are.
    Failed(String),
    /// Prepared statements are not there when they are used: something between us and the server hands connections on.
    Pooled,
}

impl Problem {
    pub(super) fn is_lost(&self) -> bool {
        matches!(self, Self::Lost(_))
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let text = describe(&error);
        let Some(code) = error.code() else {
            let ours =
                error.to_string().contains("serializing") || error.to_string().contains("deserializing");
            return if ours { Self::Failed(text) } else { Self::Lost(text) };
        };
        if [
            SqlState::UNIQUE_VIOLATION,
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::T_R_SERIALIZATION_FAILURE,
            SqlState::LOCK_NOT_AVAILABLE,
        ]
        .contains(code)
        {
            return Self::Again(text);
        }
        if [SqlState::INVALID_SQL_STATEMENT_NAME, SqlState::DUPLICATE_PSTATEMENT].contains(code) {
            return Self::Pooled;
        }
        match code.code() {
            // A statement that took too long; nobody may write; a disk that failed.
            "57014" | "25006" | "58030" => Self::Refused(text),
            // A table was changed under what this session has prepared: another session knows nothing of that.
            "0A000" => Self::Lost(text),
            // The server stops, or somebody ended the session: it says so before it hangs up. So does a pooler.
            code if code.starts_with("57P") || code.starts_with("08") => Self::Lost(text),
            // Out of room: disk, memory, connections.
            code if code.starts_with("53") => Self::Refused(text),
            _ => Self::Failed(text),
        }
    }
}

impl From<Problem> for DbError {
    fn from(problem: Problem) -> Self {
        match problem {
            Problem::Again(text) | Problem::Lost(text) | Problem::Refused(text) => Self::Unavailable(text),
            Problem::Failed(text) => Self::Failed(text),
            Problem::Pooled => Self::Unavailable("the database is behind a pooler".to_owned()),
        }
    }
}

/// An error with its cause: the first line of the library says only where it happened.
pub(super) fn describe(error: &Error) -> String {
    if let Some(told) = error.as_db_error() {
        return format!("{} ({})", told.message(), told.code().code());
    }
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

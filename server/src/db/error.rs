//! How storage fails.

use rusqlite::ErrorCode;

/// Why storage did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DbError {
    /// The instance was shut down.
    #[error("the instance was shut down")]
    Closed,
    /// The database cannot do it now: the disk is full, or nobody reaches it. Nothing of it was kept, and nothing is wrong with
    /// what was asked.
    #[error("{0}")]
    Unavailable(String),
    /// The database refused: file damaged, or a defect of ours.
    #[error("{0}")]
    Failed(String),
    /// The database was told to commit and did not say whether it has.
    #[error("nobody knows whether it was stored: {0}")]
    #[cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "only a server can be away"))]
    InDoubt(String),
}

impl DbError {
    /// A forked child has neither the threads nor the right to the connections of its parent.
    pub(crate) fn forked() -> Self {
        Self::Failed("the instance belongs to the process that this one was forked from".to_owned())
    }

    /// A statement in a transaction of an organisation would see all of them.
    pub(super) fn names_no_org(sql: &str) -> Self {
        Self::Failed(format!("a statement names no organisation: {sql}"))
    }
}

impl From<rusqlite::Error> for DbError {
    fn from(error: rusqlite::Error) -> Self {
        if error.sqlite_error_code().is_some_and(is_of_the_moment) {
            Self::Unavailable(error.to_string())
        } else {
            Self::Failed(error.to_string())
        }
    }
}

/// Whether the machine is the cause, and not the statement or the file: the same may work later.
fn is_of_the_moment(code: ErrorCode) -> bool {
    use ErrorCode::{
        CannotOpen, DatabaseBusy, DatabaseLocked, DiskFull, OutOfMemory, PermissionDenied, ReadOnly,
        SystemIoFailure,
    };
    matches!(
        code,
        CannotOpen
            | DatabaseBusy
            | DatabaseLocked
            | DiskFull
            | OutOfMemory
            | PermissionDenied
            | ReadOnly
            | SystemIoFailure
    )
}

impl From<serde_json::Error> for DbError {
    fn from(error: serde_json::Error) -> Self {
        Self::Failed(format!("a stored record is unreadable: {error}"))
    }
}

/// What work in a transaction may fail with.
pub(crate) trait Fails: From<DbError> {
    /// Why the database could not do it now, where that is the cause.
    fn unavailable(&self) -> Option<&str>;
}

impl Fails for DbError {
    fn unavailable(&self) -> Option<&str> {
        if let Self::Unavailable(why) = self { Some(why) } else { None }
    }
}

/// What every storage operation answers.
pub(crate) type DbResult<T> = Result<T, DbError>;

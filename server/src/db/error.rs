//! How storage fails.

/// Why storage did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DbError {
    /// The instance was shut down.
    #[error("the instance was shut down")]
    Closed,
    /// The database refused: disk full, file damaged, or a defect of ours.
    #[error("{0}")]
    Failed(String),
    /// The database cannot be reached, or has no room for this now. Nothing was stored.
    #[error("{0}")]
    #[cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "only a server can be away"))]
    Unavailable(String),
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
        Self::Failed(error.to_string())
    }
}

impl From<serde_json::Error> for DbError {
    fn from(error: serde_json::Error) -> Self {
        Self::Failed(format!("a stored record is unreadable: {error}"))
    }
}

/// What every storage operation answers.
pub(crate) type DbResult<T> = Result<T, DbError>;

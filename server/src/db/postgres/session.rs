//! A connection, and the statements that it has prepared.

use std::collections::BTreeMap;
use std::fmt;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{AsyncMessage, Client, Connection, Row, SimpleQueryMessage, Statement};

use super::address::Address;
use super::problem::Problem;
use crate::db::{DbError, DbResult, Value};

/// How many statements a connection keeps prepared. Those of lists differ by their conditions, so there is a limit.
const PREPARED: usize = 256;

/// What a server tells a connection by itself: the payload of a notification.
pub(super) type Told = Box<dyn Fn(String) + Send>;

/// A connection to the server.
pub(super) struct Session {
    client: Client,
    prepared: Mutex<BTreeMap<String, Statement>>,
    /// Whether statements are sent with their types and parsed each time, because the next transaction may run on another
    /// connection of a pooler. It is found out once, for all connections.
    pooled: Arc<AtomicBool>,
}

impl Session {
    pub(super) async fn connect(address: &Address, pooled: &Arc<AtomicBool>) -> Result<Self, Problem> {
        Self::connect_and_hear(address, pooled, Box::new(|_| {})).await
    }

    /// The same, and `told` is told the payload of each notification.
    pub(super) async fn connect_and_hear(
        address: &Address,
        pooled: &Arc<AtomicBool>,
        told: Told,
    ) -> Result<Self, Problem> {
        let client = address.connect(told).await?;
        Ok(Self { client, prepared: Mutex::default(), pooled: Arc::clone(pooled) })
    }

    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// All rows of a statement.
    pub(super) async fn query(&self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, Problem> {
        if let Some(statement) = self.prepare(sql).await? {
            return Ok(self.client.query(&statement, &untyped(values)).await?);
        }
        Ok(self.client.query_typed(sql, &typed(values)).await?)
    }

    /// How many rows a statement changes.
    pub(super) async fn execute(&self, sql: &str, values: &[Value<'_>]) -> Result<u64, Problem> {
        if let Some(statement) = self.prepare(sql).await? {
            return Ok(self.client.execute(&statement, &untyped(values)).await?);
        }
        Ok(self.client.execute_typed(sql, &typed(values)).await?)
    }

    /// The same as [`query`](Self::query) with values of any type, which PostgreSQL alone has.
    pub(super) async fn query_own(
        &self,
        sql: &str,
        values: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<Vec<Row>, Problem> {
        if let Some(statement) = self.prepare(sql).await? {
            let values: Vec<_> = values.iter().map(|(value, _)| *value).collect();
            return Ok(self.client.query(&statement, &values).await?);
        }
        Ok(self.client.query_typed(sql, values).await?)
    }

    /// Statements without values, in one message, and the value that the last of them answers, if it does.
    pub(super) async fn control(&self, sql: &str) -> Result<Option<String>, Problem> {
        let messages = self.client.simple_query(sql).await?;
        Ok(messages.into_iter().fold(None, |value, message| match message {
            SimpleQueryMessage::RowDescription(_) => None,
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => value,
        }))
    }

    /// Sends statements without values and waits for no answer: when they fail, whatever follows in the transaction fails.
    pub(super) fn send(&self, sql: &str) {
        // The library writes a request when its future is first polled, and keeps the order.
        let _ = self.client.batch_execute(sql).now_or_never();
    }

    /// The statement, prepared; nothing where none are kept.
    pub(super) async fn prepare(&self, sql: &str) -> Result<Option<Statement>, Problem> {
        if self.pooled.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let lock = || self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        let (known, full) = {
            let prepared = lock();
            (prepared.get(sql).cloned(), prepared.len() >= PREPARED)
        };
        if known.is_some() || full {
            return Ok(known);
        }
        let statement = self.client.prepare(sql).await?;
        lock().insert(sql.to_owned(), statement.clone());
        Ok(Some(statement))
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("closed", &self.is_closed()).finish_non_exhaustive()
    }
}

/// Moves what is sent and received until the connection ends.
pub(super) async fn drive<S, T>(mut connection: Connection<S, T>, told: Told)
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        match poll_fn(|context| connection.poll_message(context)).await {
            Some(Ok(AsyncMessage::Notification(notification))) => told(notification.payload().to_owned()),
            Some(Ok(AsyncMessage::Notice(notice))) => tracing::debug!(%notice, "the database says"),
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                tracing::debug!(%error, "a connection to the database ended");
                return;
            }
            None => return,
        }
    }
}

fn untyped<'v>(values: &'v [Value<'v>]) -> Vec<&'v (dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

fn typed<'v>(values: &'v [Value<'v>]) -> Vec<(&'v (dyn ToSql + Sync), Type)> {
    values.iter().map(|value| (value as &(dyn ToSql + Sync), value.type_())).collect()
}

/// The statements of one transaction, or of one read.
pub(in crate::db) struct Statements<'s> {
    session: &'s Session,
    /// The first that failed. A transaction in which one has failed commits nothing, and says that it did.
    problem: Mutex<Option<Problem>>,
}

impl<'s> Statements<'s> {
    pub(super) fn on(session: &'s Session) -> Self {
        Self { session, problem: Mutex::default() }
    }

    /// Why a statement failed, if one did.
    pub(super) fn problem(&self) -> Option<Problem> {
        self.problem.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(in crate::db) async fn query(
        &self,
        org_id: Option<&str>,
        sql: &str,
        values: &[Value<'_>],
    ) -> DbResult<Vec<Row>> {
        let values = values_of(org_id, sql, values)?;
        self.note(self.session.query(sql, &values).await)
    }

    pub(in crate::db) async fn execute(
        &self,
        org_id: Option<&str>,
        sql: &str,
        values: &[Value<'_>],
    ) -> DbResult<usize> {
        let values = values_of(org_id, sql, values)?;
        let changed = self.note(self.session.execute(sql, &values).await)?;
        Ok(usize::try_from(changed).unwrap_or(usize::MAX))
    }

    fn note<T>(&self, answer: Result<T, Problem>) -> DbResult<T> {
        answer.map_err(|problem| {
            self.problem.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(problem.clone());
            problem.into()
        })
    }
}

/// The values of a statement, the organisation first where there is one.
fn values_of<'v>(org_id: Option<&'v str>, sql: &str, values: &[Value<'v>]) -> DbResult<Vec<Value<'v>>> {
    if org_id.is_some() && !names_first(sql) {
        return Err(DbError::names_no_org(sql));
    }
    Ok(org_id.map(Value::Text).into_iter().chain(values.iter().copied()).collect())
}

/// Whether a statement uses `$1`.
fn names_first(sql: &str) -> bool {
    sql.match_indices("$1").any(|(at, _)| !sql[at + 2..].starts_with(|next: char| next.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_is_not_one() {
        assert!(names_first("SELECT $1") && names_first("WHERE a = $10 AND b = $1)"));
        assert!(!names_first("SELECT $10, $2") && !names_first("SELECT 1"));
    }
}

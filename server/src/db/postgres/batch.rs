//! A batch of writes in one transaction: each in a savepoint of its own, numbered and committed together.

use std::collections::BTreeMap;

use dashclaw::clock;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join, join_all, join3, ready};
use tokio_postgres::types::Type;

use super::job::Job;
use super::part;
use super::problem::Problem;
use super::session::{Session, Statements};
use crate::db::outbox::{Event, News, Told};
use crate::db::{DbError, Tx};

/// Numbers are worth waiting for: what is to be numbered is done.
const LAST: &str = "SET LOCAL lock_timeout = 0";

/// Numbers and stores an organisation's events: the last statement of a transaction in it. From here to the end of COMMIT
/// nobody else is given a position, so their order is that of the commits, without a gap.
pub(super) const EVENTS: &str = "WITH head AS (
        INSERT INTO heads (org_id, version, position) VALUES ($1, 0, cardinality($2::text[]))
        ON CONFLICT (org_id) DO UPDATE SET position = heads.position + excluded.position RETURNING position
    ), stored AS (
        INSERT INTO events (org_id, position, name, data, created_ms)
        SELECT $1, head.position - cardinality($2::text[]) + told.place, told.name, told.data, $4
        FROM head, unnest($2::text[], $3::text[]) WITH ORDINALITY AS told (name, data, place)
    )
    SELECT position FROM head";

/// Why a batch was not committed.
pub(super) struct Broken {
    pub(super) why: Problem,
    /// The transaction, where it was told to commit and did not say whether it has.
    pub(super) committing: Option<String>,
}

impl From<Problem> for Broken {
    fn from(why: Problem) -> Self {
        Self { why, committing: None }
    }
}

/// What happened in the organisations of a batch. They are in one order for all, as locks are.
type Happened = BTreeMap<String, Vec<Told>>;

/// Does the jobs of a batch, in a transaction that begins with `begin`, and commits what they did. Which of them must be begun anew stands in `again`, by their places.
pub(super) async fn attempt(
    session: &Session,
    begin: &str,
    batch: &mut [Box<dyn Job>],
    again: &mut Vec<usize>,
) -> Result<Vec<News>, Broken> {
    let done = committed(session, begin, batch, again).await;
    if done.is_err() {
        session.send("ROLLBACK");
    }
    done
}

async fn committed(
    session: &Session,
    begin: &str,
    batch: &mut [Box<dyn Job>],
    again: &mut Vec<usize>,
) -> Result<Vec<News>, Broken> {
    let (xid, happened) = join(session.control(begin), perform(session, batch, again)).await;
    let xid = xid?;
    if xid.is_none() {
        return Err(part::outdated().into());
    }
    let (happened, last) = happened?;
    // It is sent before what follows and heard with it: were it to fail unheard, COMMIT would roll back and say that it is well.
    let mut last = session.control(&last).boxed();
    match (&mut last).now_or_never() {
        Some(Err(why)) => return Err(why.into()),
        Some(answer) => last = ready(answer).boxed(),
        None => {}
    }
    let now_ms = clock::unix_millis();
    let rows: Vec<Columns> = happened.into_iter().map(|(org_id, told)| Columns::of(org_id, told)).collect();
    let mut numbered: Vec<BoxFuture<'_, Result<i64, Problem>>> =
        rows.iter().map(|columns| columns.store(session, now_ms).boxed()).collect();
    // These and COMMIT go together, so that an organisation's head is held for no round trip more. Each is polled once, in
    // their order, which sends it. One that is over by then was never sent: then COMMIT must not follow, which would succeed
    // without the events.
    for one in &mut numbered {
        match one.now_or_never() {
            Some(Err(why)) => return Err(why.into()),
            Some(position) => *one = ready(position).boxed(),
            None => {}
        }
    }
    let (last, positions, commit) = join3(last, join_all(numbered), session.control("COMMIT")).await;
    last.map_err(|why| Broken { committing: xid.clone().filter(|_| why.is_lost()), why })?;
    let mut news = Vec::new();
    for (columns, position) in rows.into_iter().zip(positions) {
        // What failed before COMMIT made that a rollback. But a connection that is lost says nothing about it.
        let position =
            position.map_err(|why| Broken { committing: xid.clone().filter(|_| why.is_lost()), why })?;
        news.push(columns.news(position));
    }
    commit.map_err(|why| Broken { committing: xid.filter(|_| why.is_lost()), why })?;
    Ok(news)
}

/// Does the jobs, one after the other. One that fails is undone alone. Also answers the statements that must follow the last.
async fn perform(
    session: &Session,
    batch: &mut [Box<dyn Job>],
    again: &mut Vec<usize>,
) -> Result<(Happened, String), Problem> {
    let mut happened = Happened::new();
    let mut before = "";
    let mut held = None;
    for (place, job) in batch.iter_mut().enumerate() {
        let locks = job.locks();
        let org = locks.org.clone();
        let taken = if held.as_ref() == Some(&org) { String::new() } else { locks.take_org() };
        let prologue = format!("{before}{taken}SAVEPOINT job{}", locks.take_keys());
        let statements = Statements::on(session);
        let tx = Tx::of_postgres(&statements, (!org.is_empty()).then_some(&*org));
        let (begun, kept) = join(session.control(&prologue), job.run(&tx)).await;
        if let (Err(problem), false) = (&begun, taken.is_empty()) {
            // There may be no savepoint to go back to.
            return Err(problem.clone());
        }
        held = Some(org.clone());
        let problem = begun.err().or_else(|| statements.problem());
        before = match problem {
            None if kept => {
                let told = tx.take_told();
                if !told.is_empty() {
                    happened.entry(org).or_default().extend(told);
                }
                "RELEASE job; "
            }
            None => UNDO,
            Some(problem @ (Problem::Lost(_) | Problem::Pooled)) => return Err(problem),
            Some(Problem::Again(why)) => {
                // Undoing it frees its locks. Begun anew in this batch it would meet the same again.
                if job.again() {
                    again.push(place);
                } else {
                    job.failed(DbError::Unavailable(why));
                }
                UNDO
            }
            Some(problem) => {
                // Whatever it answered: a failure that it swallowed is one.
                job.failed(problem.into());
                UNDO
            }
        };
    }
    Ok((happened, format!("{before}{LAST}")))
}

/// Undoes the last job.
const UNDO: &str = "ROLLBACK TO job; RELEASE job; ";

/// The events of one organisation, as the columns of a statement.
struct Columns {
    org_id: String,
    names: Vec<&'static str>,
    data: Vec<String>,
}

impl Columns {
    fn of(org_id: String, told: Vec<Told>) -> Self {
        let (names, data) = told.into_iter().map(|told| (told.name, told.data)).unzip();
        Self { org_id, names, data }
    }

    /// Answers the position of the last.
    async fn store(&self, session: &Session, now_ms: i64) -> Result<i64, Problem> {
        let rows = session
            .query_own(
                EVENTS,
                &[
                    (&self.org_id, Type::TEXT),
                    (&self.names, Type::TEXT_ARRAY),
                    (&self.data, Type::TEXT_ARRAY),
                    (&now_ms, Type::INT8),
                ],
            )
            .await?;
        let row = rows.first().ok_or_else(|| Problem::Failed("events were not numbered".to_owned()))?;
        Ok(row.try_get(0)?)
    }

    fn news(self, last: i64) -> News {
        let first = last + 1 - i64::try_from(self.data.len()).unwrap_or(i64::MAX);
        let events = (first..).zip(self.names).zip(self.data);
        let events =
            events.map(|((position, name), data)| Event { position, name: name.to_owned(), data }).collect();
        News { org_id: self.org_id, events }
    }
}

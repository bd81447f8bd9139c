//! Where work is kept. What is claimed belongs to any organisation, so these statements name none.

use super::Job;
use crate::db::{DbResult, Row, Tx, values};

/// How much work there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// It waits for its time, or is being done.
    pub(crate) waiting: i64,
    /// It was given up.
    pub(crate) dead: i64,
}

/// Adds work that is to be done at `run_ms`, unless it is there.
pub(super) async fn add(tx: &Tx<'_>, org_id: &str, id: &str, kind: &str, run_ms: i64) -> DbResult<()> {
    let sql = "INSERT INTO jobs (org_id, id, kind, data, run_ms, attempts, leased_until_ms, dead)
        VALUES ($1, $2, $3, '{}', $4, 0, 0, 0) ON CONFLICT (org_id, id) DO NOTHING";
    tx.run(sql, &values![org_id, id, kind, run_ms]).await?;
    Ok(())
}

/// Claims the work that is due for longest and that nobody holds, until `until_ms`.
pub(super) async fn claim(tx: &Tx<'_>, now_ms: i64, until_ms: i64) -> DbResult<Option<Job>> {
    let due = "SELECT org_id, id FROM jobs WHERE dead = 0 AND run_ms <= $1 AND leased_until_ms <= $1
        ORDER BY run_ms LIMIT 1";
    let due = tx.one(due, &values![now_ms], |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?))).await?;
    let Some((org_id, id)) = due else { return Ok(None) };
    let sql = "UPDATE jobs SET leased_until_ms = $3, attempts = attempts + 1 WHERE org_id = $1 AND id = $2
        RETURNING org_id, id, kind, data, attempts, leased_until_ms";
    tx.one(sql, &values![org_id, id, until_ms], job).await
}

fn job(row: &Row<'_>) -> DbResult<Job> {
    Ok(Job {
        org_id: row.get(0)?,
        id: row.get(1)?,
        kind: row.get(2)?,
        data: row.get(3)?,
        attempts: row.get(4)?,
        until_ms: row.get(5)?,
    })
}

/// When the next work is due that nobody holds now.
pub(super) async fn next_ms(tx: &Tx<'_>, now_ms: i64) -> DbResult<Option<i64>> {
    let sql = "SELECT run_ms FROM jobs WHERE dead = 0 AND leased_until_ms <= $1 ORDER BY run_ms LIMIT 1";
    tx.one(sql, &values![now_ms], |row| row.get(0)).await
}

/// Notes that work was done. It goes, or comes again at `again_ms`. An older claim that has ended meanwhile changes nothing.
pub(super) async fn done(tx: &Tx<'_>, job: &Job, again_ms: Option<i64>) -> DbResult<()> {
    let Some(run_ms) = again_ms else {
        let sql = "DELETE FROM jobs WHERE org_id = $1 AND id = $2 AND leased_until_ms = $3";
        tx.run(sql, &values![job.org_id, job.id, job.until_ms]).await?;
        return Ok(());
    };
    let sql = "UPDATE jobs SET run_ms = $4, attempts = 0, leased_until_ms = 0, problem = NULL
        WHERE org_id = $1 AND id = $2 AND leased_until_ms = $3";
    tx.run(sql, &values![job.org_id, job.id, job.until_ms, run_ms]).await?;
    Ok(())
}

/// Notes that work failed. It is tried again at `again_ms`, or given up.
pub(super) async fn failed(tx: &Tx<'_>, job: &Job, problem: &str, again_ms: Option<i64>) -> DbResult<()> {
    let sql = "UPDATE jobs SET leased_until_ms = 0, problem = $4, run_ms = coalesce($5, run_ms), dead = $6
        WHERE org_id = $1 AND id = $2 AND leased_until_ms = $3";
    let dead = again_ms.is_none();
    tx.run(sql, &values![job.org_id, job.id, job.until_ms, problem, again_ms, dead]).await?;
    Ok(())
}

/// Has what was given up tried again at `now_ms`: that of an organisation, and that of nobody in particular. Answers how much.
pub(super) async fn revive(tx: &Tx<'_>, org_id: &str, now_ms: i64) -> DbResult<usize> {
    let sql = "UPDATE jobs SET dead = 0, attempts = 0, run_ms = $2, leased_until_ms = 0
        WHERE dead = 1 AND org_id IN ('', $1)";
    tx.run(sql, &values![org_id, now_ms]).await
}

/// How much work waits, and how much was given up.
pub(super) async fn counts(tx: &Tx<'_>) -> DbResult<Counts> {
    let count = |row: &Row<'_>| row.get(0);
    Ok(Counts {
        waiting: tx.single("SELECT count(*) FROM jobs WHERE dead = 0", &[], count).await?,
        dead: tx.single("SELECT count(*) FROM jobs WHERE dead = 1", &[], count).await?,
    })
}

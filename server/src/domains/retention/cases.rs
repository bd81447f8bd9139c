//! What is older than an organisation wants to keep is removed. Nothing is, unless a setting says so.

use futures_util::FutureExt;

use super::rows;
use crate::app::App;
use crate::db::{Db, DbResult, Shard, outbox};
use crate::domains::settings;

/// How many days records are kept: an organisation's setting, or a variable that holds for those without one.
pub(crate) const SETTING: &str = "DASHCLAW_RETENTION_DAYS";
/// A rate limit counts the decisions of up to 7 days, so these are always kept.
const FEWEST_DAYS: i64 = 8;
const MOST_DAYS: i64 = 36_500;
const DAY_MS: i64 = 86_400_000;
/// How many records of each kind are removed in one write.
const BATCH: i64 = 200;
/// How long events are kept for listeners that come back, in milliseconds.
const EVENTS_MS: i64 = DAY_MS;
/// How many events are removed in one write.
const EVENT_BATCH: i64 = 1000;

/// The days that a setting's text asks for; nothing when it asks for no removal.
pub(crate) fn days(text: &str) -> Option<i64> {
    let days = text.trim().parse().ok().filter(|days: &i64| *days > 0)?;
    Some(days.clamp(FEWEST_DAYS, MOST_DAYS))
}

/// Removes what is due of the organisations in a database, and answers how many records that were. One that cannot be read
/// keeps no other from it; the first failure is the answer.
pub(crate) async fn remove_expired(app: &App, shard: &Shard, now_ms: i64) -> DbResult<usize> {
    let mut removed = 0;
    let mut failed = None;
    for org_id in organisations(shard).await? {
        match remove_expired_of(app, &org_id, now_ms).await {
            Ok(records) => removed += records,
            Err(error) => {
                tracing::error!(%error, org_id, "an organisation's old records could not be removed");
                failed.get_or_insert(error);
            }
        }
    }
    failed.map_or(Ok(removed), Err)
}

async fn remove_expired_of(app: &App, org_id: &str, now_ms: i64) -> DbResult<usize> {
    let settings = app.db.look_up(org_id, (), |(), tx| settings::rows::all(tx).boxed()).await?;
    // An organisation's own word holds, and be it that it keeps everything.
    let kept = settings.get(SETTING).map_or(app.config.retention_days, |text| days(text));
    let Some(kept) = kept else { return Ok(0) };
    let before_ms = now_ms - kept * DAY_MS;
    let mut removed = 0;
    loop {
        let batch = remove_older(&app.db, org_id, before_ms, BATCH).await?;
        removed += batch;
        if batch == 0 || app.stop.is_cancelled() {
            return Ok(removed);
        }
    }
}

/// Removes some events that nobody who listens can need any more, the oldest first, and answers how many.
pub(crate) async fn remove_events(db: &Db, org_id: &str, before_ms: i64) -> DbResult<usize> {
    db.write(org_id, before_ms, |before, tx| outbox::remove(tx, *before, EVENT_BATCH).boxed()).await
}

/// Removes the old events of every organisation in a database, in small writes, until all are gone or the instance stops.
pub(crate) async fn remove_old_events(app: &App, shard: &Shard, now_ms: i64) -> DbResult<()> {
    for org_id in shard.look_up_everywhere((), |(), tx| outbox::organisations(tx).boxed()).await? {
        while remove_events(&app.db, &org_id, now_ms - EVENTS_MS).await? > 0 && !app.stop.is_cancelled() {}
    }
    Ok(())
}

async fn organisations(shard: &Shard) -> DbResult<Vec<String>> {
    shard.look_up_everywhere((), |(), tx| rows::organisations(tx).boxed()).await
}

/// Removes up to `most` records of each kind that are older than `before_ms`, in milliseconds since the Unix epoch. Answers
/// how many; 0 means that nothing is left to remove.
async fn remove_older(db: &Db, org_id: &str, before_ms: i64, most: i64) -> DbResult<usize> {
    let old =
        db.scan(org_id, (before_ms, most), |(before_ms, most), tx| rows::find(tx, *before_ms, *most).boxed());
    let old = old.await?;
    if old.is_empty() {
        return Ok(0);
    }
    db.write(org_id, old, |old, tx| rows::remove(tx, old).boxed()).await
}

#[cfg(test)]
#[path = "cases_tests.rs"]
mod tests;

//! Which part of all organisations a database has, where they are shared out among several. The database itself remembers it:
//! what was judged by one map must not be looked for by another.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio_postgres::types::Type;

use super::problem::Problem;
use super::schema::{LOCK, failed};
use super::session::Session;
use crate::db::ShardMap;

/// Held shared by everything that writes, so that a map changes between two transactions.
const MAP_LOCK: i64 = LOCK + 1;
/// How many organisations are named that are not where they should be.
const NAMED: usize = 3;

/// The part of all organisations that one database has.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) map: Arc<ShardMap>,
    pub(crate) place: usize,
}

impl Part {
    fn name(&self) -> &str {
        self.map.name(self.place)
    }

    fn is_home(&self) -> bool {
        self.place == 0
    }
}

/// What a transaction of writes begins with; it answers the transaction, and nothing once another map is in force.
pub(super) fn begin(part: Option<&Part>) -> String {
    // A server that does not get on with a statement ends it.
    let begin = "BEGIN; SET LOCAL statement_timeout = '10s'; ";
    let in_force = match part {
        // Its digest is of our own making, and hexadecimal digits.
        Some(part) => format!("dashclaw_shard WHERE map = '{}'", part.map.digest()),
        // A table that is read makes the session hear of tables that others have made.
        None => "dashclaw_schema WHERE to_regclass('dashclaw_shard') IS NULL".to_owned(),
    };
    format!(
        "{begin}SELECT pg_advisory_xact_lock_shared({MAP_LOCK});
        SELECT pg_current_xact_id()::text FROM {in_force}"
    )
}

/// Why nothing is written by an older map.
pub(super) fn outdated() -> Problem {
    Problem::Refused("the organisations are shared out by another map by now; start again with it".to_owned())
}

/// What to do about a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Settle {
    /// See whether it can be taken up.
    Look,
    /// Take it up. Hosts with another map write nothing any more.
    Take,
}

/// Refuses a part when the database has another, or organisations that the map puts elsewhere. The error is one sentence for
/// people; then nothing was changed.
pub(super) async fn settle(session: &Session, part: Option<&Part>, what: Settle) -> Result<(), String> {
    let settled = in_transaction(session, part, what).await;
    if settled.is_err() {
        session.send("ROLLBACK");
        return settled;
    }
    session.control("COMMIT").await.map(drop).map_err(failed)
}

fn in_transaction<'a>(
    session: &'a Session,
    part: Option<&'a Part>,
    what: Settle,
) -> BoxFuture<'a, Result<(), String>> {
    async move {
        session.control(&format!("BEGIN; SELECT pg_advisory_xact_lock({LOCK})")).await.map_err(failed)?;
        let is_shard =
            session.control("SELECT to_regclass('dashclaw_shard') IS NOT NULL").await.map_err(failed)?;
        let is_shard = is_shard.as_deref() == Some("t");
        let Some(part) = part else {
            return if is_shard { Err(alone(session).await?) } else { Ok(()) };
        };
        let digest = part.map.digest();
        let taken = if is_shard {
            session.query_own("SELECT name, map, home FROM dashclaw_shard", &[]).await.map_err(failed)?
        } else {
            Vec::new()
        };
        if let Some(row) = taken.first() {
            let read = |error| failed(Problem::from(error));
            let (name, map): (String, String) =
                (row.try_get(0).map_err(read)?, row.try_get(1).map_err(read)?);
            if name != part.name() {
                return Err(format!(
                    "the database that the shard map calls `{}` is the shard `{name}`",
                    part.name()
                ));
            }
            if (row.try_get::<_, i64>(2).map_err(read)? == 1) != part.is_home() {
                return Err(format!(
                    "the shard `{name}` is {} the first of the map, where the signing key is",
                    if part.is_home() { "now, and was not before," } else { "no longer" }
                ));
            }
            if map == digest {
                return Ok(());
            }
        } else if !part.is_home() {
            let signs = session.control("SELECT EXISTS (SELECT FROM signing_keys)").await.map_err(failed)?;
            if signs.as_deref() == Some("t") {
                return Err(format!(
                    "the database `{}` was one by itself; only the first of a shard map may have been that",
                    part.name()
                ));
            }
        }
        if what == Settle::Look {
            return check_places(session, part).await;
        }
        if !is_shard {
            let made =
                "CREATE TABLE dashclaw_shard (name TEXT NOT NULL, map TEXT NOT NULL, home BIGINT NOT NULL)";
            session.control(made).await.map_err(failed)?;
        }
        // Those who write by another map are waited for, and then refused.
        session.control(&format!("SELECT pg_advisory_xact_lock({MAP_LOCK})")).await.map_err(failed)?;
        check_places(session, part).await?;
        let sql = "WITH gone AS (DELETE FROM dashclaw_shard)
            INSERT INTO dashclaw_shard (name, map, home) VALUES ($1, $2, $3)";
        let home = i64::from(part.is_home());
        let values: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 3] =
            [(&part.name(), Type::TEXT), (&digest, Type::TEXT), (&home, Type::INT8)];
        session.query_own(sql, &values).await.map(drop).map_err(failed)
    }
    .boxed()
}

async fn alone(session: &Session) -> Result<String, String> {
    let name = session.control("SELECT name FROM dashclaw_shard").await.map_err(failed)?;
    Ok(format!("the database is the shard `{}` of several: it needs its shard map", name.unwrap_or_default()))
}

/// Every organisation of which something is here must be here by the map.
async fn check_places(session: &Session, part: &Part) -> Result<(), String> {
    let tables = "SELECT string_agg(format('SELECT org_id FROM %I', table_name), ' UNION ')
        FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'org_id'";
    let Some(orgs) = session.control(tables).await.map_err(failed)? else { return Ok(()) };
    let orgs = session.query_own(&orgs, &[]).await.map_err(failed)?;
    let mut misplaced = Vec::new();
    for row in &orgs {
        let org_id: String = row.try_get(0).map_err(|error| failed(Problem::from(error)))?;
        let place = part.map.place(&org_id);
        // What belongs to no organisation is in each.
        if !org_id.is_empty() && place != part.place {
            misplaced.push(format!("`{org_id}` (the map: `{}`)", part.map.name(place)));
        }
    }
    if misplaced.is_empty() {
        return Ok(());
    }
    let count = misplaced.len();
    misplaced.truncate(NAMED);
    Err(format!(
        "{count} organisations are in the database `{}` and not where the shard map puts them, as {}: name them under \
         `organisations`, or move them",
        part.name(),
        misplaced.join(", ")
    ))
}

//! The tables: made, carried over, or refused in one clear sentence, by one host at a time.

use tokio_postgres::types::Type;

use super::problem::Problem;
use super::session::Session;
use crate::db::{Value, migrations};
use crate::ids::hex;

/// The lock of who carries a database over: `DshC` in ASCII.
const LOCK: i64 = 0x4473_6843;
/// A table that we have and other programs may have as well.
const OURS: &str = "actions";

/// Makes the tables what this version needs. The error is one sentence for people; then nothing was changed.
pub(super) async fn prepare(session: &Session) -> Result<(), String> {
    let done = in_transaction(session).await;
    if done.is_err() {
        session.send("ROLLBACK");
    }
    done
}

async fn in_transaction(session: &Session) -> Result<(), String> {
    let failed = |problem: Problem| match problem {
        Problem::Again(text) | Problem::Lost(text) | Problem::Refused(text) | Problem::Failed(text) => {
            format!("cannot prepare the database: {text}")
        }
        Problem::Pooled => "cannot prepare the database through its pooler".to_owned(),
    };
    let encoding = session.control("SHOW server_encoding").await.map_err(failed)?;
    if let Some(other) = encoding.filter(|encoding| encoding != "UTF8") {
        return Err(format!("the database has the encoding {other}; it must be UTF8"));
    }
    let begin = format!("BEGIN; SELECT pg_advisory_xact_lock({LOCK})");
    session.control(&begin).await.map_err(failed)?;
    let exists = async |table: &str| {
        let found = session.control(&format!("SELECT to_regclass('{table}') IS NOT NULL")).await;
        found.map(|found| found.as_deref() == Some("t")).map_err(failed)
    };
    let mut taken = 0;
    if exists("dashclaw_schema").await? {
        let version = session.control("SELECT version FROM dashclaw_schema").await.map_err(failed)?;
        taken = version.and_then(|version| version.parse().ok()).unwrap_or_default();
    } else if exists(OURS).await? {
        return Err(format!("the database has a table `{OURS}` of another program"));
    }
    let newest = migrations::STEPS.len();
    if taken > newest {
        return Err("the database was made by a newer version".to_owned());
    }
    if taken == newest {
        session.send("COMMIT");
        return Ok(());
    }
    for step in migrations::postgres::after(taken) {
        session.control(&step).await.map_err(failed)?;
    }
    if taken == 0 {
        let marked = "CREATE TABLE dashclaw_schema (version BIGINT NOT NULL)";
        session.control(marked).await.map_err(failed)?;
        session.control("INSERT INTO dashclaw_schema VALUES (0)").await.map_err(failed)?;
        let mut epoch = [0; 8];
        getrandom::fill(&mut epoch).map_err(|error| format!("no random numbers: {error}"))?;
        let epoch = hex(&epoch);
        let sql = "INSERT INTO event_epochs (id, epoch) VALUES ('default', $1)";
        session.query_own(sql, &[(&epoch, Type::TEXT)]).await.map_err(failed)?;
    }
    let newest = i64::try_from(newest).unwrap_or(i64::MAX);
    session
        .execute("UPDATE dashclaw_schema SET version = $1", &[Value::Integer(newest)])
        .await
        .map_err(failed)?;
    session.control("COMMIT").await.map(drop).map_err(failed)
}

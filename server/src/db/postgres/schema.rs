//! The tables: made, carried over, or refused in one clear sentence, by one host at a time.

use tokio_postgres::types::Type;

use super::problem::Problem;
use super::session::Session;
use crate::db::{Value, migrations};
use crate::ids::hex;

/// The lock of who carries a database over: `DshC` in ASCII.
pub(super) const LOCK: i64 = 0x4473_6843;
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

/// A statement that failed, in one sentence.
pub(super) fn failed(problem: Problem) -> String {
    match problem {
        Problem::Again(text) | Problem::Lost(text) | Problem::Refused(text) | Problem::Failed(text) => {
            format!("cannot prepare the database: {text}")
        }
        Problem::Pooled => "cannot prepare the database through its pooler".to_owned(),
    }
}

async fn in_transaction(session: &Session) -> Result<(), String> {
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rusqlite::Connection;

    use super::*;
    use crate::db::postgres::{Postgres, PostgresOptions};
    use crate::db::test_database::TestDatabase;

    /// Columns as `table column type need`.
    fn on_sqlite() -> BTreeSet<String> {
        let connection = Connection::open_in_memory().unwrap();
        for step in migrations::STEPS {
            connection.execute_batch(step).unwrap();
        }
        let sql = "SELECT m.name || ' ' || c.name || ' ' || c.type || CASE WHEN c.\"notnull\" OR c.pk THEN ' needed' ELSE '' END
            FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c WHERE m.type = 'table'";
        let mut statement = connection.prepare(sql).unwrap();
        let columns = statement.query_map([], |row| row.get(0)).unwrap();
        columns.map(Result::unwrap).collect()
    }

    fn on_postgres(database: &TestDatabase) -> BTreeSet<String> {
        database.texts(
            "SELECT table_name || ' ' || column_name || ' ' || CASE data_type WHEN 'bigint' THEN 'INTEGER'
                WHEN 'double precision' THEN 'REAL' WHEN 'bytea' THEN 'BLOB' ELSE upper(data_type) END
                || CASE is_nullable WHEN 'NO' THEN ' needed' ELSE '' END
            FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'dashclaw_schema'",
        )
    }

    #[test]
    fn the_tables_are_the_same_on_both_databases_and_can_be_spread_by_organisation() {
        let database = TestDatabase::new("DASHCLAW_TEST_POSTGRES");
        let options = PostgresOptions::new(database.url().to_owned());
        drop(Postgres::open(&options).unwrap());
        assert_eq!(on_postgres(&database), on_sqlite());

        let unspread = database.texts(
            "SELECT t.relname FROM pg_index AS i JOIN pg_class AS t ON t.oid = i.indrelid
            JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]
            WHERE i.indisunique AND a.attname <> 'org_id' AND t.relnamespace = 'public'::regnamespace",
        );
        assert_eq!(unspread, ["event_epochs", "signing_keys"].map(str::to_owned).into());
        // Text is compared bytewise, whatever the database's locale.
        let by_locale = database.texts(
            "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'
            AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'",
        );
        assert_eq!(by_locale, BTreeSet::new());
    }
}

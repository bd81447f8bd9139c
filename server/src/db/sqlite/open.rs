//! Opening the database file: ours, whole, and nobody else's, or one clear sentence and an untouched file.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::lock::Lock;
use super::reader::STATEMENTS;
use crate::db::migrations::STEPS;

/// Marks a file as ours: `DshC` in ASCII.
const APPLICATION_ID: i64 = 0x4473_6843;
/// Files up to this size are checked page by page at every start; a larger one would make the start slow.
const CHECKED_SIZE: u64 = 32 * 1024 * 1024;
/// Opens the file at `path`, creating it when there is none, and locks it.
pub(super) fn open_file(path: &Path) -> Result<(Connection, Lock), String> {
    let shown = path.display();
    let failed = |error: rusqlite::Error| describe(path, &error);
    if let Some(directory) = path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        std::fs::create_dir_all(directory)
            .map_err(|error| format!("cannot create the directory `{}`: {error}", directory.display()))?;
    }
    let lock = Lock::take(path).map_err(|error| format!("cannot lock the database `{shown}`: {error}"))?;
    let lock = lock.ok_or_else(|| format!("the database `{shown}` is in use by another instance"))?;
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => return Err(format!("`{shown}` is a directory, not a database")),
        Ok(found) if found.len() > 0 => inspect(path, found.len())?,
        _ => create(path).map_err(|error| format!("cannot create the database `{shown}`: {error}"))?,
    }
    let connection = Connection::open(path).map_err(failed)?;
    connection.busy_timeout(Duration::from_secs(5)).map_err(failed)?;
    connection.pragma_update(None, "journal_mode", "wal").map_err(failed)?;
    prepare(&connection).map_err(failed)?;
    Ok((connection, lock))
}

/// Opens a database that lives and dies with this process.
pub(super) fn open_memory() -> Result<Connection, String> {
    let connection = Connection::open_in_memory().map_err(|error| error.to_string())?;
    prepare(&connection).map_err(|error| error.to_string())?;
    Ok(connection)
}

/// The keys in it are secrets: only the owner may read the file.
pub(super) fn create(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Looks at an existing file without writing to it.
pub(super) fn inspect(path: &Path, size: u64) -> Result<(), String> {
    let shown = path.display();
    let failed = |error: rusqlite::Error| describe(path, &error);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map_err(failed);
    if pragma("application_id")? != APPLICATION_ID {
        return Err(format!("`{shown}` is a database of another program"));
    }
    let version = pragma("user_version")?;
    if usize::try_from(version).is_ok_and(|version| version > STEPS.len()) {
        return Err(format!("the database `{shown}` was made by a newer version"));
    }
    if size <= CHECKED_SIZE {
        let found: String =
            connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(failed)?;
        if found != "ok" {
            return Err(format!("the database `{shown}` is corrupt: {}", found.replace('\n', " ")));
        }
    }
    Ok(())
}

fn describe(path: &Path, error: &rusqlite::Error) -> String {
    let shown = path.display();
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => format!("`{shown}` is not a database"),
        Some(ErrorCode::DatabaseCorrupt) => format!("the database `{shown}` is corrupt"),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            format!("the database `{shown}` is locked by another process")
        }
        _ => format!("cannot open the database `{shown}`: {error}"),
    }
}

fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    // A commit is an fsync, on macOS a real one, so that what was acknowledged survives a power cut.
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "wal_autocheckpoint", 4000)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let taken = usize::try_from(version).unwrap_or_default();
    for (done, step) in STEPS.iter().enumerate().skip(taken) {
        connection.execute_batch(&format!(
            "BEGIN IMMEDIATE; {step}; PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {}; COMMIT;",
            done + 1
        ))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a file of each version held that later steps must carry over.
    const ROWS: &str = "INSERT INTO actions (org_id, action_id, agent_id, action_type, declared_goal, status,
            outcome_status, risk_score, cost_estimate, timestamp_start, approved_at, waiting_since, idempotency_key,
            record) VALUES ('o', 'act_1', 'a', 'deploy', 'ship', 'running', 'pending', 50, 0, 't', 't', 't', 'k', '{}');
        INSERT INTO guard_decisions (org_id, id, agent_id, decision, created_ms, idempotency_key, record, reply, context)
            VALUES ('o', 'd_1', 'a', 'allow', 5, 'k', '{}', '{}', '{}');
        INSERT INTO api_keys (key_hash, id, org_id, key_prefix, label, role, created_at)
            VALUES (x'00', 'key_1', 'o', 'oc_live_', 'ci', 'member', 't');";

    #[test]
    fn a_file_of_every_earlier_version_is_carried_over() {
        for version in 1..STEPS.len() {
            let connection = Connection::open_in_memory().unwrap();
            STEPS.iter().take(version).for_each(|step| connection.execute_batch(step).unwrap());
            connection.execute_batch(ROWS).unwrap();
            connection.pragma_update(None, "user_version", i64::try_from(version).unwrap()).unwrap();
            prepare(&connection).unwrap();
            let count = |table: &str| -> i64 {
                let sql = format!("SELECT count(*) FROM {table}");
                connection.query_row(&sql, [], |row| row.get(0)).unwrap()
            };
            assert_eq!([count("actions"), count("guard_decisions"), count("api_keys")], [1, 1, 1]);
            let reached: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
            assert_eq!(usize::try_from(reached).unwrap(), STEPS.len());
        }
    }

    #[test]
    fn what_stood_elsewhere_before_is_carried_over() {
        let connection = Connection::open_in_memory().unwrap();
        STEPS.iter().take(4).for_each(|step| connection.execute_batch(step).unwrap());
        let record = r#"'{"agent_name":"Anna","duration_ms":7}'"#;
        connection.execute_batch(&ROWS.replacen("'{}'", record, 1)).unwrap();
        connection.execute_batch("INSERT INTO org_versions (org_id, version) VALUES ('o', 9)").unwrap();
        connection.pragma_update(None, "user_version", 4).unwrap();
        prepare(&connection).unwrap();
        let named: (String, i64) = connection
            .query_row("SELECT agent_name, duration_ms FROM actions", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .unwrap();
        assert_eq!(named, ("Anna".to_owned(), 7));
        // A version that went back would let a decision stand on policies that are gone.
        let head: (i64, i64) = connection
            .query_row("SELECT version, position FROM heads WHERE org_id = 'o'", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .unwrap();
        assert_eq!(head, (9, 0));
    }
}

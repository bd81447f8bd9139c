//! The control of what an instance stores: bare rows of the same size in an SQLite file, one commit each.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::json;

use crate::Problem;
use crate::meter::print;

/// How long a connection waits for the others.
const PATIENCE: Duration = Duration::from_secs(30);

/// Lets `connections` threads, each with a connection of its own, store rows for so long.
pub(crate) fn run(file: &Path, connections: usize, bytes: usize, seconds: f64) -> Result<(), Problem> {
    let first = open(file)?;
    first.execute_batch(
        "CREATE TABLE IF NOT EXISTS bare (id INTEGER PRIMARY KEY, org_id TEXT NOT NULL, body TEXT NOT NULL) STRICT",
    )?;
    lengthen_the_log(&first)?;
    let end = Arc::new(AtomicBool::new(false));
    let begin = Instant::now();
    let writers: Vec<_> = (0..connections)
        .map(|_| {
            let (file, end, body) = (PathBuf::from(file), Arc::clone(&end), "x".repeat(bytes));
            std::thread::spawn(move || store(&file, &end, &body))
        })
        .collect();
    std::thread::sleep(Duration::try_from_secs_f64(seconds)?);
    end.store(true, Ordering::Relaxed);
    let mut stored = 0;
    for writer in writers {
        stored += writer.join().map_err(|_| "a writer panicked")??;
    }
    let seconds = begin.elapsed().as_secs_f64();
    let calls_per_second = f64::from(stored) / seconds;
    print(
        &json!({ "name": "rows", "calls": stored, "seconds": seconds, "calls_per_second": calls_per_second }),
    )
}

/// As an instance opens its file: nothing is acknowledged that is not on disk.
fn open(file: &Path) -> Result<Connection, Problem> {
    let connection = Connection::open(file)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "wal_autocheckpoint", 4000)?;
    Ok(connection)
}

/// Fills the write-ahead log once and begins it anew: a commit that lengthens the file waits for its metadata, too, which one of
/// an instance that has run for a while does not.
fn lengthen_the_log(connection: &Connection) -> Result<(), Problem> {
    connection.execute_batch(
        "INSERT INTO bare (org_id, body)
            WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 5000)
            SELECT 'org_default', hex(zeroblob(2000)) FROM counted",
    )?;
    Ok(connection.query_row("PRAGMA wal_checkpoint(RESTART)", [], |_| Ok(()))?)
}

fn store(file: &Path, end: &AtomicBool, body: &str) -> Result<u32, Problem> {
    let connection = open(file)?;
    let mut insert = connection.prepare("INSERT INTO bare (org_id, body) VALUES ('org_default', ?1)")?;
    let mut stored = 0;
    while !end.load(Ordering::Relaxed) {
        insert.execute([body])?;
        stored += 1;
    }
    Ok(stored)
}

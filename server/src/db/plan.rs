//! In tests every statement of an organisation is looked at before it runs: none may read a table whole, since a table holds
//! what all organisations have.

use rusqlite::Connection;

use super::{DbError, DbResult};

/// Refuses a statement that walks a table, or all of an index, instead of searching it.
pub(super) fn check(connection: &Connection, sql: &str) -> DbResult<()> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        let step: String = row.get(3)?;
        if step.starts_with("SCAN ") && !is_made_here(&step) {
            return Err(DbError::Failed(format!("a statement reads all of a table ({step}): {sql}")));
        }
    }
    Ok(())
}

/// Whether what is walked is no table: a row of values, or what another part of the statement has found.
fn is_made_here(step: &str) -> bool {
    ["SCAN CONSTANT ROW", "SCAN counted", "SCAN known", "SCAN (subquery"]
        .iter()
        .any(|made| step.starts_with(made))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_search_passes() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t (org_id, a, b); CREATE INDEX i ON t (org_id, a)").unwrap();
        for passes in ["SELECT b FROM t WHERE org_id = 1", "INSERT INTO t VALUES (1, 2, 3)"] {
            check(&connection, passes).unwrap();
        }
        for fails in ["SELECT b FROM t WHERE a = 1", "SELECT count(*) FROM t", "DELETE FROM t WHERE b = 2"] {
            assert!(check(&connection, fails).is_err(), "{fails}");
        }
    }
}

//! Identities, pairings and used tokens in SQLite.

use dashclaw::api::identities::AgentIdentity;
use dashclaw::api::pairings::{Pairing, PairingStatus};
use dashclaw::clock;
use futures_util::FutureExt;
use rusqlite::{Connection, Row, params};

use super::{Sqlite, all, encode, exists, first, record, text};
use crate::store::{Approval, Identities, Identity, StoreResult, Stored};

const PENDING: &str =
    "SELECT record FROM pairings WHERE org_id = ?1 AND status = 'pending' AND expires_at > ?2";

impl Identities for Sqlite {
    fn register(&self, org_id: &str, agent_id: &str, identity: Identity) -> Stored<'_, AgentIdentity> {
        let (org_id, agent_id) = (org_id.to_owned(), agent_id.to_owned());
        self.writer.run(move |connection| register(connection, &org_id, &agent_id, &identity)).boxed()
    }

    fn identities(&self, org_id: &str) -> Stored<'_, Vec<AgentIdentity>> {
        let org_id = org_id.to_owned();
        let work = move |connection: &Connection| {
            let sql = "SELECT agent_id, algorithm, created_at, coalesce(updated_at, created_at)
                FROM agent_identities WHERE org_id = ?1 ORDER BY agent_id";
            all(connection, sql, [&org_id], identity)
        };
        self.reader.scan(work).boxed()
    }

    fn revoke_identity(&self, org_id: &str, agent_id: &str) -> Stored<'_, bool> {
        let given = [org_id.to_owned(), agent_id.to_owned()];
        let work = move |connection: &Connection| {
            let sql = "DELETE FROM agent_identities WHERE org_id = ?1 AND agent_id = ?2";
            let gone = connection.prepare_cached(sql)?.execute(rusqlite::params_from_iter(&given))? > 0;
            if gone {
                let sql = "UPDATE pairings SET status = 'expired' WHERE org_id = ?1 AND agent_id = ?2
                    AND status = 'pending'";
                connection.prepare_cached(sql)?.execute(rusqlite::params_from_iter(&given))?;
            }
            Ok(gone)
        };
        self.writer.run(work).boxed()
    }

    fn create_pairing(&self, pairing: Pairing, public_key: &str, most: i64) -> Stored<'_, bool> {
        let public_key = public_key.to_owned();
        let work = move |connection: &Connection| create(connection, &pairing, &public_key, most);
        self.writer.run(work).boxed()
    }

    fn pairing(&self, org_id: &str, id: &str) -> Stored<'_, Option<Pairing>> {
        let (org_id, id) = (org_id.to_owned(), id.to_owned());
        self.reader.look_up(move |connection| read(connection, &org_id, &id)).boxed()
    }

    fn pairings(&self, org_id: &str, status: PairingStatus, limit: i64) -> Stored<'_, Vec<Pairing>> {
        let org_id = org_id.to_owned();
        let work = move |connection: &Connection| {
            // A pending one whose time is over has not been written since, and counts as expired.
            let sql = "SELECT record, CASE WHEN status = 'pending' AND expires_at <= ?2 THEN 'expired' ELSE status END
                AS shown FROM pairings WHERE org_id = ?1 AND shown = ?3 ORDER BY created_at DESC, id LIMIT ?4";
            let given = params![org_id, clock::now_iso(), status.as_str(), limit];
            all(connection, sql, given, shown)
        };
        self.reader.scan(work).boxed()
    }

    fn approve_pairing(&self, org_id: &str, id: &str) -> Stored<'_, Approval> {
        let (org_id, id) = (org_id.to_owned(), id.to_owned());
        self.writer.run(move |connection| approve(connection, &org_id, &id)).boxed()
    }

    fn use_token(&self, org_id: &str, digest: [u8; 32], forgotten_ms: i64) -> Stored<'_, bool> {
        let org_id = org_id.to_owned();
        let work = move |connection: &Connection| {
            let sql = "DELETE FROM used_tokens WHERE forgotten_ms < ?1";
            connection.prepare_cached(sql)?.execute([clock::unix_millis()])?;
            let sql = "INSERT OR IGNORE INTO used_tokens (org_id, digest, forgotten_ms) VALUES (?1, ?2, ?3)";
            Ok(connection.prepare_cached(sql)?.execute(params![org_id, digest, forgotten_ms])? > 0)
        };
        self.writer.run(work).boxed()
    }
}

fn identity(row: &Row<'_>) -> StoreResult<AgentIdentity> {
    Ok(AgentIdentity {
        agent_id: row.get(0)?,
        algorithm: row.get(1)?,
        created_at: row.get(2)?,
        updated_at: row.get(3)?,
        ..AgentIdentity::default()
    })
}

fn register(
    connection: &Connection,
    org_id: &str,
    agent_id: &str,
    given: &Identity,
) -> StoreResult<AgentIdentity> {
    let sql = "INSERT INTO agent_identities (org_id, agent_id, public_key, algorithm, created_at, updated_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?5) ON CONFLICT DO UPDATE SET public_key = excluded.public_key,
        algorithm = excluded.algorithm, updated_at = excluded.updated_at
        RETURNING agent_id, algorithm, created_at, updated_at";
    let params = params![org_id, agent_id, given.public_key, given.algorithm, clock::now_iso()];
    let kept = first(connection, sql, params, identity)?;
    Ok(kept.unwrap_or_default())
}

fn create(connection: &Connection, pairing: &Pairing, public_key: &str, most: i64) -> StoreResult<bool> {
    let full = format!("{PENDING} LIMIT 1 OFFSET ?3");
    if exists(connection, &full, params![pairing.org_id, pairing.created_at, most - 1])? {
        return Ok(false);
    }
    let sql =
        "INSERT INTO pairings (org_id, id, agent_id, public_key, status, expires_at, created_at, record)
        VALUES (?1, ?2, ?3, ?4, 'pending', ?5, ?6, ?7)";
    connection.prepare_cached(sql)?.execute(params![
        pairing.org_id,
        pairing.id,
        pairing.agent_id,
        public_key,
        pairing.expires_at,
        pairing.created_at,
        encode(pairing)?,
    ])?;
    Ok(true)
}

/// A pairing with the state that stands in the second column.
fn shown(row: &Row<'_>) -> StoreResult<Pairing> {
    let pairing: Pairing = record(row, 0)?;
    Ok(Pairing { status: row.get::<_, String>(1)?.into(), ..pairing })
}

fn read(connection: &Connection, org_id: &str, id: &str) -> StoreResult<Option<Pairing>> {
    let sql =
        "SELECT record, CASE WHEN status = 'pending' AND expires_at <= ?3 THEN 'expired' ELSE status END
        FROM pairings WHERE org_id = ?1 AND id = ?2";
    first(connection, sql, params![org_id, id, clock::now_iso()], shown)
}

fn approve(connection: &Connection, org_id: &str, id: &str) -> StoreResult<Approval> {
    let Some(pairing) = read(connection, org_id, id)? else { return Ok(Approval::NotFound) };
    if pairing.status != PairingStatus::Pending {
        return Ok(Approval::NotPending(pairing.status));
    }
    let key =
        text(connection, "SELECT public_key FROM pairings WHERE org_id = ?1 AND id = ?2", [org_id, id])?;
    let given = Identity { public_key: key.unwrap_or_default(), algorithm: pairing.algorithm.clone() };
    let kept = register(connection, org_id, &pairing.agent_id, &given)?;
    let now = clock::now_iso();
    let pairing = Pairing { status: PairingStatus::Approved, updated_at: now, ..pairing };
    let sql = "UPDATE pairings SET status = 'approved', record = ?3 WHERE org_id = ?1 AND id = ?2";
    connection.prepare_cached(sql)?.execute(params![org_id, id, encode(&pairing)?])?;
    Ok(Approval::Done(kept))
}

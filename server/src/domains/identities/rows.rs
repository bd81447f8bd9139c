//! Where agents' public keys are kept, the pairings that ask for one, and the tokens that were used.

use dashclaw::api::identities::AgentIdentity;
use dashclaw::api::pairings::{Pairing, PairingStatus};
use dashclaw::clock;

use crate::db::{DbResult, Row, Tx, encode, values};

/// The key an agent signs its actions with.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    /// PEM.
    pub(crate) public_key: String,
    /// `RSASSA-PKCS1-v1_5` unless registered otherwise.
    pub(crate) algorithm: String,
}

/// Registers the key an agent signs with, in place of an earlier one.
pub(crate) async fn register(tx: &Tx<'_>, agent_id: &str, given: &Identity) -> DbResult<AgentIdentity> {
    let sql = "INSERT INTO agent_identities (org_id, agent_id, public_key, algorithm, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT (org_id, agent_id) DO UPDATE SET
        public_key = excluded.public_key, algorithm = excluded.algorithm, updated_at = excluded.updated_at
        RETURNING agent_id, algorithm, created_at, updated_at";
    tx.single(sql, &values![agent_id, given.public_key, given.algorithm, clock::now_iso()], shown_identity)
        .await
}

/// The key an agent signs with.
pub(crate) async fn find(tx: &Tx<'_>, agent_id: &str) -> DbResult<Option<Identity>> {
    let sql = "SELECT public_key, algorithm FROM agent_identities WHERE org_id = $1 AND agent_id = $2";
    let identity = |row: &Row<'_>| Ok(Identity { public_key: row.get(0)?, algorithm: row.get(1)? });
    tx.one(sql, &values![agent_id], identity).await
}

/// The agents that have a key, by their ids.
pub(super) async fn list(tx: &Tx<'_>) -> DbResult<Vec<AgentIdentity>> {
    let sql = "SELECT agent_id, algorithm, created_at, coalesce(updated_at, created_at)
        FROM agent_identities WHERE org_id = $1 ORDER BY agent_id";
    tx.all(sql, &[], shown_identity).await
}

fn shown_identity(row: &Row<'_>) -> DbResult<AgentIdentity> {
    Ok(AgentIdentity {
        agent_id: row.get(0)?,
        algorithm: row.get(1)?,
        created_at: row.get(2)?,
        updated_at: row.get(3)?,
        ..AgentIdentity::default()
    })
}

/// Takes an agent's key away and ends its pending pairings; false when it has none.
pub(super) async fn revoke(tx: &Tx<'_>, agent_id: &str) -> DbResult<bool> {
    let sql = "DELETE FROM agent_identities WHERE org_id = $1 AND agent_id = $2";
    let gone = tx.run(sql, &values![agent_id]).await? > 0;
    if gone {
        let sql = "UPDATE pairings SET status = 'expired' WHERE org_id = $1 AND agent_id = $2 AND status = 'pending'";
        tx.run(sql, &values![agent_id]).await?;
    }
    Ok(gone)
}

/// Whether `most` pairings or more are pending at `now`.
pub(super) async fn is_full(tx: &Tx<'_>, now: &str, most: i64) -> DbResult<bool> {
    let sql = "SELECT 1 FROM pairings WHERE org_id = $1 AND status = 'pending' AND expires_at > $2
        LIMIT 1 OFFSET $3";
    tx.exists(sql, &values![now, most - 1]).await
}

/// Stores a pairing with the key that it asks for.
pub(super) async fn insert_pairing(tx: &Tx<'_>, pairing: &Pairing, public_key: &str) -> DbResult<()> {
    let sql =
        "INSERT INTO pairings (org_id, id, agent_id, public_key, status, expires_at, created_at, record)
        VALUES ($1, $2, $3, $4, 'pending', $5, $6, $7)";
    let Pairing { id, agent_id, expires_at, created_at, .. } = pairing;
    tx.run(sql, &values![id, agent_id, public_key, expires_at, created_at, encode(pairing)?]).await?;
    Ok(())
}

/// Reads a pairing; a pending one whose time is over has not been written since, and counts as expired.
pub(super) async fn pairing(tx: &Tx<'_>, id: &str) -> DbResult<Option<Pairing>> {
    let sql =
        "SELECT record, CASE WHEN status = 'pending' AND expires_at <= $3 THEN 'expired' ELSE status END
        FROM pairings WHERE org_id = $1 AND id = $2";
    tx.one(sql, &values![id, clock::now_iso()], shown_pairing).await
}

/// Lists pairings in this state, newest first.
pub(super) async fn pairings(tx: &Tx<'_>, status: &PairingStatus, limit: i64) -> DbResult<Vec<Pairing>> {
    let state = "CASE WHEN status = 'pending' AND expires_at <= $2 THEN 'expired' ELSE status END";
    let sql = format!(
        "SELECT record, {state} FROM pairings WHERE org_id = $1 AND {state} = $3 ORDER BY created_at DESC, id LIMIT $4"
    );
    tx.all(&sql, &values![clock::now_iso(), status.as_str(), limit], shown_pairing).await
}

/// A pairing with the state that stands in the second column.
fn shown_pairing(row: &Row<'_>) -> DbResult<Pairing> {
    let pairing: Pairing = row.record(0)?;
    Ok(Pairing { status: row.get::<String>(1)?.into(), ..pairing })
}

/// The key that a pairing asks for.
pub(super) async fn pairing_key(tx: &Tx<'_>, id: &str) -> DbResult<Option<String>> {
    let sql = "SELECT public_key FROM pairings WHERE org_id = $1 AND id = $2";
    tx.one(sql, &values![id], |row| row.get(0)).await
}

/// Stores what a pairing became.
pub(super) async fn update_pairing(tx: &Tx<'_>, pairing: &Pairing) -> DbResult<()> {
    let sql = "UPDATE pairings SET status = $3, record = $4 WHERE org_id = $1 AND id = $2";
    tx.run(sql, &values![pairing.id, pairing.status.as_str(), encode(pairing)?]).await?;
    Ok(())
}

/// Notes the use of a token by its digest until `forgotten_ms`; false when it was used before.
pub(crate) async fn use_token(tx: &Tx<'_>, digest: &[u8; 32], forgotten_ms: i64) -> DbResult<bool> {
    let sql = "DELETE FROM used_tokens WHERE org_id = $1 AND forgotten_ms < $2";
    tx.run(sql, &values![clock::unix_millis()]).await?;
    let sql = "INSERT INTO used_tokens (org_id, digest, forgotten_ms) VALUES ($1, $2, $3)
        ON CONFLICT (org_id, digest) DO NOTHING";
    Ok(tx.run(sql, &values![digest, forgotten_ms]).await? > 0)
}

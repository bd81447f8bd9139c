//! Keys and agents in SQLite.

use dashclaw::api::actions::Action;
use dashclaw::api::orgs::ApiKey;
use dashclaw::clock;
use futures_util::FutureExt;
use rusqlite::{Connection, OptionalExtension, params};
use secrecy::{ExposeSecret, SecretString};

use super::{Sqlite, exists, keys, text};
use crate::keys::{KeyHash, KeyRecord};
use crate::store::{Directory, Identity, Owned, Presence, Revocation, Revoked, StoreResult, Stored};

impl Directory for Sqlite {
    fn add_keys(&self, keys: Vec<KeyRecord>) -> Stored<'_, ()> {
        self.writer.run(move |connection| keys::add(connection, keys)).boxed()
    }

    fn key(&self, hash: KeyHash) -> Stored<'_, Option<KeyRecord>> {
        self.reader.look_up(move |connection| keys::in_force(connection, hash)).boxed()
    }

    fn keys(&self, org_id: &str) -> Stored<'_, Vec<ApiKey>> {
        let org_id = org_id.to_owned();
        self.reader.look_up(move |connection| keys::list(connection, &org_id)).boxed()
    }

    fn revoke_key(&self, org_id: &str, id: &str, revocation: Revocation) -> Stored<'_, Revoked> {
        let (org_id, id) = (org_id.to_owned(), id.to_owned());
        self.writer.run(move |connection| keys::revoke(connection, &org_id, &id, revocation)).boxed()
    }

    fn note_key_use(&self, hash: KeyHash, at: String) -> Stored<'_, ()> {
        let work = move |connection: &Connection| {
            let sql = "UPDATE api_keys SET last_used_at = ?2 WHERE key_hash = ?1";
            connection.prepare_cached(sql)?.execute(params![hash, at])?;
            Ok(())
        };
        self.writer.run(work).boxed()
    }

    fn has_keys(&self) -> Stored<'_, bool> {
        self.reader.look_up(|connection| exists(connection, "SELECT 1 FROM api_keys", [])).boxed()
    }

    fn signing_key(&self, offered: Option<SecretString>) -> Stored<'_, Option<SecretString>> {
        let work = move |connection: &Connection| {
            if let Some(offered) = offered {
                let sql =
                    "INSERT OR IGNORE INTO signing_keys (id, jwk, created_at) VALUES ('default', ?1, ?2)";
                connection.execute(sql, params![offered.expose_secret(), clock::now_iso()])?;
            }
            let kept = text(connection, "SELECT jwk FROM signing_keys WHERE id = 'default'", [])?;
            Ok(kept.map(SecretString::from))
        };
        self.writer.run(work).boxed()
    }

    fn agent_of(&self, org_id: &str, owned: Owned, id: &str) -> Stored<'_, Option<String>> {
        let given = [org_id, id].map(str::to_owned);
        let sql = match owned {
            Owned::Action => "SELECT agent_id FROM actions WHERE org_id = ?1 AND action_id = ?2",
            Owned::Loop => {
                "SELECT actions.agent_id FROM loops JOIN actions USING (org_id, action_id)
                WHERE loops.org_id = ?1 AND loop_id = ?2"
            }
            Owned::Assumption => "SELECT agent_id FROM assumptions WHERE org_id = ?1 AND assumption_id = ?2",
            Owned::Session => "SELECT agent_id FROM sessions WHERE org_id = ?1 AND id = ?2",
        };
        self.reader.look_up(move |connection| text(connection, sql, given)).boxed()
    }

    fn put_presence(&self, org_id: &str, presence: Presence) -> Stored<'_, ()> {
        let org_id = org_id.to_owned();
        let work = move |connection: &Connection| {
            let sql = "INSERT INTO agent_presence
                (org_id, agent_id, agent_name, status, current_task_id, metadata, last_seen_at)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET
                agent_name = coalesce(excluded.agent_name, agent_name), status = excluded.status,
                current_task_id = excluded.current_task_id, metadata = coalesce(excluded.metadata, metadata),
                last_seen_at = excluded.last_seen_at";
            let Presence { agent_id, agent_name, status, current_task_id, metadata, at } = presence;
            let mut statement = connection.prepare_cached(sql)?;
            statement.execute(params![
                org_id,
                agent_id,
                agent_name,
                status,
                current_task_id,
                metadata,
                at
            ])?;
            Ok(())
        };
        self.writer.run(work).boxed()
    }

    fn put_identity(&self, org_id: &str, agent_id: &str, identity: Identity) -> Stored<'_, ()> {
        let (org_id, agent_id) = (org_id.to_owned(), agent_id.to_owned());
        let work = move |connection: &Connection| {
            let sql = "INSERT OR REPLACE INTO agent_identities (org_id, agent_id, public_key, algorithm, created_at)
                VALUES (?1, ?2, ?3, ?4, ?5)";
            let Identity { public_key, algorithm } = identity;
            connection.execute(sql, params![org_id, agent_id, public_key, algorithm, clock::now_iso()])?;
            Ok(())
        };
        self.writer.run(work).boxed()
    }

    fn identity(&self, org_id: &str, agent_id: &str) -> Stored<'_, Option<Identity>> {
        let (org_id, agent_id) = (org_id.to_owned(), agent_id.to_owned());
        let work = move |connection: &Connection| {
            let sql =
                "SELECT public_key, algorithm FROM agent_identities WHERE org_id = ?1 AND agent_id = ?2";
            let found = connection.prepare_cached(sql)?.query_row([org_id, agent_id], |row| {
                Ok(Identity { public_key: row.get(0)?, algorithm: row.get(1)? })
            });
            Ok(found.optional()?)
        };
        self.reader.look_up(work).boxed()
    }
}

/// An agent that creates an action is there.
pub(super) fn note_agent(connection: &Connection, action: &Action) -> StoreResult<()> {
    let sql = "INSERT INTO agent_presence (org_id, agent_id, agent_name, status, last_seen_at)
        VALUES (?1, ?2, ?3, 'online', ?4) ON CONFLICT DO UPDATE SET
        agent_name = coalesce(excluded.agent_name, agent_name), last_seen_at = excluded.last_seen_at";
    let Action { org_id, agent_id, agent_name, created_at, .. } = action;
    connection.prepare_cached(sql)?.execute(params![org_id, agent_id, agent_name, created_at])?;
    Ok(())
}

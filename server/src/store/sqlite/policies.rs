//! Policies in SQLite.

use dashclaw::api::policies::Policy;
use futures_util::FutureExt;
use rusqlite::{Connection, Row, params};
use serde_json::Value;

use super::{Sqlite, exists, premises};
use crate::store::{Policies, Saved, StoreResult, Stored};

impl Policies for Sqlite {
    fn policies(&self, org_id: &str) -> Stored<'_, Vec<Policy>> {
        let org_id = org_id.to_owned();
        let work = move |connection: &Connection| {
            let sql = "SELECT id, org_id, name, policy_type, rules, active, agent_ids, created_by, created_at, updated_at
                FROM policies WHERE org_id = ?1 ORDER BY seq";
            let mut statement = connection.prepare_cached(sql)?;
            let policies = statement.query_map([org_id], from_row)?;
            Ok(policies.collect::<Result<_, _>>()?)
        };
        self.reader.look_up(work).boxed()
    }

    fn create_policy(&self, policy: Policy) -> Stored<'_, Saved> {
        let work = move |connection: &Connection| {
            if name_taken(connection, &policy)? {
                return Ok(Saved::NameTaken);
            }
            insert(connection, &policy, false)?;
            premises::raise_version(connection, &policy.org_id)?;
            Ok(Saved::Done)
        };
        self.writer.run(work).boxed()
    }

    fn replace_policy(&self, policy: Policy) -> Stored<'_, Saved> {
        self.writer.run(move |connection| replace(connection, &policy)).boxed()
    }

    fn delete_policies(&self, org_id: &str, ids: Vec<String>) -> Stored<'_, Vec<String>> {
        let org_id = org_id.to_owned();
        let work = move |connection: &Connection| {
            let mut statement =
                connection.prepare_cached("DELETE FROM policies WHERE org_id = ?1 AND id = ?2")?;
            let mut deleted = Vec::new();
            for id in ids {
                if statement.execute(params![org_id, id])? > 0 {
                    deleted.push(id);
                }
            }
            premises::raise_version(connection, &org_id)?;
            Ok(deleted)
        };
        self.writer.run(work).boxed()
    }

    fn replace_managed_policies(&self, org_id: &str, policies: Vec<Policy>) -> Stored<'_, Vec<String>> {
        let org_id = org_id.to_owned();
        let work = move |connection: &Connection| {
            let sql = "SELECT 1 FROM policies WHERE org_id = ?1 AND name = ?2 AND managed = 0";
            let mut taken = Vec::new();
            for policy in &policies {
                if exists(connection, sql, params![org_id, policy.name])? {
                    taken.push(policy.name.clone());
                }
            }
            if taken.is_empty() {
                connection.execute("DELETE FROM policies WHERE org_id = ?1 AND managed = 1", [&org_id])?;
                policies.iter().try_for_each(|policy| insert(connection, policy, true))?;
                premises::raise_version(connection, &org_id)?;
            }
            Ok(taken)
        };
        self.writer.run(work).boxed()
    }
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Policy> {
    Ok(Policy {
        id: row.get::<_, String>(0)?.into(),
        org_id: row.get(1)?,
        name: row.get(2)?,
        policy_type: row.get::<_, String>(3)?.into(),
        rules: row.get::<_, String>(4)?.into(),
        active: row.get(5)?,
        agent_ids: row.get(6)?,
        created_by: row.get(7)?,
        created_at: row.get(8)?,
        updated_at: row.get(9)?,
        ..Policy::default()
    })
}

/// The rules as they are stored: JSON text.
fn rules(policy: &Policy) -> String {
    match &policy.rules.0 {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn name_taken(connection: &Connection, policy: &Policy) -> StoreResult<bool> {
    let sql = "SELECT 1 FROM policies WHERE org_id = ?1 AND name = ?2 AND id <> ?3";
    exists(connection, sql, params![policy.org_id, policy.name, policy.id.as_str()])
}

fn insert(connection: &Connection, policy: &Policy, managed: bool) -> StoreResult<()> {
    let sql =
        "INSERT INTO policies (org_id, id, name, policy_type, rules, active, agent_ids, created_by, managed,
        created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    connection.prepare_cached(sql)?.execute(params![
        policy.org_id,
        policy.id.as_str(),
        policy.name,
        policy.policy_type.as_str(),
        rules(policy),
        policy.active,
        policy.agent_ids,
        policy.created_by,
        managed,
        policy.created_at,
        policy.updated_at,
    ])?;
    Ok(())
}

fn replace(connection: &Connection, policy: &Policy) -> StoreResult<Saved> {
    if name_taken(connection, policy)? {
        return Ok(Saved::NameTaken);
    }
    let sql = "UPDATE policies SET name = ?3, policy_type = ?4, rules = ?5, active = ?6, agent_ids = ?7, updated_at = ?8
        WHERE org_id = ?1 AND id = ?2";
    let changed = connection.prepare_cached(sql)?.execute(params![
        policy.org_id,
        policy.id.as_str(),
        policy.name,
        policy.policy_type.as_str(),
        rules(policy),
        policy.active,
        policy.agent_ids,
        policy.updated_at,
    ])?;
    premises::raise_version(connection, &policy.org_id)?;
    Ok(if changed == 0 { Saved::NotFound } else { Saved::Done })
}

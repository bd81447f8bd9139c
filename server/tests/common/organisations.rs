//! One data file that holds the keys of two organisations.

use std::path::PathBuf;

use dashclaw_server::InstanceOptions;
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

use super::{Folder, World};

/// The organisation that the instance is of.
pub(crate) const HERE: &str = "org_default";
/// Another, whose records came from an instance of its own.
pub(crate) const OTHER: &str = "org_other";

/// The keys of one organisation.
#[derive(Clone)]
pub(crate) struct Keys {
    pub(crate) org_id: &'static str,
    pub(crate) admin: String,
    /// A second administrator, who may approve what the first one asks for.
    pub(crate) approver: String,
    pub(crate) member: String,
    /// Speaks for `agent-1` only.
    pub(crate) bound: String,
    pub(crate) readonly: String,
}

impl Keys {
    fn of(org_id: &'static str) -> Self {
        let key = |label| format!("{org_id} {label}");
        Self {
            org_id,
            admin: key("admin"),
            approver: key("approver"),
            member: key("member"),
            bound: key("bound"),
            readonly: key("readonly"),
        }
    }

    /// The id of a key that stands in one of the members.
    pub(crate) fn id(key: &str) -> String {
        format!("key_{}", key.replace(' ', "_"))
    }

    fn store(&self, connection: &Connection) {
        for (key, role, agent_id) in [
            (&self.admin, "admin", None),
            (&self.approver, "admin", None),
            (&self.member, "member", None),
            (&self.bound, "member", Some("agent-1")),
            (&self.readonly, "readonly", None),
        ] {
            let hash: [u8; 32] = Sha256::digest(key).into();
            let sql =
                "INSERT INTO api_keys (key_hash, id, org_id, key_prefix, label, role, created_at, agent_id)
                VALUES (?1, ?2, ?3, ?4, ?4, ?5, '2026-01-01T00:00:00.000Z', ?6)";
            let row = params![hash, Self::id(key), self.org_id, key, role, agent_id];
            connection.execute(sql, row).unwrap();
        }
    }
}

/// An instance that serves the keys of both.
pub(crate) struct Two {
    pub(crate) world: World,
    pub(crate) here: Keys,
    pub(crate) other: Keys,
    options: InstanceOptions,
    folder: Folder,
}

impl Two {
    pub(crate) fn new(name: &str) -> Self {
        Self::with(name, InstanceOptions::default())
    }

    pub(crate) fn with(name: &str, options: InstanceOptions) -> Self {
        let folder = Folder::new(name);
        let options = InstanceOptions { path: Some(folder.0.clone()), ..options };
        let world = World::open(&options);
        let two = Self { world, here: Keys::of(HERE), other: Keys::of(OTHER), options, folder };
        let keys = [two.here.clone(), two.other.clone()];
        two.restarted(|connection| keys.iter().for_each(|keys| keys.store(connection)))
    }

    /// Ends the instance, lets `change` at the file, and starts another.
    pub(crate) fn restarted(self, change: impl FnOnce(&Connection)) -> Self {
        let Self { world, here, other, options, folder } = self;
        drop(world);
        change(&Connection::open(folder.0.join("dashclaw.db")).unwrap());
        Self { world: World::open(&options), here, other, options, folder }
    }

    /// Each of the two beside the other.
    pub(crate) fn both_ways(&self) -> [(&Keys, &Keys); 2] {
        [(&self.here, &self.other), (&self.other, &self.here)]
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.0.clone()
    }
}

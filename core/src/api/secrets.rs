//! Secrets: what an agent's environment holds, for its memory only.

use std::collections::BTreeMap;

use crate::catalogue::{Fill, Repeat, Secret};
use crate::{operations, record};

operations! { "secrets":
    /// Reads the secrets that are meant for an agent: those of its organisation, overridden by its own.
    ///
    /// Keep them in memory; never log them, store them, or show them to a model. A key of the readonly role is an error of
    /// kind `permission`. A server that cannot decrypt answers with an error of kind `server`.
    get_agent_env = Get "/api/secrets/env" => AgentEnv [positional(&["agent_id"]), secret()]
    GetAgentEnv {
        /// For which agent. The client's own unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
    }

    /// Keeps a secret, encrypted, for all agents of the organisation or for one. Needs an API key of the admin role.
    ///
    /// Its value is delivered by `get_agent_env` and is in no other answer, event or log. A name that is taken, for the same
    /// agent or for all, is an error of kind `conflict`. A server that has no key to encrypt with answers with an error of kind
    /// `server` and the code `SECRETS_KEY_MISSING`.
    register_secret = Post "/api/secrets" => SecretDetail [admin(), secret(), positional(&["name", "value"])]
    RegisterSecret {
        /// The variable that it is delivered as: letters, digits and `_`, no digit first, at most 128 characters.
        name: String [max(128)],
        /// Its value. At most 32768 characters.
        value: String [max(32_768)],
        /// The one agent that it is for. All agents unless given; for this agent it then takes the place of theirs.
        agent_id: Option<String> [max(128)],
        /// Whether it is delivered; yes unless given.
        delivered: Option<bool>,
        /// After how many days it should have another value. Never unless given.
        rotate_after_days: Option<i64> [range(1, 3650)],
    }

    /// Lists the secrets by name, without their values. Needs an API key of the admin role.
    list_secrets = Get "/api/secrets" => SecretList [admin()]
    ListSecrets {
        /// Only those of this agent; those for all agents are no one's.
        agent_id: Option<String>,
        /// Only those that should have another value by now.
        rotation_due: Option<bool>,
    }

    /// Gives a secret another value. Needs an API key of the admin role. An unknown one is an error of kind `not_found`.
    rotate_secret = Post "/api/secrets/{secret_id}/rotate" => SecretDetail [
        repeat(Repeat::Idempotent), admin(), secret(), positional(&["secret_id", "value"]),
    ]
    RotateSecret {
        /// Which secret: `sec_` and 16 hexadecimal digits.
        secret_id: String,
        /// Its new value. At most 32768 characters.
        value: String [max(32_768)],
    }

    /// Removes a secret. Needs an API key of the admin role. An unknown one is an error of kind `not_found`.
    delete_secret = Delete "/api/secrets/{secret_id}" => DeletedSecret [
        repeat(Repeat::Idempotent), admin(), positional(&["secret_id"]),
    ]
    DeleteSecret from secret_id: String {
        /// Which secret.
        secret_id: String,
    }
}

record! {
    /// One secret, without its value.
    pub struct SecretDetail {
        /// The secret.
        #[required]
        secret: ManagedSecret,
    }

    /// Secrets, without their values.
    pub struct SecretList {
        /// By name; those for all agents before those of one.
        #[required]
        secrets: Vec<ManagedSecret>,
    }

    /// A secret that is kept, without its value.
    pub struct ManagedSecret {
        /// Which secret: `sec_` and 16 hexadecimal digits.
        #[required]
        id: String,
        /// The variable that it is delivered as.
        #[required]
        name: String,
        /// The one agent that it is for; nothing when it is for all.
        agent_id: Option<String>,
        /// Whether it is delivered.
        delivered: bool,
        /// After how many days it should have another value; nothing when it need not.
        rotate_after_days: Option<i64>,
        /// Whether that time is over.
        rotation_due: bool,
        /// Since when it has its value: ISO-8601, UTC.
        rotated_at: String,
        /// Who keeps it here.
        created_by: Option<String>,
        /// Since when: ISO-8601, UTC.
        created_at: String,
    }

    /// A secret that is gone.
    pub struct DeletedSecret {
        /// Whether it is gone.
        #[required]
        deleted: bool,
        /// Which one.
        id: String,
    }
}

record! {
    /// The secrets that are meant for an agent.
    pub struct AgentEnv {
        /// The secrets by name.
        #[required]
        env: BTreeMap<String, Secret>,
        /// How many there are.
        count: i64,
        /// Their names.
        delivered: Vec<String>,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_read_and_written_and_never_shown() {
        let wire = json!({ "env": { "TOKEN": "s3cret" }, "count": 1, "delivered": ["TOKEN"] });
        let read: AgentEnv = serde_json::from_value(wire.clone()).unwrap();
        assert_eq!(read.env["TOKEN"].expose(), "s3cret");
        assert_eq!(serde_json::to_value(&read).unwrap(), wire);
        let shown = format!("{read:?} {read:#?}");
        assert!(shown.contains("TOKEN") && !shown.contains("s3cret"), "{shown}");
    }
}

//! Secrets: what an agent's environment holds, for its memory only.

use std::collections::BTreeMap;

use crate::catalogue::{Fill, Secret};
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

//! A server whose actions of the type `deploy` wait for a human, and its two keys.

use std::net::SocketAddr;

use serde_json::{Value, json};

use super::{Connection, Folder, Server};

pub(crate) struct Office {
    pub(crate) folder: Folder,
    pub(crate) server: Server,
    pub(crate) operator: String,
    pub(crate) agent: String,
}

impl Office {
    pub(crate) fn open(name: &str) -> Self {
        let folder = Folder::new(name);
        let policies = folder.path("policies.yaml");
        let text = "policies:\n  - {name: ask, type: require_approval, action_types: [deploy]}\n";
        std::fs::write(&policies, text).unwrap();
        let server = Server::start(&folder, &["--policies", policies.to_str().unwrap()]);
        let (operator, agent) = (server.key.clone().unwrap(), server.agent_key.clone().unwrap());
        Self { folder, server, operator, agent }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.server.address
    }

    /// An action that waits.
    pub(crate) fn ask(&self, goal: &str) -> String {
        let ask = json!({ "action_type": "deploy", "declared_goal": goal, "agent_id": "agent-1" });
        let (status, made) = Connection::open(self.address(), &self.agent).call("POST", "/api/actions", &ask);
        assert_eq!(status, 202, "{made}");
        made["action_id"].as_str().unwrap().to_owned()
    }

    /// What is on record about an action.
    pub(crate) fn record(&self, action: &str) -> Value {
        let path = format!("/api/actions/{action}");
        Connection::open(self.address(), &self.operator).call("GET", &path, &Value::Null).1["action"].take()
    }
}

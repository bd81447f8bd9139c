//! Secrets: what an agent's environment holds, for its memory only.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::catalogue::Fill;
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
        env: SecretEnv,
        /// How many there are.
        #[serde(default)]
        count: i64,
        /// Their names.
        #[serde(default)]
        delivered: Vec<String>,
    }
}

/// Secrets by name. Names are shown by `Debug`, values are not.
#[derive(Clone, Debug, Default)]
pub struct SecretEnv(pub BTreeMap<String, SecretString>);

impl SecretEnv {
    /// The value of the secret called `name`.
    pub fn expose(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(ExposeSecret::expose_secret)
    }

    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The values, where they must be seen.
    fn exposed(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.expose_secret()))
    }
}

impl PartialEq for SecretEnv {
    fn eq(&self, other: &Self) -> bool {
        self.exposed().eq(other.exposed())
    }
}

/// For the server, which sends them.
impl Serialize for SecretEnv {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.exposed())
    }
}

/// By hand, because serde's own errors show the value that they cannot read.
impl<'de> Deserialize<'de> for SecretEnv {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Value::Object(members) = Value::deserialize(deserializer)? else {
            return Err(D::Error::custom("`env` is not an object"));
        };
        let secret = |(name, value)| match value {
            Value::String(text) => Ok((name, SecretString::from(text))),
            _ => Err(D::Error::custom(format!("`env` holds no text under `{name}`"))),
        };
        members.into_iter().map(secret).collect::<Result<_, _>>().map(Self)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for SecretEnv {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SecretEnv".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "object",
            "additionalProperties": { "type": "string", "format": "password" },
        })
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
        assert_eq!(read.env.expose("TOKEN"), Some("s3cret"));
        assert_eq!(read.env.names().collect::<Vec<_>>(), ["TOKEN"]);
        assert_eq!(serde_json::to_value(&read).unwrap(), wire);
        let shown = format!("{read:?} {read:#?}");
        assert!(shown.contains("TOKEN") && !shown.contains("s3cret"), "{shown}");
    }

    #[test]
    fn what_cannot_be_read_is_not_shown() {
        for env in
            [json!("s3cret"), json!(["s3cret"]), json!({ "TOKEN": ["s3cret"] }), json!({ "TOKEN": 53 })]
        {
            let error = serde_json::from_value::<AgentEnv>(json!({ "env": env })).unwrap_err().to_string();
            assert!(!error.contains("s3cret") && !error.contains("53"), "{error}");
        }
    }
}

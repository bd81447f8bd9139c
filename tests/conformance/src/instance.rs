//! The embedded instance of a case.

use serde_json::{Map, Value};

use crate::case::InstanceSpec;

/// A running instance with a key for each role.
#[derive(Debug)]
pub(crate) struct Instance {
    pub(crate) member_key: String,
    pub(crate) admin_key: String,
    url: String,
}

impl Instance {
    pub(crate) async fn start(_spec: &InstanceSpec) -> Result<Self, String> {
        Err("the instance is not wired in".to_owned())
    }

    /// `server`: where it listens.
    pub(crate) fn variables(&self) -> Map<String, Value> {
        Map::from_iter([("server".to_owned(), Value::from(self.url.as_str()))])
    }

    pub(crate) async fn stop(self) {}
}

//! Settings of organisations, and what was learned.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Stored;

/// Where settings are kept.
pub(crate) trait Settings {
    /// The version of an organisation's policies and settings; it rises with every change of one.
    fn version(&self, org_id: &str) -> Stored<'_, i64>;

    /// All settings of an organisation.
    fn settings(&self, org_id: &str) -> Stored<'_, BTreeMap<String, String>>;

    /// Sets a setting, or removes it.
    fn put_setting(&self, org_id: &str, name: &str, value: Option<String>) -> Stored<'_, ()>;

    /// Stores events about recommendations.
    fn add_learning_events(&self, org_id: &str, events: Vec<Value>) -> Stored<'_, usize>;
}

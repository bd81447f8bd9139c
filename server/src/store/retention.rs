//! Removing what is older than an organisation wants to keep.

use super::Stored;

/// Where old records are removed.
pub(crate) trait Retention {
    /// All organisations that have records which could be removed, whether or not a key or a setting of them is stored.
    fn organisations(&self) -> Stored<'_, Vec<String>>;

    /// Removes up to `most` records of each kind that are older than `before_ms`, in milliseconds since the Unix epoch:
    /// guard decisions, ended actions with their assumptions and loops, events of sessions but for the newest of each, and
    /// learning events. Answers how many; 0 means that nothing is left to remove.
    fn remove_older(&self, org_id: &str, before_ms: i64, most: u32) -> Stored<'_, usize>;
}

//! Policies.

use dashclaw::api::policies::Policy;

use super::Stored;

/// Where policies are kept.
pub(crate) trait Policies {
    /// All policies of an organisation, in the order in which they were stored.
    fn policies(&self, org_id: &str) -> Stored<'_, Vec<Policy>>;

    /// Stores a policy unless its name is taken.
    fn create_policy(&self, policy: Policy) -> Stored<'_, Saved>;

    /// Stores what a policy became, unless its new name is taken.
    fn replace_policy(&self, policy: Policy) -> Stored<'_, Saved>;

    /// Removes policies; answers the ids of those that were there.
    fn delete_policies(&self, org_id: &str, ids: Vec<String>) -> Stored<'_, Vec<String>>;

    /// Replaces all policies that came from a file by these. Answers the names of those that some other policy has
    /// already; then nothing was changed.
    fn replace_managed_policies(&self, org_id: &str, policies: Vec<Policy>) -> Stored<'_, Vec<String>>;
}

/// What became of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Saved {
    /// It is stored.
    Done,
    /// Another policy has this name.
    NameTaken,
    /// There is no such policy.
    NotFound,
}

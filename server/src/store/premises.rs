//! What a decision was made on: it is stored only while all of it still holds.

/// What a decision was made on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Premises {
    /// The version of the organisation's policies and settings.
    pub(crate) version: i64,
    /// How often the agent had asked.
    pub(crate) tallies: Vec<Tally>,
    /// What the agent had spent.
    pub(crate) spendings: Vec<Spending>,
    /// The approved action whose approval the decision uses up.
    pub(crate) approval: Option<String>,
    /// The principal that asks, whose key must hold.
    pub(crate) principal: String,
}

/// Why a decision cannot be stored as it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stale {
    /// Policies or settings have changed: they must be read anew.
    Policies,
    /// Something else happened that counts: decisions, purchases, the use of an approval.
    History,
    /// The key that asked was revoked: there is nothing to decide.
    Key,
}

/// A limit on decisions, and whether it was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Decisions since then count, unix milliseconds.
    pub(crate) since_ms: i64,
    pub(crate) limit: i64,
    pub(crate) reached: bool,
}

/// What was spent in a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spending {
    /// Purchases since then count, unix milliseconds.
    pub(crate) since_ms: i64,
    pub(crate) usd: f64,
}

/// A question as storage tells it from others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// SHA-256 of everything that is asked but the risk, lower-case hex.
    pub(crate) question: String,
    /// The risk that the agent stated.
    pub(crate) risk: Option<i64>,
}

/// A span of time, unix milliseconds, both ends included. The later end keeps a clock that was set back from making
/// records of the future last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) since_ms: i64,
    pub(crate) until_ms: i64,
}

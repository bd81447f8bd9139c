//! The end of the time that a check may take.

use std::time::Instant;

/// Why a check stopped.
pub(super) const LATE: &str = "the check did not finish in time";

/// A moment after which a check gives up, or none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Deadline(Option<Instant>);

impl Deadline {
    /// Gives up after a moment of the monotonic clock; never, without one.
    pub const fn new(moment: Option<Instant>) -> Self {
        Self(moment)
    }

    /// Fails when the moment has passed.
    pub(super) fn check(self) -> Result<(), String> {
        match self.0 {
            Some(moment) if Instant::now() >= moment => Err(LATE.to_owned()),
            _ => Ok(()),
        }
    }
}

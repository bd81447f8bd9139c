//! Whether an assumption holds, and how far it has drifted: the time that nobody has looked at it.

use dashclaw::api::assumptions::{Assumption, DriftSummary};
use dashclaw::clock;

const DAY_MS: i64 = 86_400_000;
/// An assumption that nobody has looked at for this long has drifted all the way.
const DRIFT_DAYS: i64 = 30;
/// An assumption that nobody has looked at for this long is stale.
const STALE_DAYS: i64 = 7;
/// From this score on an assumption is at risk.
const AT_RISK: i64 = 50;

/// Whether an assumption holds.
#[derive(Clone, Debug)]
pub(super) enum Judgement {
    /// It is true.
    Holds,
    /// It is false, for this reason.
    Fails(String),
}

/// The assumption was found to be false before, which is final.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct AlreadyInvalidated;

impl Judgement {
    /// Changes `assumption`, or says why not; then it is unchanged.
    pub(super) fn apply(&self, assumption: &mut Assumption, now: &str) -> Result<(), AlreadyInvalidated> {
        if assumption.invalidated != 0 {
            return Err(AlreadyInvalidated);
        }
        let now = Some(now.to_owned());
        match self {
            Self::Holds => (assumption.validated, assumption.validated_at) = (1, now),
            Self::Fails(reason) => {
                (assumption.validated, assumption.validated_at) = (0, None);
                (assumption.invalidated, assumption.invalidated_at) = (1, now);
                assumption.invalidated_reason = Some(reason.clone());
            }
        }
        Ok(())
    }
}

/// The time before which an assumption that nobody has looked at is stale, ISO-8601.
pub(super) fn stale_before(now_ms: i64) -> String {
    clock::iso(now_ms - STALE_DAYS * DAY_MS)
}

/// 0 when it was found to be true, nothing when false, else its age, 100 being 30 days or more.
pub(super) fn drift(assumption: &Assumption, now_ms: i64) -> Option<i64> {
    if assumption.invalidated != 0 {
        return None;
    }
    if assumption.validated != 0 {
        return Some(0);
    }
    let age = now_ms - clock::parse_iso(&assumption.created_at).unwrap_or(now_ms);
    Some((age.max(0) * 100 / (DRIFT_DAYS * DAY_MS)).min(100))
}

pub(super) fn summary(assumptions: &[Assumption]) -> DriftSummary {
    let count = |wanted: &dyn Fn(&Assumption) -> bool| {
        i64::try_from(assumptions.iter().filter(|assumption| wanted(assumption)).count()).unwrap_or(i64::MAX)
    };
    DriftSummary {
        total: count(&|_| true),
        at_risk: count(&|one| one.drift_score.flatten().is_some_and(|score| score >= AT_RISK)),
        validated: count(&|one| one.validated != 0),
        invalidated: count(&|one| one.invalidated != 0),
        unvalidated: count(&|one| one.validated == 0 && one.invalidated == 0),
        ..DriftSummary::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_false_stays_so() {
        let mut assumption = Assumption::default();
        assert_eq!(Judgement::Holds.apply(&mut assumption, "t"), Ok(()));
        assert_eq!(Judgement::Fails("no".to_owned()).apply(&mut assumption, "u"), Ok(()));
        assert_eq!((assumption.validated, assumption.invalidated), (0, 1));
        assert_eq!(Judgement::Holds.apply(&mut assumption, "v"), Err(AlreadyInvalidated));
        assert_eq!(assumption.invalidated_reason.as_deref(), Some("no"));
    }

    #[test]
    fn drift_is_the_age_of_what_nobody_looked_at() {
        let now = 1_781_524_800_000;
        let aged =
            |days: i64| Assumption { created_at: clock::iso(now - days * DAY_MS), ..Assumption::default() };
        assert_eq!(
            [0, 15, 30, 90].map(|days| drift(&aged(days), now)),
            [Some(0), Some(50), Some(100), Some(100)]
        );
        assert_eq!(drift(&Assumption { validated: 1, ..aged(90) }, now), Some(0));
        assert_eq!(drift(&Assumption { invalidated: 1, ..aged(90) }, now), None);
    }
}

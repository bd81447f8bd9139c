//! When work is tried again, and when it is given up.

use std::time::Duration;

/// How long a claim holds, in milliseconds. Work that takes longer is begun by another worker as well.
pub(super) const LEASE_MS: i64 = 5 * 60_000;
/// After how many attempts work is given up.
const MOST_ATTEMPTS: i64 = 12;
/// How long the first pause is, and the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// How long it is waited after this many attempts have failed, in milliseconds; nothing when it is given up. Work that comes
/// again by itself is never given up: its next time is another one.
pub(super) fn pause_ms(attempts: i64, comes_again: bool) -> Option<i64> {
    if attempts >= MOST_ATTEMPTS && !comes_again {
        return None;
    }
    let doublings = u32::try_from(attempts.clamp(1, 16) - 1).unwrap_or_default();
    let pause = FIRST_PAUSE.saturating_mul(1 << doublings).min(LONGEST_PAUSE);
    Some(i64::try_from(pause.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_end() {
        let pauses: Vec<_> = (0..=13).map(|attempts| pause_ms(attempts, false)).collect();
        assert_eq!(pauses[..4], [Some(2000), Some(2000), Some(4000), Some(8000)]);
        assert_eq!((pauses[11], pauses[12], pauses[13]), (Some(2_048_000), None, None));
        assert_eq!([12, 1000].map(|attempts| pause_ms(attempts, true)), [Some(3_600_000); 2]);
    }
}

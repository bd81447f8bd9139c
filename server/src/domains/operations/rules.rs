//! Figures from what was counted.

use dashclaw::api::operations::{ApprovalBacklog, Latency};
use dashclaw::clock;

const MINUTE_MS: i64 = 60_000;

/// How long actions took, of their sorted durations in milliseconds.
pub(super) fn latency(took: &[i64]) -> Latency {
    Latency { p50_ms: percentile(took, 50), p95_ms: percentile(took, 95), ..Latency::default() }
}

/// The smallest of these sorted values that `percent` of them do not exceed; 0 when there is none.
fn percentile(sorted: &[i64], percent: usize) -> i64 {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0)
}

/// What waits for a human, of the times at which each began to wait.
pub(super) fn backlog(began: &[String], now_ms: i64) -> ApprovalBacklog {
    let waited: Vec<i64> = began
        .iter()
        .filter_map(|time| clock::parse_iso(time))
        .map(|began| (now_ms.saturating_sub(began)).max(0) / MINUTE_MS)
        .collect();
    let pending_count = i64::try_from(began.len()).unwrap_or(i64::MAX);
    ApprovalBacklog {
        pending_count,
        oldest_minutes: waited.iter().copied().max().unwrap_or(0),
        avg_wait_minutes: waited.iter().fold(0, |sum: i64, wait| sum.saturating_add(*wait))
            / pending_count.max(1),
        ..ApprovalBacklog::default()
    }
}

#[cfg(test)]
mod tests {
    use super::percentile;

    #[test]
    fn a_percentile_is_a_value_that_was_seen() {
        let hundred: Vec<i64> = (1..=100).collect();
        assert_eq!([50, 95].map(|percent| percentile(&hundred, percent)), [50, 95]);
        assert_eq!([50, 95].map(|percent| percentile(&[7], percent)), [7, 7]);
        assert_eq!([50, 95].map(|percent| percentile(&[3, 9], percent)), [3, 9]);
        assert_eq!(percentile(&[], 95), 0);
    }
}

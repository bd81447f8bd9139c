//! Whether a failed try may be repeated, and after how long. Pure: no clock, no dice.

use std::time::Duration;

use tokio::time::Instant;

use super::status::meaning;
use crate::catalogue::Repeat;
use crate::client::transport::Sent;

/// The first delay before a retry, doubled for each further one.
const BASE_DELAY: Duration = Duration::from_millis(250);
/// The longest delay of our own.
const MAX_DELAY: Duration = Duration::from_secs(8);
/// The longest that a server's `Retry-After` holds us back before we ask again: what runs without a deadline must not stand
/// still for years because of one header.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(5 * 60);

/// The least time of a try, as far as the deadline allows it.
const LEAST_SHARE: Duration = Duration::from_secs(1);

/// How a try ended without a usable answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The exchange broke.
    Transport(Sent),
    /// The server answered with this status.
    Status(u16),
}

impl Failure {
    /// Whether the same request may succeed later.
    fn is_passing(self) -> bool {
        match self {
            Self::Transport(_) => true,
            Self::Status(status) => meaning(status).retryable,
        }
    }

    /// Whether the server may have done what was asked for.
    pub(crate) fn may_have_acted(self) -> bool {
        match self {
            Self::Transport(sent) => sent == Sent::Maybe,
            Self::Status(status) => meaning(status).may_have_acted,
        }
    }
}

/// Whether repeating the request is safe and may help.
pub(crate) fn may_retry(repeat: Repeat, has_key: bool, failure: Failure) -> bool {
    let is_safe = match repeat {
        Repeat::Safe | Repeat::Idempotent | Repeat::OneShot => true,
        Repeat::Keyed => has_key,
        Repeat::Never => false,
    };
    failure.is_passing() && (is_safe || !failure.may_have_acted())
}

/// When a try that begins at `start` and may be repeated is given up: after half of what is left until `deadline`, so that
/// one dead connection leaves time for another one. A slow server, too, is heard in most of the time.
pub(crate) fn share(start: Instant, deadline: Instant) -> Instant {
    let left = deadline.saturating_duration_since(start);
    start + (left / 2).max(LEAST_SHARE).min(left)
}

/// How long to wait before retry number `retry` (0 is the first): what the server asks for, or exponential backoff with
/// full jitter. `dice` lies in 0 to 1.
pub(crate) fn backoff(retry: u32, retry_after: Option<Duration>, dice: f64) -> Duration {
    if let Some(asked) = retry_after {
        return asked.min(MAX_RETRY_AFTER);
    }
    let ceiling = BASE_DELAY.saturating_mul(1_u32.checked_shl(retry).unwrap_or(u32::MAX)).min(MAX_DELAY);
    ceiling.mul_f64(dice.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_that_may_have_arrived_is_repeated_only_with_a_key() {
        let broken = Failure::Transport(Sent::Maybe);
        let table = [
            (Repeat::Safe, false, true),
            (Repeat::Idempotent, false, true),
            (Repeat::OneShot, false, true),
            (Repeat::Keyed, true, true),
            (Repeat::Keyed, false, false),
            (Repeat::Never, true, false),
        ];
        for (repeat, has_key, expected) in table {
            assert_eq!(may_retry(repeat, has_key, broken), expected, "{repeat:?}");
            assert_eq!(may_retry(repeat, has_key, Failure::Status(503)), expected, "{repeat:?}");
            assert!(may_retry(repeat, has_key, Failure::Transport(Sent::No)), "{repeat:?}: nothing was sent");
            assert!(
                may_retry(repeat, has_key, Failure::Status(429)),
                "{repeat:?}: the server refused to look"
            );
            assert!(
                !may_retry(repeat, has_key, Failure::Status(400)),
                "{repeat:?}: it would be refused again"
            );
        }
    }

    #[test]
    fn a_try_gets_half_of_what_is_left_and_a_second_at_least() {
        let start = Instant::now();
        for (left, expected) in [(30_000, 15_000), (3_000, 1_500), (1_600, 1_000), (700, 700), (0, 0)] {
            let (left, expected) = (Duration::from_millis(left), Duration::from_millis(expected));
            assert_eq!(share(start, start + left), start + expected, "{left:?}");
        }
        assert_eq!(share(start + LEAST_SHARE, start), start + LEAST_SHARE, "the deadline has passed");
    }

    #[test]
    fn delays_double_within_their_ceiling() {
        assert_eq!(backoff(0, None, 1.0), Duration::from_millis(250));
        assert_eq!(backoff(2, None, 0.5), Duration::from_millis(500));
        assert_eq!(backoff(40, None, 1.0), MAX_DELAY);
        assert_eq!(backoff(3, None, 0.0), Duration::ZERO);
        assert_eq!(backoff(0, Some(Duration::from_secs(7)), 0.1), Duration::from_secs(7));
        assert_eq!(backoff(0, Some(Duration::MAX), 0.1), MAX_RETRY_AFTER);
    }
}

//! Lengths of time and the moments they end at. Whatever a caller or a server says, none of it overflows.
//!
//! Nothing outside this module adds to an `Instant`, or makes a `Duration` from a number that came from outside.

use std::time::Duration;

use tokio::time::Instant;

/// The longest length of time there is here: ten years. Whoever asks for more gets this.
pub const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// A number of seconds as a length of time, at most [`LONGEST`]; nothing when it is negative or no number.
pub fn length(seconds: f64) -> Option<Duration> {
    (seconds >= 0.0).then(|| Duration::from_secs_f64(seconds.min(LONGEST.as_secs_f64())))
}

/// The decimal digits of a whole number of seconds, as HTTP writes them (`delta-seconds`, RFC 9111, 1.2.2), however many
/// there are.
pub fn delta_seconds(digits: &str) -> Option<Duration> {
    let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    is_number.then(|| digits.parse().map_or(LONGEST, |seconds| Duration::from_secs(seconds).min(LONGEST)))
}

/// What `Retry-After` says at `now` (milliseconds since the Unix epoch): seconds, or a date (RFC 9110, 10.2.3), which may have
/// passed.
pub fn retry_after(value: &str, now: i64) -> Option<Duration> {
    let value = value.trim();
    if value.starts_with(|first: char| first.is_ascii_digit())
        && let Ok(seconds) = value.parse()
    {
        return length(seconds);
    }
    let date = jiff::fmt::rfc2822::parse(value).ok()?.timestamp().as_millisecond();
    let left = u64::try_from(date.saturating_sub(now)).unwrap_or(0);
    Some(Duration::from_millis(left).min(LONGEST))
}

/// How long `Cache-Control` lets a response be kept (RFC 9111, 5.2.2); nothing when it must not be.
pub fn max_age(cache_control: &str) -> Option<Duration> {
    let directives = || cache_control.split(',').map(str::trim);
    if directives().any(|directive| matches!(directive, "no-store" | "no-cache")) {
        return None;
    }
    let age = directives().find_map(|directive| directive.strip_prefix("max-age="))?;
    delta_seconds(age.trim_matches('"'))
}

/// The moment this long after now, [`LONGEST`] at most.
pub(crate) fn after(length: Duration) -> Instant {
    later(Instant::now(), length)
}

/// The moment this long after `start`, [`LONGEST`] at most.
pub(crate) fn later(start: Instant, length: Duration) -> Instant {
    // Only a clock that is itself near its end has no such moment.
    start.checked_add(length.min(LONGEST)).unwrap_or(start)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_too_long_is_the_longest() {
        let table = [
            (0.0, Some(Duration::ZERO)),
            (0.5, Some(Duration::from_millis(500))),
            (9e18, Some(LONGEST)),
            (1e308, Some(LONGEST)),
            (f64::INFINITY, Some(LONGEST)),
            (-0.001, None),
            (f64::NEG_INFINITY, None),
            (f64::NAN, None),
        ];
        for (seconds, expected) in table {
            assert_eq!(length(seconds), expected, "{seconds}");
        }
    }

    #[test]
    fn only_digits_are_a_number_of_seconds() {
        assert_eq!(delta_seconds("300"), Some(Duration::from_secs(300)));
        for long in ["18446744073709551615", "18446744073709551616", &"9".repeat(400)] {
            assert_eq!(delta_seconds(long), Some(LONGEST), "{long}");
        }
        for wrong in ["", "-1", "+1", "1.5", "1e3", " 1", "١"] {
            assert_eq!(delta_seconds(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn headers_say_how_long() {
        let table = [
            ("7", Some(Duration::from_secs(7))),
            (" 0.5 ", Some(Duration::from_millis(500))),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(Duration::ZERO)),
            ("9e18", Some(LONGEST)),
            ("1e400", Some(LONGEST)),
            ("18446744073709551616", Some(LONGEST)),
            ("Thu, 30 Dec 9999 00:00:00 GMT", Some(LONGEST)),
        ];
        for (value, expected) in table {
            assert_eq!(retry_after(value, 1_781_524_800_000), expected, "{value}");
        }
        for wrong in ["soon", "-1", "nan", "inf", "infinity", "", "1 2"] {
            assert_eq!(retry_after(wrong, 0), None, "{wrong}");
        }
        assert_eq!(max_age("public, max-age=300"), Some(Duration::from_secs(300)));
        assert_eq!(max_age("max-age=18446744073709551615"), Some(LONGEST));
        for never in ["no-store", "no-store, max-age=300", "max-age=-1", "max-age=", "public", ""] {
            assert_eq!(max_age(never), None, "{never}");
        }
    }

    #[test]
    fn every_length_has_an_end() {
        let now = Instant::now();
        assert_eq!(later(now, Duration::MAX), now + LONGEST);
        assert_eq!(later(later(now, Duration::MAX), Duration::ZERO), now + LONGEST);
        assert!(after(Duration::MAX) > now);
    }

    proptest! {
        #[test]
        fn no_number_of_seconds_overflows(bits in any::<u64>(), text in "[0-9]{0,40}") {
            let seconds = f64::from_bits(bits);
            prop_assert_eq!(length(seconds).is_some(), seconds >= 0.0);
            prop_assert!(length(seconds).is_none_or(|length| after(length) <= after(LONGEST)));
            prop_assert!(delta_seconds(&text).is_none_or(|length| length <= LONGEST));
        }

        #[test]
        fn no_header_overflows(number in "[-+]?[0-9]{0,40}([.e][-+]?[0-9]{0,6})?", year in 0..12_000_u32, now in any::<i64>(), any in ".{0,20}") {
            let date = format!("Thu, 30 Dec {year:04} 00:00:00 GMT");
            for text in [&number, &date, &any, &format!("max-age={number}")] {
                let lengths = [retry_after(text, now), max_age(text)];
                prop_assert!(lengths.into_iter().flatten().all(|length| length <= LONGEST), "{}", text);
            }
        }
    }
}

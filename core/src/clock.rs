//! Wall time, in one place.

use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since the Unix epoch.
pub fn unix_millis() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    let now = SystemTime::now();
    now.duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|age| i64::try_from(age.as_millis()).ok())
        .unwrap_or_default()
}

/// Seconds since the Unix epoch, and nanoseconds.
pub(crate) fn unix_time() -> (u64, u32) {
    #[expect(clippy::disallowed_methods, reason = "this is the other one")]
    let now = SystemTime::now();
    now.duration_since(UNIX_EPOCH).map(|age| (age.as_secs(), age.subsec_nanos())).unwrap_or_default()
}

/// The current time on the wire: ISO-8601, UTC, milliseconds (`2026-06-15T12:00:00.000Z`).
pub fn now_iso() -> String {
    iso(unix_millis())
}

/// A time on the wire: ISO-8601, UTC, milliseconds. A time outside the years -9999 to 9999 is shown as the epoch.
pub fn iso(unix_millis: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(unix_millis).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// Reads a time in ISO-8601 with an offset, or without one as UTC: milliseconds since the Unix epoch.
pub fn parse_iso(text: &str) -> Option<i64> {
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Some(time.as_millisecond());
    }
    let civil = text.parse::<jiff::civil::DateTime>().ok()?;
    civil.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_three_digits_and_a_z() {
        assert_eq!(iso(1_781_524_800_000), "2026-06-15T12:00:00.000Z");
        assert_eq!(iso(1_781_524_800_007), "2026-06-15T12:00:00.007Z");
    }

    #[test]
    fn a_time_without_offset_is_utc() {
        for text in [
            "2026-06-15T12:00:00Z",
            "2026-06-15T14:00:00+02:00",
            "2026-06-15T12:00:00",
            "2026-06-15 12:00:00",
        ] {
            assert_eq!(parse_iso(text), Some(1_781_524_800_000), "{text}");
        }
        assert_eq!(parse_iso("yesterday"), None);
    }
}

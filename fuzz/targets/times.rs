//! No header and no option that becomes a time panics, and none is longer than the longest.
#![no_main]

use dashclaw::catalogue::Seconds;
use dashclaw::deadline::{LONGEST, delta_seconds, length, max_age, retry_after};
use dashclaw::{CallOptions, DashClaw, bridge};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (f64, i64, &str)| {
    let (seconds, now, text) = input;
    let read = [
        length(seconds),
        bridge::seconds("timeout", seconds).ok(),
        delta_seconds(text),
        retry_after(text, now),
        max_age(text),
        serde_json::from_str::<Seconds>(text).ok().map(|seconds| seconds.0),
        CallOptions::from_json(format!("{{\"timeout\":{text}}}").as_bytes()).ok().and_then(|options| options.timeout),
    ];
    assert!(read.into_iter().flatten().all(|length| length <= LONGEST));
    let _ = DashClaw::builder().options(format!("{{\"timeout\":{text}}}").as_bytes());
});

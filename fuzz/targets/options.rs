//! No options and no call options panic.
#![no_main]

use dashclaw::{CallOptions, DashClaw};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|json: &[u8]| {
    let _ = DashClaw::builder().options(json);
    let _ = CallOptions::from_json(json);
});

//! No policy file panics, and every problem is one line.
#![no_main]

use dashclaw_server::policy::parse_policy_file;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(problems) = parse_policy_file("policies.yaml", text, false) {
        assert!(problems.iter().all(|problem| !problem.contains('\n')));
    }
});

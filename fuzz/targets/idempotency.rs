//! Every key is 64 hex digits, and the same parts give the same key.
#![no_main]

use dashclaw::idempotency::derive_idempotency_key;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|parts: &[u8]| {
    if let Ok(key) = derive_idempotency_key(parts) {
        assert!(key.len() == 64 && key.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert_eq!(derive_idempotency_key(parts), Ok(key));
    }
});

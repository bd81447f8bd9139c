//! No document and no key set makes verification panic, and nothing unsigned is valid but a work order.
#![no_main]

use dashclaw::receipt::{Jwks, ReceiptKind, verify_receipt};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&[u8], &[u8])| {
    let (document, keys) = input;
    let keys = Jwks::parse(keys).or_else(|_| Jwks::parse(br#"{"keys":[]}"#));
    let Ok(keys) = keys else { return };
    let verification = verify_receipt(document, &keys);
    if keys.is_empty() {
        assert!(!verification.valid || verification.kind == Some(ReceiptKind::WorkOrder));
    }
});

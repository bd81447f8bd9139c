//! Parsing never panics, and what was parsed is written so that it parses to the same.
#![no_main]

use dashclaw::canonical::{Layer, canonical_json, canonical_value};
use dashclaw::json::Json;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(value) = Json::parse(bytes) else { return };
    for layer in [Layer::Plain, Layer::Integrity, Layer::Rfc8785] {
        if let Ok(text) = canonical_value(&value, layer) {
            assert_eq!(canonical_json(text.as_bytes(), layer), Ok(text));
        }
    }
});

//! Measures the SDK beside its controls.
fn main() {}

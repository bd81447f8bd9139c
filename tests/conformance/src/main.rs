//! One conformance suite over every language.
fn main() {}

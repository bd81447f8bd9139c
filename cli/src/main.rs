//! The dashclaw command.
fn main() {}

//! The native half of the npm package `dashclaw`.
//!
//! The bridge moves bytes; it decides nothing. Arguments, options and answers cross as JSON; the classes that people see
//! are written in JavaScript. Loading the module starts nothing.
#![expect(clippy::needless_pass_by_value, reason = "napi hands arguments over as values")]
#![expect(
    missing_debug_implementations,
    reason = "they are handles of JavaScript objects, which Rust never prints"
)]

mod client;
// The macro registers functions only outside of tests, where nothing would call them.
#[cfg(not(test))]
mod command;
mod crossing;
mod events;
// The macro registers functions only outside of tests, where nothing would call them.
#[cfg(not(test))]
mod functions;
mod hooks;
mod instance;
mod lists;
mod log;
mod mailbox;
mod trace;

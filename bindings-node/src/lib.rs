//! The native half of the npm package `dashclaw`.
//!
//! The bridge moves bytes; it decides nothing. Arguments, options and answers cross as JSON; the classes that people see
//! are written in JavaScript. Loading the module starts nothing.
#![expect(unreachable_pub, reason = "the macro wants `pub`, and no crate links this one")]
#![expect(
    missing_debug_implementations,
    reason = "they are handles of JavaScript objects, which Rust never prints"
)]

mod client;
mod crossing;
mod events;
mod functions;
mod hooks;
mod instance;
mod mailbox;
mod runtime;

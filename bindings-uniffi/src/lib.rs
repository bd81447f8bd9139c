//! The native half of the Swift and Kotlin packages of the DashClaw SDK.
//!
//! The bridge moves bytes; it decides nothing. JSON crosses as UTF-8 bytes, exactly as it came; the classes that people
//! see are written in Swift and Kotlin. Nothing runs before the first call.

#[cfg(target_os = "android")]
mod android;
mod approvals;
mod client;
mod error;
mod events;
mod functions;
mod hooks;
mod instance;
mod lists;
mod runtime;
mod stop;

pub use approvals::NativeApprovals;
pub use client::{NativeBegun, NativeClient};
pub use error::NativeError;
pub use events::{NativeEvent, NativeEvents};
pub use functions::{
    NativeVerification, canonical_json, derive_idempotency_key, error_kinds, printable, sign_action,
    verify_receipt, version,
};
pub use hooks::NativeHooks;
pub use instance::NativeInstance;
pub use lists::{NativePages, NativeWorkOrders};
pub use stop::Stop;

uniffi::setup_scaffolding!();

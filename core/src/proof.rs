//! What can be checked without a server: receipts and their keys, canonical JSON, signatures, idempotency keys.

pub mod action_binding;
pub mod canonical;
pub mod idempotency;
pub(crate) mod keys;
pub mod receipt;
pub mod signing;

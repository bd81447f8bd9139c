//! The pure functions against vectors from the official implementation.
//!
//! The vectors are in `tests/vectors`; where we differ on purpose, `differences.json` there says why.

#![expect(clippy::unwrap_used, clippy::panic, reason = "in a test a panic is the answer")]

mod canonical;
mod edge_cases;
mod idempotency;
mod judge;
mod receipts;
mod signatures;

//! The embedded instance: governance in one library.
//!
//! * [`policy`] decides what a guard call is told;
//! * [`facts`] checks outgoing text against its source of truth;
//! * [`scan`] finds prompt injection and secrets in free text.
#![forbid(unsafe_code)]

pub mod facts;
pub mod policy;
pub mod scan;

//! The embedded instance.
#![forbid(unsafe_code)]

pub mod facts;
pub mod policy;
pub mod scan;

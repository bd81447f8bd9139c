//! The non-fabrication checker: does a text say only what its source of truth supports?
//!
//! [`check_content`] takes the JSON values of a request and fails closed; [`check_text`] is the checker proper. The
//! receipt over the outcome is issued elsewhere: [`FactEvidence`] holds what it covers.

mod check;
mod evidence;
mod extract;
mod pattern;
mod source;

pub use check::check_text;
pub use evidence::{FactEvidence, FactVerdict, Violation, ViolationCode, check_content};

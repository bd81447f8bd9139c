//! The non-fabrication checker: does a text say only what its source of truth supports?
//!
//! [`check_content`] takes the JSON values of a request and fails closed; [`check_text`] is the checker proper. A text
//! is folded to what a person sees, cut into pieces, and read for amounts, dates and percentages, each with everything
//! it may mean; a fact passes when all that it may mean is supported. The receipt over the outcome is issued elsewhere:
//! [`FactEvidence`] holds what it covers, which is never the folded form.

mod check;
mod currency;
mod date;
mod deadline;
mod decimal;
mod evidence;
mod fold;
mod lex;
mod money;
mod month;
mod number;
mod pattern;
mod percent;
mod scale;
mod source;
mod stated;
mod unit;
mod weight;
mod words;

pub use check::check_text;
pub use deadline::Deadline;
pub use evidence::{FactEvidence, FactVerdict, Violation, ViolationCode, check_content};

#[cfg(test)]
mod spelling_tests;

//! What a rule matches.
//!
//! Rules that restrict compare what is the same to a reader or to the system that acts on it: texts are folded, and a
//! target or path that can be read in several ways matches when one reading does. Grants compare bytes.

mod exact;
mod globs;
mod host;
mod paths;
mod subject;
mod target;
mod text;

pub use exact::ExactPrefix;
pub use globs::Globs;
pub use subject::{ActionTypes, Subject, is_same_action_type};
pub use target::TargetPrefix;
pub use text::{fold, fold_action_type};

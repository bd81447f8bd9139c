//! What the reference needs to know about a programming language to show it a column.

use dashclaw::ErrorKindRow;

use crate::model::{Api, Operation};

/// A programming language in the reference.
pub trait Language {
    /// What people call it: `Python`.
    fn title(&self) -> &'static str;
    /// Where its methods and types are found, in Markdown.
    fn note(&self) -> &'static str;
    /// What highlights its code: `python`.
    fn fence(&self) -> &'static str;
    /// An operation's name in it.
    fn name(&self, operation: &str) -> String;
    /// How an operation is called and what comes back.
    fn signature(&self, api: &Api, operation: &Operation) -> String;
    /// What is raised, thrown or matched for a kind of error.
    fn error(&self, kind: &ErrorKindRow) -> String;
}

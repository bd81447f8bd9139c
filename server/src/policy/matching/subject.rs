//! What a question is about, in the forms that rules compare.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::exact::ExactPrefix;
use super::globs::Globs;
use super::paths::path_readings;
use super::target::{Place, TargetPrefix, places};
use super::text::fold_action_type;
use crate::policy::GuardContext;

/// One question's action type, target and paths. Each form is made once, when a rule first asks for it.
#[derive(Debug)]
pub struct Subject<'a> {
    context: &'a GuardContext,
    action_type: OnceLock<Cow<'a, str>>,
    target: OnceLock<Vec<Place>>,
    paths: OnceLock<Vec<(&'a str, Vec<String>)>>,
}

impl<'a> Subject<'a> {
    /// The subject of a question.
    pub fn of(context: &'a GuardContext) -> Self {
        let (action_type, target, paths) = Default::default();
        Self { context, action_type, target, paths }
    }

    /// The action type as [`fold_action_type`] has it.
    pub fn action_type(&self) -> &str {
        self.action_type.get_or_init(|| fold_action_type(&self.context.action_type))
    }

    fn target(&self) -> Option<(&'a str, &[Place])> {
        let text = self.context.target.as_deref()?;
        Some((text, self.target.get_or_init(|| places(text))))
    }

    /// Whether the target, if there is one, may lie under the prefix.
    pub fn may_be_under(&self, prefix: &TargetPrefix) -> bool {
        self.target().is_some_and(|(_, readings)| prefix.covers_any(readings))
    }

    /// Whether the target, if there is one, certainly lies under the prefix.
    pub fn is_exactly_under(&self, prefix: &ExactPrefix) -> bool {
        self.target().is_some_and(|(text, readings)| prefix.covers(text, readings))
    }

    /// The first of the target and the paths to be written that a glob matches, as sent, and the glob.
    pub fn first_match<'g>(&self, globs: &'g Globs) -> Option<(&'a str, &'g str)> {
        let paths = self.paths.get_or_init(|| {
            let texts = self.context.target.iter().chain(&self.context.write_paths);
            texts.map(|path| (path.as_str(), path_readings(path))).collect()
        });
        paths.iter().find_map(|(path, readings)| Some((*path, globs.first_match(readings)?)))
    }
}

/// The action types that a restricting rule lists, folded once.
#[derive(Clone, Debug, Default)]
pub struct ActionTypes {
    folded: Vec<String>,
}

impl ActionTypes {
    /// Folds the list.
    pub fn new(listed: &[String]) -> Self {
        Self { folded: listed.iter().map(|word| fold_action_type(word).into_owned()).collect() }
    }

    /// Whether the list is empty.
    pub fn is_empty(&self) -> bool {
        self.folded.is_empty()
    }

    /// Whether the question's action type is listed, in any spelling.
    pub fn include(&self, subject: &Subject<'_>) -> bool {
        let action_type = subject.action_type();
        self.folded.iter().any(|listed| listed == action_type)
    }
}

/// Whether two action types are the same to a rule that restricts, however they are spelled.
pub fn is_same_action_type(left: &str, right: &str) -> bool {
    left == right || fold_action_type(left) == fold_action_type(right)
}

//! Templates: text with holes, one file per kind of output.

use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;

use crate::Result;
use crate::output::NOTICE;

/// Fills `template`, in which `notice` is the notice that a file is generated.
pub(crate) fn fill(template: &str, values: impl Serialize) -> Result<String> {
    let mut environment = Environment::new();
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    environment.set_keep_trailing_newline(true);
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_debug(false);
    environment.add_global("notice", NOTICE);
    environment.render_str(template, values).map_err(|error| format!("{error:#}"))
}

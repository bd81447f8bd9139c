//! `dashclaw logout`: forgets the server and the key.

use clap::Args;
use serde_json::json;

use crate::failure::Ended;
use crate::output::{Output, shown};
use crate::settings;

const EXAMPLES: &str = "\
Examples:
  dashclaw logout

It removes ~/.dashclaw/config.json and asks no server: a key that others may have seen is revoked by `dashclaw keys revoke`.";

/// Forgets where the server is, and the key.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Logout {}

impl Logout {
    pub(crate) fn run(output: Output) -> Ended {
        let (path, removed) = settings::forget()?;
        let path = path.display().to_string();
        output.answer(&json!({ "removed": removed, "path": path }), || {
            if removed { format!("Removed {}", shown(&path)) } else { "There was nothing saved.".to_owned() }
        })?;
        Ok(0)
    }
}

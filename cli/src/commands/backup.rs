//! `dashclaw backup`: a copy of an instance's data.

use std::path::PathBuf;

use clap::Args;

use serde_json::json;

use super::up::default_data;
use crate::failure::Ended;
use crate::output::{Output, shown};

const EXAMPLES: &str = "\
Examples:
  dashclaw backup /backups/governance-2026-06-15.db
  dashclaw backup --data ./governance governance.db

The server may run meanwhile: everything that it has answered before the backup begins is in it. To restore it, stop the
server, move `dashclaw.db` and the files whose names begin with it out of the data folder, copy the backup there as
`dashclaw.db`, and start the server. A backup holds the key that receipts are signed with: keep it as you keep the data.";

/// Copies a server's data to a file, also while it runs.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Backup {
    /// The file to be made; one that exists is left as it is
    #[arg(value_name = "FILE")]
    to: PathBuf,
    /// The folder with the data [default: ~/.dashclaw/data]
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
}

impl Backup {
    /// Makes the backup.
    pub(crate) fn run(self, output: Output) -> Ended {
        let data = self.data.or_else(default_data).ok_or("there is no home folder; say --data")?;
        let bytes = dashclaw_server::backup(&data, &self.to)?;
        let file = self.to.display().to_string();
        output.answer(&json!({ "file": file, "bytes": bytes }), || {
            format!("Backed up {bytes} bytes to {}", shown(&file))
        })?;
        Ok(0)
    }
}

//! `dashclaw backup`: a copy of an instance's data.

use std::path::PathBuf;

use clap::Args;

use crate::output;
use crate::up::default_data;

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
    /// Makes the backup. The error is one sentence.
    pub(crate) fn run(self) -> Result<(), String> {
        let data = self.data.or_else(default_data).ok_or("there is no home folder; say --data")?;
        let bytes = dashclaw_server::backup(&data, &self.to).map_err(|error| error.to_string())?;
        output::backed_up(&self.to, bytes);
        Ok(())
    }
}

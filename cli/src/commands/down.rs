//! `dashclaw down`: stops the server on the same data.

use std::path::PathBuf;
#[cfg(unix)]
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::json;

use super::up::default_data;
use crate::failure::{Ended, Failure};
use crate::output::{Output, shown};

/// How long it waits: the server itself gives requests under way five seconds.
#[cfg(unix)]
const PATIENCE: Duration = Duration::from_secs(20);

const EXAMPLES: &str = "\
Examples:
  dashclaw down
  dashclaw down --data ./governance

It ends when the server has: everything that was answered is on disk. That nothing runs is no failure.";

/// Stops the server that runs on the same data.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Down {
    /// The folder with the data [default: ~/.dashclaw/data]
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
}

impl Down {
    pub(crate) fn run(self, output: Output) -> Ended {
        let data = self.data.or_else(default_data).ok_or("there is no home folder; say --data")?;
        let stopped = stop(&data)?;
        let folder = data.display().to_string();
        output.answer(&json!({ "stopped": stopped, "data": folder }), || {
            if stopped { "Stopped.".to_owned() } else { format!("Nothing runs on {}", shown(&folder)) }
        })?;
        Ok(0)
    }
}

#[cfg(unix)]
fn stop(data: &std::path::Path) -> Result<bool, Failure> {
    use rustix::process::{Pid, Signal, kill_process};
    let unreadable =
        |error: std::io::Error| Failure::new(format!("`{}` cannot be looked at: {error}", data.display()));
    let Some(holder) = super::running::holder(data).map_err(unreadable)? else { return Ok(false) };
    let pid = holder.pid.and_then(Pid::from_raw).ok_or("a server is just starting there; try again")?;
    kill_process(pid, Signal::TERM).map_err(|error| {
        format!("the server (process {}) cannot be stopped: {error}", pid.as_raw_nonzero())
    })?;
    let begin = Instant::now();
    while !holder.is_gone().map_err(unreadable)? {
        if begin.elapsed() > PATIENCE {
            return Err(format!("the server (process {}) does not stop", pid.as_raw_nonzero()).into());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(true)
}

#[cfg(not(unix))]
fn stop(_: &std::path::Path) -> Result<bool, Failure> {
    Err("this system has no way to ask: stop the server with Ctrl-C in its window".into())
}

//! Reads the policy file of `dashclaw up` again when it has changed.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use dashclaw_server::Instance;
use serde_json::json;

use crate::output::{Output, shown};

/// How often the file is looked at. Looking is what works with every editor, link and mounted volume.
const TICK: Duration = Duration::from_millis(500);
/// The name that is no file.
const STARTER: &str = "starter";

/// Watches until what it answers is dropped.
pub(super) fn watch(file: PathBuf, instance: Arc<Instance>, output: Output) -> Sender<()> {
    let (alive, ended) = channel::<()>();
    if file.as_os_str() != STARTER {
        let mut watched = Watched { loaded: std::fs::read(&file).ok(), seen: None, file };
        thread::spawn(move || {
            while ended.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                if watched.has_changed() {
                    load(&watched, &instance, output);
                }
            }
        });
    }
    alive
}

struct Watched {
    file: PathBuf,
    /// What was read last; nothing where there was no file.
    loaded: Option<Vec<u8>>,
    /// What stood there at the last look.
    seen: Option<Vec<u8>>,
}

impl Watched {
    /// Whether the file holds something new, and did so at the last look: half of a file that is being written can be a whole file
    /// with fewer policies.
    fn has_changed(&mut self) -> bool {
        let now = std::fs::read(&self.file).ok();
        let before = std::mem::replace(&mut self.seen, now.clone());
        if now == self.loaded || now != before {
            return false;
        }
        self.loaded = now;
        true
    }
}

fn load(watched: &Watched, instance: &Instance, output: Output) {
    let file = watched.file.display().to_string();
    match instance.load_policies(&watched.file) {
        Ok(count) => {
            let event = json!({ "event": "policies", "file": file, "count": count });
            super::tell(output, &event, || format!("Policies read again from {}: {count}", shown(&file)));
        }
        Err(problem) => output.aside(&format!("the policies stay as they are: {problem}")),
    }
}

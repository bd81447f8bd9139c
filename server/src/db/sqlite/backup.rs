//! A copy of a database that may be in use: what was acknowledged before it began is in it, and what is in it is whole.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::open;

/// How long it waits for whoever keeps the database to himself for a moment.
const PATIENCE: Duration = Duration::from_secs(30);

/// Copies the database in the file `from` to the new file `to`, and answers how many bytes that has. The error is one
/// sentence for people; then there is no file `to`, or the one that was there before.
pub(crate) fn backup(from: &Path, to: &Path) -> Result<u64, String> {
    if to.exists() {
        return Err(format!("`{}` exists already: a backup takes the place of nothing", to.display()));
    }
    let size =
        fs::metadata(from).map_err(|error| format!("cannot read `{}`: {error}", from.display()))?.len();
    open::inspect(from, size)?;
    let partial = Partial::beside(to)?;
    copy(from, &partial.0).map_err(|error| format!("cannot back up `{}`: {error}", from.display()))?;
    let written = partial.publish(to);
    written.map_err(|error| format!("cannot write the backup `{}`: {error}", to.display()))
}

fn copy(from: &Path, to: &Path) -> rusqlite::Result<()> {
    // The log beside the file is read through memory that readers and writers share, so the file is opened for both.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(from, flags)?;
    connection.busy_timeout(PATIENCE)?;
    connection.execute("VACUUM INTO ?1", [to.to_string_lossy()])?;
    begin_an_epoch(&Connection::open(to)?)
}

/// What is told after a restore has positions that were given out before: its ids must not be taken for those.
fn begin_an_epoch(copy: &Connection) -> rusqlite::Result<()> {
    // A file of an earlier version has none yet.
    let known = "SELECT 1 FROM sqlite_master WHERE name = 'event_epochs'";
    if copy.prepare(known)?.exists([])? {
        copy.execute("UPDATE event_epochs SET epoch = lower(hex(randomblob(8)))", [])?;
    }
    Ok(())
}

/// A file that is not yet a backup; it is gone unless it becomes one.
struct Partial(PathBuf);

impl Partial {
    fn beside(to: &Path) -> Result<Self, String> {
        let mut name = to.file_name().unwrap_or_default().to_owned();
        name.push(format!(".partial-{}", std::process::id()));
        let partial = Self(to.with_file_name(name));
        let created = open::create(&partial.0);
        created.map_err(|error| format!("cannot create `{}`: {error}", partial.0.display()))?;
        Ok(partial)
    }

    /// Gives it its name, once it is on disk, and answers its size. A file of that name which came about meanwhile stays.
    fn publish(&self, to: &Path) -> io::Result<u64> {
        let file = File::open(&self.0)?;
        file.sync_all()?;
        match fs::hard_link(&self.0, to) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
            // Not every file system has links; then only what is there already is looked for.
            Err(_) if !to.exists() => fs::rename(&self.0, to)?,
            Err(error) => return Err(error),
        }
        if let Some(folder) = to.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            // What cannot be opened as a file, as a folder on Windows, needs no such sync.
            let _ = File::open(folder).and_then(|folder| folder.sync_all());
        }
        Ok(file.metadata()?.len())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

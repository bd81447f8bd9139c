//! Which process serves a folder of data: a file beside them that it holds locked for as long as it runs.

use std::net::SocketAddr;
use std::path::Path;

use dashclaw::Error;

use crate::failure::Failure;

#[cfg(unix)]
pub(super) use unix::{Running, holder};

/// That the data cannot be opened, and by whom they are held where that is known.
pub(super) fn explained(error: Error, data: Option<&Path>) -> Failure {
    let failure = Failure::from(error);
    match data.and_then(address) {
        Some(address) => {
            failure.saying(|message| format!("{message}, at http://{address}; `dashclaw down` stops it"))
        }
        None => failure,
    }
}

#[cfg(unix)]
fn address(data: &Path) -> Option<SocketAddr> {
    holder(data).ok().flatten().and_then(|holder| holder.address)
}

#[cfg(not(unix))]
fn address(_: &Path) -> Option<SocketAddr> {
    None
}

/// There is no such file.
#[cfg(not(unix))]
pub(super) struct Running;

#[cfg(not(unix))]
impl Running {
    pub(super) fn begin(_: &Path, _: SocketAddr) -> Self {
        Self
    }
}

#[cfg(unix)]
mod unix {
    use std::fs::{File, OpenOptions};
    use std::io::{self, ErrorKind, Read as _, Write as _};
    use std::net::SocketAddr;
    use std::os::unix::fs::OpenOptionsExt as _;
    use std::path::Path;

    use rustix::fs::{FlockOperation, flock};
    use serde::{Deserialize, Serialize};

    const NAME: &str = "dashclaw.run";

    #[derive(Serialize, Deserialize)]
    struct Written {
        pid: i32,
        address: SocketAddr,
    }

    /// This process, as long as it serves. Nobody depends on the file: where it cannot be written, `down` finds nothing. It stays
    /// behind, since whoever removes it might remove that of the next one.
    pub(crate) struct Running {
        _locked: Option<File>,
    }

    impl Running {
        pub(crate) fn begin(data: &Path, address: SocketAddr) -> Self {
            Self { _locked: hold(&data.join(NAME), address).ok() }
        }
    }

    fn hold(path: &Path, address: SocketAddr) -> io::Result<File> {
        let mut file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path)?;
        // The data are this process's already: who still has the lock is on the way out, or has just looked.
        flock(&file, FlockOperation::LockExclusive)?;
        file.set_len(0)?;
        let pid = i32::try_from(std::process::id()).map_err(io::Error::other)?;
        file.write_all(&serde_json::to_vec(&Written { pid, address })?)?;
        file.flush()?;
        Ok(file)
    }

    /// A process that serves the data.
    pub(crate) struct Holder {
        file: File,
        /// Its id. The process lives: the lock is its own.
        pub(crate) pid: Option<i32>,
        pub(crate) address: Option<SocketAddr>,
    }

    /// Who serves the data; nothing when nobody does.
    pub(crate) fn holder(data: &Path) -> io::Result<Option<Holder>> {
        let mut file = match File::open(data.join(NAME)) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        if is_free(&file)? {
            return Ok(None);
        }
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        let written: Option<Written> = serde_json::from_slice(&text).ok();
        let pid = written.as_ref().map(|written| written.pid);
        Ok(Some(Holder { file, pid, address: written.map(|written| written.address) }))
    }

    impl Holder {
        /// Whether it has ended.
        pub(crate) fn is_gone(&self) -> io::Result<bool> {
            is_free(&self.file)
        }
    }

    fn is_free(file: &File) -> io::Result<bool> {
        match flock(file, FlockOperation::NonBlockingLockShared) {
            Ok(()) => {
                flock(file, FlockOperation::Unlock)?;
                Ok(true)
            }
            Err(error) if error == rustix::io::Errno::WOULDBLOCK => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

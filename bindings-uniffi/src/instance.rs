//! The embedded instance.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use dashclaw_server::{Instance, InstanceOptions};

use crate::error::Result;
use crate::runtime::inside;

/// A governance server inside this process.
#[derive(uniffi::Object)]
pub struct NativeInstance(Instance);

#[uniffi::export]
impl NativeInstance {
    /// Opens one: with its database at `path` or in memory, with the policies of a YAML file or none. It blocks for some
    /// milliseconds.
    #[uniffi::constructor]
    pub fn open(path: Option<String>, policies: Option<String>) -> Result<Arc<Self>> {
        let options = InstanceOptions {
            path: path.map(PathBuf::from),
            policies: policies.map(PathBuf::from),
            ..InstanceOptions::default()
        };
        inside(|| Instance::open(&options)).map(|instance| Arc::new(Self(instance)))
    }

    /// Ends streams, writes what waits, frees the database.
    pub fn shut_down(&self) {
        self.0.shutdown();
    }
}

impl NativeInstance {
    pub(crate) fn core(&self) -> &Instance {
        &self.0
    }
}

impl fmt::Debug for NativeInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NativeInstance")
    }
}

//! The embedded instance. What crosses is the same with it and without it, so that one glue fits both.

use std::fmt;
use std::sync::Arc;

use crate::error::Result;
use crate::runtime::inside;

#[cfg(not(feature = "instance"))]
mod absent;
#[cfg(feature = "instance")]
mod present;

#[cfg(not(feature = "instance"))]
pub(crate) use absent::Instance;
#[cfg(feature = "instance")]
pub(crate) use present::Instance;

/// A governance server inside this process.
#[derive(uniffi::Object)]
pub struct NativeInstance(Instance);

#[uniffi::export]
impl NativeInstance {
    /// Opens one: with its database at `path` or in memory, with the policies of a YAML file or none. It blocks for some
    /// milliseconds. A library without the feature `instance` answers with an error of kind `configuration`.
    #[uniffi::constructor]
    pub fn open(path: Option<String>, policies: Option<String>) -> Result<Arc<Self>> {
        inside(|| Instance::open(path, policies)).map(|instance| Arc::new(Self(instance)))
    }

    /// Ends streams, writes what waits, frees the database.
    pub fn shut_down(&self) {
        self.0.shut_down();
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

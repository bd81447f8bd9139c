//! A library with the server in it.

use std::path::PathBuf;

use dashclaw::{Builder, Result};
use dashclaw_server::InstanceOptions;

/// The server.
pub(crate) struct Instance(dashclaw_server::Instance);

impl Instance {
    pub(crate) fn open(path: Option<String>, policies: Option<String>) -> Result<Self> {
        let options = InstanceOptions {
            path: path.map(PathBuf::from),
            policies: policies.map(PathBuf::from),
            ..InstanceOptions::default()
        };
        dashclaw_server::Instance::open(&options).map(Self)
    }

    pub(crate) fn install(&self, builder: Builder, role: &str) -> Result<Builder> {
        self.0.install(builder, role)
    }

    pub(crate) fn shut_down(&self) {
        self.0.shutdown();
    }
}

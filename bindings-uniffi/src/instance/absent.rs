//! A library without the server, as phones have it.

use dashclaw::{Builder, Error, Result};

/// There is none.
pub(crate) enum Instance {}

impl Instance {
    pub(crate) fn open(_path: Option<String>, _policies: Option<String>) -> Result<Self> {
        Err(Error::configuration(
            "instance",
            "is not in this package: packages for phones hold no server. Give the client the address of one \
             (`base_url`), such as of a `dashclaw up` on another machine",
        ))
    }

    pub(crate) fn install(&self, _builder: Builder, _role: &str) -> Result<Builder> {
        match *self {}
    }

    pub(crate) fn shut_down(&self) {
        match *self {}
    }
}

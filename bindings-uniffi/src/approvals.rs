//! What waits for a human, as it changes.

use std::sync::Arc;

use dashclaw::bridge::SharedApprovals;

use crate::error::Result;
use crate::runtime::run;
use crate::stop::{Stop, token};

/// The actions that wait for a human, again whenever they change.
#[derive(Debug, uniffi::Object)]
pub struct NativeApprovals(Arc<SharedApprovals>);

impl NativeApprovals {
    pub(crate) fn new(list: SharedApprovals) -> Arc<Self> {
        Arc::new(Self(Arc::new(list)))
    }
}

#[uniffi::export]
impl NativeApprovals {
    /// The list when it is other than before: what `get_pending_approvals` answers. Nothing at the end.
    pub async fn next(&self, stop: Option<Arc<Stop>>) -> Result<Option<Vec<u8>>> {
        let (list, stop) = (Arc::clone(&self.0), token(stop));
        run(async move { Ok(list.next(&stop).await?.map(|response| response.body.to_vec())) }).await
    }

    /// Ends it.
    pub fn finish(&self) {
        self.0.close();
    }
}

impl Drop for NativeApprovals {
    fn drop(&mut self) {
        self.0.close();
    }
}

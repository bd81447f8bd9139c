//! What waits for a human, as it changes.

use std::sync::Arc;

use dashclaw::PendingApprovals;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use crate::error::Result;
use crate::runtime::run;
use crate::stop::{Stop, token};
use dashclaw::bridge::stoppable;

/// The actions that wait for a human, again whenever they change.
#[derive(Debug, uniffi::Object)]
pub struct NativeApprovals {
    list: Arc<Mutex<PendingApprovals>>,
    end: CancellationToken,
}

impl NativeApprovals {
    pub(crate) fn new(list: PendingApprovals, end: CancellationToken) -> Arc<Self> {
        Arc::new(Self { list: Arc::new(Mutex::new(list)), end })
    }
}

#[uniffi::export]
impl NativeApprovals {
    /// The list when it is other than before: what `get_pending_approvals` answers. Nothing at the end.
    pub async fn next(&self, stop: Option<Arc<Stop>>) -> Result<Option<Vec<u8>>> {
        let (list, stop) = (Arc::clone(&self.list), token(stop));
        run(async move {
            let next = async {
                let mut list = list.lock().await;
                list.next().await.transpose()
            };
            Ok(stoppable(&stop, next).await?.map(|response| response.body.to_vec()))
        })
        .await
    }

    /// Ends it.
    pub fn finish(&self) {
        self.end.cancel();
    }
}

impl Drop for NativeApprovals {
    fn drop(&mut self) {
        self.end.cancel();
    }
}

//! What is gone through one after the other: pages of a list, work orders.

use std::sync::Arc;

use dashclaw::CallOptions;
use dashclaw::bridge::{SharedPages, SharedWorkOrders};

use crate::error::Result;
use crate::runtime::{run, run_detached};
use crate::stop::{Stop, token};

/// The pages of a list.
#[derive(Debug, uniffi::Object)]
pub struct NativePages(Arc<SharedPages>);

impl NativePages {
    pub(crate) fn new(pages: SharedPages) -> Arc<Self> {
        Arc::new(Self(Arc::new(pages)))
    }
}

#[uniffi::export]
impl NativePages {
    /// The items of the next page, a JSON array; nothing at the end. `stop` ends this waiting only.
    pub async fn next(&self, stop: Option<Arc<Stop>>) -> Result<Option<Vec<u8>>> {
        let (pages, stop) = (Arc::clone(&self.0), token(stop));
        run(async move { pages.next(&stop).await }).await
    }
}

/// A worker.
#[derive(Debug, uniffi::Object)]
pub struct NativeWorkOrders(Arc<SharedWorkOrders>);

impl NativeWorkOrders {
    pub(crate) fn new(orders: SharedWorkOrders) -> Arc<Self> {
        Arc::new(Self(Arc::new(orders)))
    }
}

#[uniffi::export]
impl NativeWorkOrders {
    /// The next order; nothing when the worker was stopped. `stop` ends this waiting only.
    pub async fn next(&self, stop: Option<Arc<Stop>>) -> Result<Option<Vec<u8>>> {
        let (orders, stop) = (Arc::clone(&self.0), token(stop));
        run(async move { orders.next(&stop).await }).await
    }

    /// Reports that an order is done. `output` and `cost` are JSON objects; so is the answer.
    pub async fn complete(
        &self,
        id: String,
        output: String,
        cost: Option<String>,
        stop: Option<Arc<Stop>>,
    ) -> Result<Vec<u8>> {
        let orders = Arc::clone(&self.0);
        let options = CallOptions { cancel: Some(token(stop)), ..CallOptions::default() };
        run(async move { Ok(orders.complete(&id, &output, cost.as_deref(), &options).await?.body.to_vec()) })
            .await
    }

    /// Reports that it could not be done.
    pub async fn fail(
        &self,
        id: String,
        code: String,
        message: String,
        stop: Option<Arc<Stop>>,
    ) -> Result<Vec<u8>> {
        let orders = Arc::clone(&self.0);
        let options = CallOptions { cancel: Some(token(stop)), ..CallOptions::default() };
        run(async move { Ok(orders.fail(&id, &code, &message, &options).await?.body.to_vec()) }).await
    }

    /// Stops the worker and waits until its last order is accounted for, which happens even when nobody waits.
    pub async fn finish(&self) -> Result<()> {
        let orders = Arc::clone(&self.0);
        run_detached(async move {
            orders.close().await;
            Ok(())
        })
        .await
    }
}

impl Drop for NativeWorkOrders {
    fn drop(&mut self) {
        self.0.stop();
    }
}

//! What is gone through one after the other: pages of a list, work orders.
#![expect(clippy::too_many_arguments, reason = "they are those of one JavaScript call")]

use std::sync::Arc;

use dashclaw::CallOptions;
use dashclaw::bridge::{SharedApprovals, SharedPages, SharedWorkOrders};
use napi::Env;
use napi_derive::napi;

use crate::mailbox::NativeMailbox;

/// The pages of a list.
#[napi]
pub struct NativePages(Arc<SharedPages>);

impl NativePages {
    pub(crate) fn new(pages: SharedPages) -> Self {
        Self(Arc::new(pages))
    }
}

#[napi]
impl NativePages {
    /// The items of the next page, a JSON array, as the call `call`. Nothing at the end.
    #[napi(catch_unwind)]
    pub fn next(&self, env: Env, mailbox: &NativeMailbox, call: u32, can_stop: bool) -> napi::Result<()> {
        let pages = Arc::clone(&self.0);
        mailbox.start(env, call, can_stop, |stop| async move { Ok(pages.next(&stop).await?.map(Into::into)) })
    }
}

/// The actions that wait for a human, as they change.
#[napi]
pub struct NativeApprovals(Arc<SharedApprovals>);

impl NativeApprovals {
    pub(crate) fn new(list: SharedApprovals) -> Self {
        Self(Arc::new(list))
    }
}

#[napi]
impl NativeApprovals {
    /// The list when it is other than before, as the call `call`. Nothing at the end.
    #[napi(catch_unwind)]
    pub fn next(&self, env: Env, mailbox: &NativeMailbox, call: u32, can_stop: bool) -> napi::Result<()> {
        let list = Arc::clone(&self.0);
        mailbox.start(env, call, can_stop, |stop| async move {
            Ok(list.next(&stop).await?.map(|response| response.body))
        })
    }

    /// Ends it.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        self.0.close();
    }
}

/// A worker.
#[napi]
pub struct NativeWorkOrders(Arc<SharedWorkOrders>);

impl NativeWorkOrders {
    pub(crate) fn new(orders: SharedWorkOrders) -> Self {
        Self(Arc::new(orders))
    }
}

#[napi]
impl NativeWorkOrders {
    /// The next order, as the call `call`. Nothing when the worker was stopped.
    #[napi(catch_unwind)]
    pub fn next(&self, env: Env, mailbox: &NativeMailbox, call: u32, can_stop: bool) -> napi::Result<()> {
        let orders = Arc::clone(&self.0);
        mailbox.start(
            env,
            call,
            can_stop,
            |stop| async move { Ok(orders.next(&stop).await?.map(Into::into)) },
        )
    }

    /// Reports that an order is done. `output` and `cost` are JSON objects; so is the answer.
    #[napi(catch_unwind)]
    pub fn complete(
        &self,
        env: Env,
        mailbox: &NativeMailbox,
        call: u32,
        can_stop: bool,
        id: String,
        output: String,
        cost: Option<String>,
    ) -> napi::Result<()> {
        let orders = Arc::clone(&self.0);
        mailbox.start(env, call, can_stop, |stop| async move {
            let options = CallOptions { cancel: Some(stop), ..CallOptions::default() };
            orders.complete(&id, &output, cost.as_deref(), &options).await.map(|response| Some(response.body))
        })
    }

    /// Reports that it could not be done.
    #[napi(catch_unwind)]
    pub fn fail(
        &self,
        env: Env,
        mailbox: &NativeMailbox,
        call: u32,
        can_stop: bool,
        id: String,
        code: String,
        message: String,
    ) -> napi::Result<()> {
        let orders = Arc::clone(&self.0);
        mailbox.start(env, call, can_stop, |stop| async move {
            let options = CallOptions { cancel: Some(stop), ..CallOptions::default() };
            orders.fail(&id, &code, &message, &options).await.map(|response| Some(response.body))
        })
    }

    /// Stops the worker and waits until its last order is accounted for.
    #[napi(catch_unwind)]
    pub fn close(&self, env: Env, mailbox: &NativeMailbox, call: u32) -> napi::Result<()> {
        let orders = Arc::clone(&self.0);
        mailbox.start(env, call, false, |_| async move {
            orders.close().await;
            Ok(None)
        })
    }
}

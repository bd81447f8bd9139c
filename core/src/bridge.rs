//! What every language binding needs at its boundary, and none should write again.

#[cfg(feature = "runtime")]
mod lane;
#[cfg(feature = "runtime")]
pub mod log;
#[cfg(feature = "runtime")]
mod runtime;
mod whole;

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::{Mutex as StdMutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use crate::deadline::length;
use crate::waiting::pages::page_text;
use crate::waiting::stop::Stop;
use crate::work::work_orders::Desk;
use crate::{
    ApproverOptions, CallOptions, DashClaw, Error, ErrorKind, EventOptions, EventStream, Pages,
    PendingApprovals, Response, Result, ServerEvent, WorkOrders, WorkerOptions,
};

#[cfg(feature = "runtime")]
pub(crate) use lane::Lanes;
#[cfg(feature = "runtime")]
pub use lane::{Carrier, Lane, Place};
#[cfg(feature = "runtime")]
pub use runtime::{Carried, carry, runtime, start_runtime};
pub use whole::{api_key, with_head};

pub use crate::telemetry::{Trace, start_of};

/// Which of this process's clients it is, as records of the log name it.
pub fn number(client: &DashClaw) -> u64 {
    client.number()
}

/// Turns a panic into an error of kind `internal`: a defect of ours ends the call, not the process.
pub async fn without_panic<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_| {
        Err(Error::new(
            ErrorKind::Internal,
            "the call ended in a defect of the SDK; its cause is on standard error",
        ))
    })
}

/// Runs `work` until it ends or `stop` is cancelled, which is an error of kind `cancelled`. For work that takes no
/// [`CallOptions`]; a call with a token says more exactly what became of a write.
pub async fn stoppable<T>(stop: &CancellationToken, work: impl Future<Output = Result<T>>) -> Result<T> {
    Stop::default().cancelled_by(stop).run(pin!(work)).await?
}

/// The argument `name`, a number of seconds, as a duration.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`]: it is negative or not finite.
pub fn seconds(name: &str, value: f64) -> Result<Duration> {
    let given = length(value).filter(|_| value.is_finite());
    given.ok_or_else(|| Error::argument(name, "must be a number of seconds, 0 or more"))
}

/// An event stream that several tasks may read and any thread may close.
#[derive(Debug)]
pub struct SharedEvents {
    /// Nothing once it has ended.
    open: Mutex<Option<EventStream>>,
    closing: CancellationToken,
    last_event_id: StdMutex<String>,
}

impl SharedEvents {
    /// Subscribes to the server's events, behind `last_event_id` when that is given. Nothing is sent until the first
    /// [`next`](Self::next).
    pub fn new(client: &DashClaw, last_event_id: Option<String>) -> Self {
        let closing = CancellationToken::new();
        let last = last_event_id.clone().unwrap_or_default();
        let options =
            EventOptions { last_event_id, cancel: Some(closing.clone()), ..EventOptions::default() };
        Self { open: Mutex::new(Some(client.events(options))), closing, last_event_id: StdMutex::new(last) }
    }

    /// The next event; nothing at the end of the stream. An error ends the stream; `stop` ends this waiting only.
    pub async fn next(&self, stop: &CancellationToken) -> Result<Option<ServerEvent>> {
        stoppable(stop, self.advance()).await
    }

    async fn advance(&self) -> Result<Option<ServerEvent>> {
        let mut open = self.open.lock().await;
        let Some(stream) = open.as_mut() else { return Ok(None) };
        let next = stream.next().await;
        stream
            .last_event_id()
            .clone_into(&mut self.last_event_id.lock().unwrap_or_else(PoisonError::into_inner));
        match next {
            Some(Ok(event)) => Ok(Some(event)),
            ended => {
                *open = None;
                ended.transpose()
            }
        }
    }

    /// Ends the stream; whoever waits for an event gets nothing.
    pub fn close(&self) {
        self.closing.cancel();
        // Otherwise somebody waits for an event now, is woken by the token and drops the stream.
        if let Ok(mut open) = self.open.try_lock() {
            open.take();
        }
    }

    /// The cursor behind the last event; give it to a later stream to go on where this one ended.
    pub fn last_event_id(&self) -> String {
        self.last_event_id.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// All that an operation lists, page by page, for several tasks.
#[derive(Debug)]
pub struct SharedPages(Mutex<Pages>);

impl SharedPages {
    /// Goes through what `operation` lists; `arguments` is a JSON object. Nothing is sent until the first
    /// [`next`](Self::next).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`], as [`DashClaw::pages`] says.
    pub fn new(client: &DashClaw, operation: &str, arguments: &[u8], options: CallOptions) -> Result<Self> {
        client.pages(operation, arguments, options).map(|pages| Self(Mutex::new(pages)))
    }

    /// The items of the next page as a JSON array; nothing at the end. `stop` ends this waiting only.
    pub async fn next(&self, stop: &CancellationToken) -> Result<Option<Vec<u8>>> {
        stoppable(stop, async {
            let page = self.0.lock().await.next_page().await?;
            page.map(|items| page_text(&items)).transpose()
        })
        .await
    }
}

/// The actions that wait for a human, as they change, for several tasks; any thread may end it.
#[derive(Debug)]
pub struct SharedApprovals {
    list: Mutex<PendingApprovals>,
    end: CancellationToken,
}

impl SharedApprovals {
    /// Watches the actions that wait; the list is read every `interval` beside the event stream, every 15 seconds unless
    /// given. Nothing is sent until the first [`next`](Self::next).
    pub fn new(client: &DashClaw, interval: Option<Duration>) -> Self {
        let end = CancellationToken::new();
        let options = ApproverOptions { interval, cancel: Some(end.clone()) };
        Self { list: Mutex::new(client.pending_approvals(options)), end }
    }

    /// The list when it is other than before: what `get_pending_approvals` answers. Nothing at the end. `stop` ends this
    /// waiting only.
    pub async fn next(&self, stop: &CancellationToken) -> Result<Option<Response>> {
        stoppable(stop, async { self.list.lock().await.next().await.transpose() }).await
    }

    /// Ends it; whoever waits for a change gets nothing.
    pub fn close(&self) {
        self.end.cancel();
    }
}

impl Drop for SharedApprovals {
    fn drop(&mut self) {
        self.end.cancel();
    }
}

/// A worker whose orders several tasks may end, and any thread may stop.
#[derive(Debug)]
pub struct SharedWorkOrders {
    orders: Mutex<WorkOrders>,
    desk: Desk,
    end: CancellationToken,
}

impl SharedWorkOrders {
    /// Works. `types` is a JSON array of texts, or empty. Nothing is sent until the first [`next`](Self::next).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`].
    pub fn new(client: &DashClaw, types: &str, interval: f64) -> Result<Self> {
        let types = if types.is_empty() { Ok(Vec::new()) } else { serde_json::from_str(types) };
        let types = types.map_err(|_| Error::argument("types", "must be a list of strings"))?;
        let (interval, end) = (Some(seconds("interval", interval)?), CancellationToken::new());
        let orders = client.work_orders(WorkerOptions { types, interval, cancel: Some(end.clone()) });
        Ok(Self { desk: orders.desk().clone(), orders: Mutex::new(orders), end })
    }

    /// The next order as the server wrote it; nothing when the worker was stopped. `stop` ends this waiting only.
    pub async fn next(&self, stop: &CancellationToken) -> Result<Option<Vec<u8>>> {
        stoppable(stop, async {
            let next = self.orders.lock().await.next().await.transpose()?;
            Ok(next.map(|order| order.json().get().as_bytes().to_vec()))
        })
        .await
    }

    /// Reports that the order `id` is done. `output` and `cost` are JSON objects; so is the answer.
    pub async fn complete(
        &self,
        id: &str,
        output: &str,
        cost: Option<&str>,
        options: &CallOptions,
    ) -> Result<Response> {
        self.desk.complete(id, output, cost, options).await
    }

    /// Reports that it could not be done.
    pub async fn fail(&self, id: &str, code: &str, message: &str, options: &CallOptions) -> Result<Response> {
        self.desk.fail(id, code, message, options).await
    }

    /// Stops the worker at once; whoever waits for an order gets nothing. The order that is unfinished is given up.
    pub fn stop(&self) {
        self.end.cancel();
        if let Ok(mut orders) = self.orders.try_lock() {
            orders.let_go();
        }
    }

    /// The same, and waits until the last order is accounted for.
    pub async fn close(&self) {
        self.end.cancel();
        self.orders.lock().await.close().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_internal_error() {
        let outcome = without_panic::<()>(async { panic!("deliberate") }).now_or_never().unwrap();
        assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Internal);
    }

    #[test]
    fn stopping_ends_the_work() {
        let stop = CancellationToken::new();
        stop.cancel();
        let outcome = stoppable::<()>(&stop, std::future::pending()).now_or_never().unwrap();
        assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Cancelled);
    }

    #[test]
    fn only_a_length_of_time_is_one() {
        assert_eq!(seconds("timeout", 0.5).unwrap(), Duration::from_millis(500));
        assert_eq!(seconds("timeout", 1e300).unwrap(), crate::deadline::LONGEST);
        for wrong in [-1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let error = seconds("timeout", wrong).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
            assert!(error.to_string().contains("`timeout`"), "{error}");
        }
    }
}

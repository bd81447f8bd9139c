//! Doing work orders: a worker claims one after the other and says of each how it ended.
//!
//! An order that was claimed belongs to this worker until its lease runs out, and nobody else does it meanwhile. So each
//! is accounted for: one that is neither completed nor failed when the worker goes on, ends or is dropped is reported as
//! failed, and so is one that was claimed in the very moment in which the worker was stopped.

mod desk;

use std::pin::pin;
use std::time::Duration;

pub(crate) use desk::Desk;
use desk::Order;
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::api::work_orders::WorkOrder;
use crate::client::call::backoff;
use crate::client::dice;
use crate::deadline::{LONGEST, after};
use crate::waiting::stop::{Stop, Stopped};
use crate::{CallOptions, DashClaw, Error, ErrorKind, Response, Result};

/// How often an empty queue is asked unless told otherwise.
pub const DEFAULT_POLL: Duration = Duration::from_secs(5);
/// How long the end waits for a claim under way.
const GRACE: Duration = Duration::from_secs(1);
/// More often would only be load.
const MIN_POLL: Duration = Duration::from_millis(100);

/// What a worker takes, and how it waits.
#[derive(Clone, Debug, Default)]
pub struct WorkerOptions {
    /// Only work of these types; any unless given.
    pub types: Vec<String>,
    /// How often an empty queue is asked, give or take a quarter; every 5 seconds unless given.
    pub interval: Option<Duration>,
    /// Ends the worker.
    pub cancel: Option<CancellationToken>,
}

/// The orders that a worker claims, one after the other.
#[derive(Debug)]
pub struct WorkOrders {
    desk: Desk,
    cancel: CancellationToken,
    interval: Duration,
    /// A claim under way. It is not stopped: whoever claims must learn what was claimed.
    claiming: Option<oneshot::Receiver<Result<Option<Order>>>>,
    claim_at: Instant,
    failures: u32,
    ended: bool,
    /// Where the last reports run when this is dropped.
    runtime: Option<Handle>,
}

/// An order that was claimed. It is to be completed or failed.
#[derive(Clone, Debug)]
pub struct ClaimedOrder {
    order: Order,
    desk: Desk,
}

impl DashClaw {
    /// Works: claims orders of the client's agent, one after the other. Nothing is sent until the first
    /// [`next`](WorkOrders::next).
    pub fn work_orders(&self, options: WorkerOptions) -> WorkOrders {
        WorkOrders {
            desk: Desk::new(self, options.types),
            cancel: options.cancel.unwrap_or_default(),
            interval: options.interval.unwrap_or(DEFAULT_POLL).clamp(MIN_POLL, LONGEST),
            claiming: None,
            claim_at: Instant::now(),
            failures: 0,
            ended: false,
            runtime: None,
        }
    }
}

impl WorkOrders {
    /// The next order, as soon as there is one; nothing when the worker was stopped. An error that a repeat would not
    /// mend ends the worker; after others it tries again, ever more slowly.
    ///
    /// The order before, if it is unfinished, is reported as failed first. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Result<ClaimedOrder>> {
        self.runtime = Handle::try_current().ok();
        if self.ended {
            return None;
        }
        let (cancel, closed) = (self.cancel.clone(), self.desk.client().closed().clone());
        let next = Stop::on_close(&closed).cancelled_by(&cancel).run(pin!(self.claimed())).await;
        let next = next.map_or_else(Stopped::into_end, Some);
        if !matches!(next, Some(Ok(_))) {
            self.ended = true;
            self.let_go();
        }
        next
    }

    /// Ends the worker and waits until its last order is accounted for; for a claim under way, a second at most: what that
    /// brings later is given up all the same, if the program still runs. Doing so twice is harmless.
    pub async fn close(&mut self) {
        self.cancel.cancel();
        self.ended = true;
        if let Some(claiming) = &mut self.claiming
            && let Ok(claimed) = Stop::at(after(GRACE)).run(claiming).await
        {
            self.claiming = None;
            if let Ok(Ok(Some(order))) = claimed {
                self.desk.open(&order);
            }
        }
        self.release();
        self.desk.give_up().await;
    }

    async fn claimed(&mut self) -> Result<ClaimedOrder> {
        self.desk.give_up().await;
        loop {
            if self.claiming.is_none() {
                tokio::time::sleep_until(self.claim_at).await;
            }
            let claiming = self.claiming.get_or_insert_with(|| self.desk.claim());
            let claimed = claiming.await;
            self.claiming = None;
            match claimed {
                Ok(Ok(Some(order))) => {
                    self.failures = 0;
                    self.claim_at = Instant::now();
                    self.desk.open(&order);
                    return Ok(ClaimedOrder { order, desk: self.desk.clone() });
                }
                Ok(Ok(None)) => {
                    self.failures = 0;
                    self.claim_at = after(self.interval.mul_f64(0.75 + dice() / 2.0));
                }
                Ok(Err(error)) if error.is_retryable() => {
                    self.desk.client().tell_background("work_order_claim", &error);
                    self.failures += 1;
                    let delay = backoff(self.failures, error.retry_after(), dice());
                    self.claim_at = after(delay.max(MIN_POLL));
                }
                Ok(Err(error)) => return Err(error),
                Err(_) => return Err(Error::new(ErrorKind::Internal, "the claim was abandoned")),
            }
        }
    }

    /// Gives up what is claimed, and what a claim under way may still bring. Does not wait.
    pub(crate) fn let_go(&mut self) {
        self.release();
        if let Some(runtime) = &self.runtime {
            self.desk.give_up_on(runtime);
        }
    }

    fn release(&mut self) {
        if let Some(mut claiming) = self.claiming.take() {
            // From now on the claim's own task gives up what it gets.
            claiming.close();
            if let Ok(Ok(Some(order))) = claiming.try_recv() {
                self.desk.open(&order);
            }
        }
    }

    pub(crate) fn desk(&self) -> &Desk {
        &self.desk
    }
}

impl Drop for WorkOrders {
    fn drop(&mut self) {
        self.let_go();
    }
}

impl ClaimedOrder {
    /// Which order.
    pub fn id(&self) -> &str {
        &self.order.id
    }

    /// The order as the server wrote it.
    pub fn json(&self) -> &RawValue {
        &self.order.json
    }

    /// The order.
    pub fn order(&self) -> Result<WorkOrder> {
        serde_json::from_str(self.order.json.get()).map_err(|error| {
            Error::new(
                ErrorKind::MalformedResponse,
                format!("the order does not have the documented form: {error}"),
            )
        })
    }

    /// Reports that the work is done, as [`complete_work_order`](DashClaw::complete_work_order) does. `output` is a JSON
    /// object, as the type's contract wants it; `cost` holds `input_tokens`, `output_tokens` and `total_usd`.
    ///
    /// After an output that breaks the contract ([`ErrorKind::Validation`]) the order is still to be completed or failed.
    pub async fn complete(&self, output: &Value, cost: Option<&Value>) -> Result<Response> {
        let cost = cost.map(Value::to_string);
        self.desk
            .complete(&self.order.id, &output.to_string(), cost.as_deref(), &CallOptions::default())
            .await
    }

    /// Reports that the work could not be done: a word for programs, a text for people.
    pub async fn fail(&self, code: &str, message: &str) -> Result<Response> {
        self.desk.fail(&self.order.id, code, message, &CallOptions::default()).await
    }
}

#[cfg(test)]
mod tests;

//! What lies on a worker's desk: at most one order that is not finished.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;
use serde_json::value::RawValue;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::client::modes::{Members, members, raw, raw_text, to_json, value};
use crate::{CallOptions, DashClaw, Error, ErrorKind, Response, Result};

/// What an order that nobody finished is reported with.
const ABANDONED: (&str, &str) = ("abandoned", "the worker went on without finishing the order");

/// An order as it was claimed.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) json: Box<RawValue>,
}

/// The worker's side of the server. Clones share the one unfinished order.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    client: DashClaw,
    types: Vec<String>,
    /// The id of the order that was claimed and has not ended.
    unfinished: Arc<Mutex<Option<String>>>,
}

impl Desk {
    pub(super) fn new(client: &DashClaw, types: Vec<String>) -> Self {
        Self { client: client.clone(), types, unfinished: Arc::default() }
    }

    pub(super) fn client(&self) -> &DashClaw {
        &self.client
    }

    /// Claims the next order, in a task of its own. What nobody waits for any more is given up at once.
    pub(super) fn claim(&self) -> oneshot::Receiver<Result<Option<Order>>> {
        let (sender, receiver) = oneshot::channel();
        let desk = self.clone();
        tokio::spawn(async move {
            let claimed = desk.claim_once().await;
            if let Err(Ok(Some(order))) = sender.send(claimed) {
                desk.open(&order);
                desk.give_up().await;
            }
        });
        receiver
    }

    async fn claim_once(&self) -> Result<Option<Order>> {
        let types = if self.types.is_empty() { json!({}) } else { json!({ "types": self.types }) };
        let (arguments, options) = (types.to_string(), CallOptions::default());
        let mut answer: Members =
            self.client.call("claim_work_order", arguments.as_bytes(), &options).await?.json()?;
        let Some(json) = answer.remove("work_order").filter(|order| order.get() != "null") else {
            return Ok(None);
        };
        let order = members(json.get().as_bytes()).unwrap_or_default();
        match value(&order, "id").as_str() {
            Some(id) if !id.is_empty() => Ok(Some(Order { id: id.to_owned(), json })),
            _ => Err(Error::new(ErrorKind::MalformedResponse, "the claimed order has no id")),
        }
    }

    /// Notes that `order` is to be finished.
    pub(super) fn open(&self, order: &Order) {
        *self.unfinished() = Some(order.id.clone());
    }

    /// Reports the unfinished order as failed, if there is one. The report goes out even when nobody waits for it any more.
    pub(super) async fn give_up(&self) {
        let unfinished = self.unfinished().take();
        if let Some(id) = unfinished {
            // A report that panics is as good as one that fails.
            let _ = tokio::spawn(self.clone().report(id)).await;
        }
    }

    /// The same without waiting.
    pub(super) fn give_up_on(&self, runtime: &Handle) {
        let unfinished = self.unfinished().take();
        if let Some(id) = unfinished {
            runtime.spawn(self.clone().report(id));
        }
    }

    /// A report that fails is told to the log: the order's lease ends it then.
    async fn report(self, id: String) {
        let (code, message) = ABANDONED;
        if let Err(error) = self.fail(&id, code, message, &CallOptions::default()).await {
            self.client.tell_background("work_order_report", &error);
        }
    }

    /// Reports that the work is done. `output` and `cost` are JSON objects.
    pub(crate) async fn complete(
        &self,
        id: &str,
        output: &str,
        cost: Option<&str>,
        options: &CallOptions,
    ) -> Result<Response> {
        let mut result = Members::from([("output".to_owned(), raw(output.to_owned())?)]);
        if let Some(cost) = cost {
            result.insert("cost".to_owned(), raw(cost.to_owned())?);
        }
        self.end(id, "completed", result, options).await
    }

    /// Reports that it could not be done.
    pub(crate) async fn fail(
        &self,
        id: &str,
        code: &str,
        message: &str,
        options: &CallOptions,
    ) -> Result<Response> {
        let error = json!({ "code": code, "message": message }).to_string();
        self.end(id, "failed", Members::from([("error".to_owned(), raw(error)?)]), options).await
    }

    async fn end(
        &self,
        id: &str,
        status: &str,
        mut result: Members,
        options: &CallOptions,
    ) -> Result<Response> {
        result.insert("work_order_id".to_owned(), raw_text(id)?);
        result.insert("status".to_owned(), raw_text(status)?);
        let ended = self.client.call("complete_work_order", &to_json(&result)?, options).await;
        // What is not ours any more needs no report.
        let gone = |error: &Error| {
            matches!(error.kind(), ErrorKind::Conflict | ErrorKind::Permission | ErrorKind::NotFound)
        };
        if ended.as_ref().err().is_none_or(gone) {
            self.unfinished().take_if(|unfinished| unfinished == id);
        }
        ended
    }

    fn unfinished(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.unfinished.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

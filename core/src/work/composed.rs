//! Operations that the core performs in several steps, or whose request it computes.
//!
//! A row says `composed(…)`, and what it names is implemented here, one file each. Everything else about such an
//! operation is declared like any other: its arguments, its documentation, its answer. Each step is an ordinary call with
//! the options of the whole one, so deadlines and retries count per step, and stopping the call stops it.

mod attachment;
mod pairing_key;
mod pairing_wait;
mod purchase;
mod purchase_result;
mod recommendation;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::pin::Pin;

use http::HeaderMap;

use crate::catalogue::{Composed, Row};
use crate::client::call::{Arguments, Prepared, value_of};
use crate::client::modes::{Members, to_json};
use crate::{CallOptions, DashClaw, Response, Result};

/// Boxed, because its steps are calls, which may be composed themselves.
pub(crate) type Work<'a> = Pin<Box<dyn Future<Output = Result<Response>> + Send + 'a>>;

/// One call of a composed operation.
struct Steps<'a> {
    client: &'a DashClaw,
    arguments: Arguments<'a>,
    /// The operation's own request, as far as its arguments make one.
    prepared: Prepared,
    options: &'a CallOptions,
}

impl DashClaw {
    /// Calls a composed operation. Arguments that cannot be right are refused before anything is sent.
    pub(crate) fn compose<'a>(
        &'a self,
        composed: Composed,
        row: &'static Row,
        arguments: &'a [u8],
        options: &'a CallOptions,
    ) -> Work<'a> {
        let steps = self.prepare(row, arguments, options).and_then(|prepared| {
            let arguments = Arguments::read(row, arguments)?;
            Ok(Steps { client: self, arguments, prepared, options })
        });
        match (steps, composed) {
            (Err(refusal), _) => Box::pin(std::future::ready(Err(refusal))),
            (Ok(steps), Composed::Attachment) => Box::pin(attachment::get(steps)),
            (Ok(steps), Composed::PairingKey) => Box::pin(pairing_key::create(steps)),
            (Ok(steps), Composed::PairingWait) => Box::pin(pairing_wait::wait(steps)),
            (Ok(steps), Composed::Purchase) => Box::pin(purchase::record(steps)),
            (Ok(steps), Composed::PurchaseResult) => Box::pin(purchase_result::record(steps)),
            (Ok(steps), Composed::Recommendation) => Box::pin(recommendation::apply(steps)),
        }
    }
}

impl Steps<'_> {
    /// The JSON text of an argument: the caller's, the client's own, or the default.
    fn value(&self, name: &str) -> Option<Cow<'_, str>> {
        let (field, given) = self.arguments.fields().find(|(field, _)| field.name == name)?;
        value_of(field, given, &self.client.config().identity)
    }

    /// An argument that is a string, unless it is empty.
    fn text(&self, name: &str) -> Option<String> {
        let text: Option<String> = serde_json::from_str(&self.value(name)?).ok();
        text.filter(|text| !text.is_empty())
    }

    /// One step: an ordinary call.
    async fn call(&self, operation: &str, arguments: &Members) -> Result<Response> {
        self.client.call(operation, &to_json(arguments)?, self.options).await
    }

    /// One step: the operation's own request.
    async fn send(&self) -> Result<Response> {
        self.client.exchange(&self.prepared, self.options).await
    }
}

/// An answer of our own making.
fn answer(members: &Members) -> Result<Response> {
    let (body, headers) = (to_json(members)?.into(), HeaderMap::new());
    Ok(Response { status: 200, body, headers, ..Response::default() })
}

//! All tries of a request under one deadline, and what their end means.

use std::pin::pin;

use http::HeaderValue;
use serde_json::{json, value::RawValue};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::attempt::{Failed, UNANSWERED};
use crate::api::find;
use crate::catalogue::{Repeat, Row};
use crate::client::call::{Failure, Prepared, backoff, explained, may_retry, prepare, quote, share};
use crate::client::modes;
use crate::client::transport::Sent;
use crate::deadline::after;
use crate::telemetry::Try;
use crate::waiting::stop::{Stop, Stopped};
use crate::{CallOptions, DashClaw, Error, ErrorKind, Response, Result};

impl DashClaw {
    pub(crate) fn prepare(
        &self,
        row: &'static Row,
        arguments: &[u8],
        options: &CallOptions,
    ) -> Result<Prepared> {
        self.check_open()?;
        if options.cancel.as_ref().is_some_and(CancellationToken::is_cancelled) {
            return Err(Error::new(ErrorKind::Cancelled, "the call was stopped before anything was sent"));
        }
        let config = self.config();
        prepare(row, arguments, &config.identity, options, config.signer.as_deref())
            .map_err(|error| error.with(|fields| fields.operation = Some(row.name.to_owned())))
    }

    /// Sends `prepared` until it is answered, it may not be repeated any more, or the deadline passes.
    pub(crate) async fn exchange(&self, prepared: &Prepared, options: &CallOptions) -> Result<Response> {
        let trace = trace_context();
        if self.1.is_none() {
            self.0.ticker.keep();
        }
        let deadline = after(options.timeout.unwrap_or(self.config().limits.timeout));
        let max_retries = options.max_retries.unwrap_or(self.config().limits.max_retries);
        let stop = Stop::with(self).cancelled_by(options.cancel.as_ref());
        let mut sent = Sent::No;
        let mut retry = 0;
        loop {
            let start = Instant::now();
            let told = Try { client: self, row: prepared.row, retry, start };
            told.sent();
            let repeats = retry < max_retries && may_repeat(prepared, UNANSWERED);
            let end = if repeats { share(start, deadline) } else { deadline };
            let ended = stop.until(end).run(pin!(self.attempt(prepared, trace.as_ref()))).await;
            let failed = match ended {
                Ok(Ok(response)) => {
                    told.answered(response.status, response.request_id.as_deref());
                    return Ok(response);
                }
                Ok(Err(failed)) => failed,
                Err(stopped) => {
                    if stopped == Stopped::Deadline {
                        self.unanswered(start);
                    }
                    if stopped != Stopped::Deadline || end >= deadline {
                        let error = Error::from(stopped);
                        told.failed(&error);
                        return Err(self.conclude(prepared, Sent::Maybe, error));
                    }
                    Failed::unanswered()
                }
            };
            told.failed(&failed.error);
            let lost = failed.failure.may_have_acted();
            if let Some(response) = self.own_write(prepared, sent, &failed.error, deadline, options).await {
                return Ok(response);
            }
            if lost {
                sent = Sent::Maybe;
            }
            let delay = backoff(retry, failed.retry_after(), dice());
            let retryable = may_repeat(prepared, failed.failure);
            // A wait that outlasts the deadline is of no use to anybody.
            if !retryable || retry >= max_retries || after(delay) >= deadline {
                return Err(self.conclude(prepared, sent, failed.error));
            }
            told.repeats(delay, &failed.error);
            retry += 1;
            if let Err(stopped) = stop.until(deadline).sleep_until(after(delay)).await {
                return Err(self.conclude(prepared, sent, stopped.into()));
            }
        }
    }

    /// What carried a request that was sent at `since` and not answered serves no later one.
    pub(crate) fn unanswered(&self, since: Instant) {
        if let Ok(transport) = self.transport() {
            transport.unanswered(since);
        }
    }

    /// After an answer was lost, a 409 that shows the very status we wrote means that our write arrived: the answer that
    /// was lost, read anew.
    async fn own_write(
        &self,
        prepared: &Prepared,
        sent: Sent,
        error: &Error,
        deadline: Instant,
        options: &CallOptions,
    ) -> Option<Response> {
        let confirm = prepared.row.rules.confirm?;
        let ours = prepared.status.as_deref()?;
        if sent == Sent::No
            || error.kind() != ErrorKind::Conflict
            || error.fields().current_status.as_deref() != Some(ours)
        {
            return None;
        }
        let action_id = prepared.action_id.as_deref()?;
        let arguments = json!({ "action_id": action_id }).to_string();
        let read = self.prepare(find(confirm.operation)?, arguments.as_bytes(), options).ok()?;
        let stop = Stop::with(self).cancelled_by(options.cancel.as_ref()).until(deadline);
        let ended = stop.run(pin!(self.attempt(&read, None))).await;
        let record = match ended {
            Ok(Ok(response)) if confirm.bare => response.json::<Box<RawValue>>().ok()?,
            Ok(Ok(response)) => modes::members(&response.body).ok()?.remove(confirm.member)?,
            _ => modes::raw(json!({ "action_id": action_id, "status": ours }).to_string()).ok()?,
        };
        let body = format!("{{{}:{},\"idempotent_replay\":true}}", quote(confirm.member), record.get());
        Some(Response { status: 200, body: body.into(), ..Response::default() })
    }

    /// The error that the caller sees: a write that may have arrived is of unknown outcome.
    fn conclude(&self, prepared: &Prepared, sent: Sent, error: Error) -> Error {
        let answered = error.status().is_some();
        let unknown = is_write(prepared) && sent == Sent::Maybe && !answered;
        let error = if unknown {
            let message = format!("{} may or may not have happened: {error}", prepared.row.name);
            Error::new(ErrorKind::OutcomeUnknown, message)
        } else {
            error
        };
        explained(self.redact_error(error), prepared).with(|fields| {
            fields.operation = Some(prepared.row.name.to_owned());
            fields.idempotency_key.clone_from(&prepared.idempotency_key);
            fields.action_id = fields.action_id.take().or_else(|| prepared.action_id.clone());
        })
    }
}

fn may_repeat(prepared: &Prepared, failure: Failure) -> bool {
    may_retry(prepared.row.rules.repeat, prepared.idempotency_key.is_some(), failure)
}

fn is_write(prepared: &Prepared) -> bool {
    match prepared.row.rules.repeat {
        Repeat::Safe => false,
        Repeat::Idempotent => prepared.idempotency_key.is_some() && prepared.row.rules.key_when.is_some(),
        Repeat::Keyed | Repeat::OneShot | Repeat::Never => true,
    }
}

/// A random number in 0 to 1; 1 when there is no randomness.
pub(crate) fn dice() -> f64 {
    let mut bytes = [0_u8; 4];
    match getrandom::fill(&mut bytes) {
        Ok(()) => f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX),
        Err(_) => 1.0,
    }
}

/// A W3C trace context for the active `tracing` span: all calls inside one span share its trace id.
fn trace_context() -> Option<HeaderValue> {
    let span = tracing::Span::current().id()?.into_u64();
    let process = crate::client::process_trace_id();
    HeaderValue::try_from(format!("00-{process:016x}{span:016x}-{span:016x}-01")).ok()
}

//! `wait_for_pairing`: reads a pairing until it is decided.

use std::pin::pin;
use std::time::Duration;

use serde_json::Value;
use serde_json::value::RawValue;
use tokio::time::Instant;

use super::Steps;
use crate::catalogue::Seconds;
use crate::client::modes::Members;
use crate::deadline::after;
use crate::waiting::stop::Stop;
use crate::{Error, ErrorKind, Response, Result};

/// More often would only be load.
const MIN_INTERVAL: Duration = Duration::from_millis(100);

/// What a read of the pairing means.
#[derive(Debug)]
enum Step {
    Wait,
    Approved,
    Failed(Error),
}

pub(super) async fn wait(steps: Steps<'_>) -> Result<Response> {
    let length = |name: &str| steps.value(name).and_then(|json| Seconds::read(&json)).unwrap_or_default().0;
    let (timeout, interval) = (length("timeout"), length("interval").max(MIN_INTERVAL));
    let deadline = after(timeout);
    let id = steps.text("pairing_id").unwrap_or_default();
    let stop = Stop::with(steps.client).cancelled_by(steps.options.cancel.as_ref());
    let mut last_error = None;
    let mut first = true;
    loop {
        // No time to wait is still time to look once; later reads end with the deadline.
        let read = steps.send();
        let read = if std::mem::take(&mut first) && timeout.is_zero() {
            read.await
        } else {
            let ended = Stop::at(deadline).run(pin!(read)).await;
            match ended {
                Ok(read) => read,
                Err(_) => return Err(timed_out(&id, last_error.as_ref())),
            }
        };
        match read {
            Ok(response) => {
                let pairing = pairing(&response)?;
                match judge(&id, &pairing) {
                    Step::Wait => last_error = None,
                    Step::Approved => {
                        let body: Box<str> = pairing.into();
                        return Ok(Response { body: body.into_string().into(), ..response });
                    }
                    Step::Failed(error) => return Err(error),
                }
            }
            // It may pass: the next read may succeed.
            Err(error) if error.is_retryable() => last_error = Some(error),
            Err(error) => return Err(error),
        }
        stop.sleep_until(deadline.min(after(interval))).await?;
        if Instant::now() >= deadline {
            return Err(timed_out(&id, last_error.as_ref()));
        }
    }
}

/// The pairing in an answer, byte for byte.
fn pairing(response: &Response) -> Result<Box<RawValue>> {
    let mut members: Members = response.json()?;
    let found = members.remove("pairing").filter(|pairing| pairing.get().starts_with('{'));
    found.ok_or_else(|| Error::new(ErrorKind::MalformedResponse, "the answer holds no pairing"))
}

/// A status that is not known is no approval.
fn judge(id: &str, pairing: &RawValue) -> Step {
    let pairing: Value = serde_json::from_str(pairing.get()).unwrap_or_default();
    let failed = |kind: ErrorKind, what: &str, status: &str| {
        let error = Error::new(kind, format!("pairing {id} {what}"));
        Step::Failed(error.with(|fields| fields.decision = Some(Value::from(status))))
    };
    match pairing["status"].as_str() {
        Some("approved") => Step::Approved,
        Some(status @ "expired") => {
            failed(ErrorKind::ApprovalExpired, "expired before anybody approved it", status)
        }
        Some(status @ ("rejected" | "denied" | "revoked")) => {
            failed(ErrorKind::ApprovalDenied, &format!("was {status}"), status)
        }
        _ => Step::Wait,
    }
}

fn timed_out(id: &str, last: Option<&Error>) -> Error {
    let last = last.map(|error| format!(" (last error: {error})")).unwrap_or_default();
    Error::new(ErrorKind::ApprovalTimeout, format!("timed out waiting for approval of pairing {id}{last}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::modes::raw;

    #[test]
    fn only_approved_is_approved() {
        let judged = |json: &str| judge("pair_1", &raw(json.to_owned()).unwrap());
        assert!(matches!(judged(r#"{"status":"approved"}"#), Step::Approved));
        for waits in [r#"{"status":"pending"}"#, r#"{"status":"APPROVED"}"#, "{}", r#"{"status":true}"#] {
            assert!(matches!(judged(waits), Step::Wait), "{waits}");
        }
        for (status, kind) in
            [("expired", ErrorKind::ApprovalExpired), ("rejected", ErrorKind::ApprovalDenied)]
        {
            let Step::Failed(error) = judged(&format!(r#"{{"status":"{status}"}}"#)) else {
                panic!("{status}")
            };
            assert_eq!(error.kind(), kind);
            assert_eq!(error.fields().decision, Some(Value::from(status)));
        }
    }
}

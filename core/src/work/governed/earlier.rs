//! What an earlier run of the same intent means for this one.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::signs::{LONGEST_SILENCE, patience};
use crate::client::standing;
use crate::deadline::after;
use crate::waiting::stop::Stop;
use crate::{CallOptions, DashClaw, Error, ErrorKind, GovernedOptions, Result, WaitOptions, clock};

/// How the words of the errors go on.
const RERUN: &str = "it runs again only with `rerun`";

/// What this run may do.
pub(super) enum Earlier {
    /// Nothing: the earlier run completed the work, with this outcome.
    Completed(Value),
    /// Go on with the record, which waits for a human or is to be run again; then this is the run that died.
    Unfinished { run_id: Option<String> },
    /// Run again under a record of its own: the outcome of this one is final.
    Over,
}

/// How the waiting for a run ended.
enum Followed {
    /// The run completed the work, with this outcome.
    Completed(Value),
    /// The run gives no sign of life. It claimed the action, if it has a name.
    Silent { run_id: Option<String> },
}

impl Followed {
    fn silent(action: &Value) -> Self {
        Self::Silent { run_id: standing::text(action, "run_id").map(str::to_owned) }
    }
}

impl DashClaw {
    /// Looks at what became of the intent before, and waits for a run that is at work.
    pub(super) async fn earlier(
        &self,
        action_id: &str,
        created: &Value,
        options: &GovernedOptions,
    ) -> Result<Earlier> {
        let action = &created["action"];
        if let Some(refusal) = standing::refusal(action, &created["decision"]) {
            return Err(refusal);
        }
        let status = standing::text(action, "status").unwrap_or_default();
        let outcome = self.outcome(action_id).await?;
        match standing::text(&outcome, "status").unwrap_or("pending") {
            "completed" => Ok(Earlier::Completed(outcome)),
            "pending" => match status {
                "pending_approval" => Ok(Earlier::Unfinished { run_id: None }),
                "running" => match self.follow(action_id, action.clone(), outcome, &options.wait).await? {
                    Followed::Completed(outcome) => Ok(Earlier::Completed(outcome)),
                    Followed::Silent { run_id } if options.rerun => Ok(Earlier::Unfinished { run_id }),
                    Followed::Silent { .. } => Err(silent(action_id)),
                },
                _ if options.rerun => Ok(Earlier::Over),
                _ => Err(standing::conflict(action_id, status, RERUN)),
            },
            _ if options.rerun => Ok(Earlier::Over),
            reported => Err(over(action_id, reported)),
        }
    }

    /// Waits for the run that was faster than this one: the outcome with which it completed.
    pub(super) async fn await_run(&self, action_id: &str, options: &GovernedOptions) -> Result<Value> {
        // Read anew: it began a moment ago, and what is known of the record is older.
        let action = self.record(action_id).await?;
        let outcome = self.outcome(action_id).await?;
        match self.follow(action_id, action, outcome, &options.wait).await? {
            Followed::Completed(outcome) => Ok(outcome),
            Followed::Silent { .. } => Err(silent(action_id)),
        }
    }

    pub(super) async fn outcome(&self, action_id: &str) -> Result<Value> {
        let arguments = json!({ "action_id": action_id }).to_string();
        self.call("get_action_outcome", arguments.as_bytes(), &CallOptions::default()).await?.json()
    }

    /// Waits for the report of an earlier run as long as there is a sign that it is at work.
    async fn follow(
        &self,
        action_id: &str,
        mut action: Value,
        mut outcome: Value,
        wait: &WaitOptions,
    ) -> Result<Followed> {
        let deadline = wait.deadline();
        let mut watched = Instant::now();
        // The answer to the creation has just said how the record is.
        let mut fresh = true;
        loop {
            match standing::text(&outcome, "status").unwrap_or("pending") {
                "completed" => return Ok(Followed::Completed(outcome)),
                "pending" => {}
                reported => return Err(over(action_id, reported)),
            }
            if let Some(status) = standing::ended(&action) {
                return Err(standing::conflict(action_id, status, RERUN));
            }
            let here = self.runs().is_alive(action_id);
            let silence = if here { None } else { Some(Silence::of(&action, &outcome, watched)) };
            if silence.as_ref().is_some_and(Silence::is_too_long) {
                if fresh {
                    return Ok(Followed::silent(&action));
                }
                let read = self.record(action_id).await?;
                if read["updated_at"] == action["updated_at"] && read["status"] == action["status"] {
                    return Ok(Followed::silent(&read));
                }
                if let Some(refusal) = standing::refusal(&read, &Value::Null) {
                    return Err(refusal);
                }
                (action, watched) = (read, Instant::now());
            } else if Instant::now() >= deadline {
                return Err(still(action_id, silence.is_none_or(|silence| silence.known)));
            } else {
                let left = silence.map_or(Duration::MAX, |silence| silence.left());
                self.pause(deadline.min(after(wait.pause().min(left))), wait).await?;
            }
            fresh = false;
            outcome = self.outcome(action_id).await?;
        }
    }

    async fn record(&self, action_id: &str) -> Result<Value> {
        let arguments = json!({ "action_id": action_id }).to_string();
        let mut read: Value =
            self.call("get_action", arguments.as_bytes(), &CallOptions::default()).await?.json()?;
        Ok(read["action"].take())
    }

    async fn pause(&self, until: Instant, wait: &WaitOptions) -> Result<()> {
        Ok(Stop::with(self).cancelled_by(wait.cancel.as_ref()).sleep_until(until).await?)
    }
}

/// How long a run has given no sign of life, and how long it may.
struct Silence {
    lasts: Duration,
    allowed: Duration,
    /// Whether the server's times say so. Otherwise the record was watched.
    known: bool,
}

impl Silence {
    /// By the server's clock alone: what it says is now is compared with what it wrote. Our own clock may be wrong.
    fn of(action: &Value, outcome: &Value, watched: Instant) -> Self {
        let time = |name: &str| standing::text(action, name).and_then(clock::parse_iso);
        let known = || {
            let (began, last) = (time("timestamp_start")?, time("updated_at")?);
            let now = began.checked_add(outcome["elapsed_ms"].as_i64()?)?;
            let age = u64::try_from(last - began).ok()?;
            Some((Duration::from_millis(u64::try_from(now - last).ok()?), Duration::from_millis(age)))
        };
        match known() {
            // Its run may hear of an approval late, so that is no time to count from.
            Some((lasts, _)) if standing::approver(action).is_some() => {
                Self { lasts, allowed: LONGEST_SILENCE, known: true }
            }
            Some((lasts, age)) => Self { lasts, allowed: patience(age), known: true },
            None => Self { lasts: watched.elapsed(), allowed: LONGEST_SILENCE, known: false },
        }
    }

    fn is_too_long(&self) -> bool {
        self.lasts >= self.allowed
    }

    fn left(&self) -> Duration {
        self.allowed.saturating_sub(self.lasts)
    }
}

/// The earlier run reported something else than success.
fn over(action_id: &str, reported: &str) -> Error {
    if reported == "lost_confirmation" {
        return standing::in_doubt(action_id, reported, "no outcome was reported in time");
    }
    standing::conflict(action_id, reported, RERUN)
}

fn silent(action_id: &str) -> Error {
    standing::in_doubt(action_id, "running", "it has not reported, and gives no sign that it is at work")
}

/// The deadline passed before a run had reported: one that is at work, or one of which nothing is known.
fn still(action_id: &str, at_work: bool) -> Error {
    if !at_work {
        return silent(action_id);
    }
    let message = format!(
        "an earlier run of action {action_id} may still be at work; ask again, and its outcome is waited for"
    );
    Error::new(ErrorKind::Timeout, message).with(|fields| fields.action_id = Some(action_id.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn silence(action: &Value, outcome: &Value) -> (u64, u64, bool) {
        let silence = Silence::of(action, outcome, Instant::now());
        (silence.lasts.as_secs(), silence.allowed.as_secs(), silence.known)
    }

    #[test]
    fn silence_is_counted_by_the_clock_of_the_server() {
        let action = |updated: &str, approver: Option<&str>| json!({ "timestamp_start": "2031-01-01T00:00:00Z", "updated_at": updated, "approved_by": approver });
        let after = |seconds: i64| json!({ "elapsed_ms": seconds * 1000 });
        assert_eq!(silence(&action("2031-01-01T00:00:00Z", None), &after(2)), (2, 3, true));
        assert_eq!(silence(&action("2031-01-01T00:00:08Z", None), &after(9)), (1, 12, true));
        assert_eq!(silence(&action("2031-01-01T01:00:00Z", None), &after(3700)), (100, 30, true));
        assert_eq!(silence(&action("2031-01-01T00:00:01Z", Some("ada")), &after(5)), (4, 30, true));
        // Times that cannot be are none: then the record is watched.
        assert_eq!(silence(&action("2031-01-01T00:00:05Z", None), &after(2)), (0, 30, false));
        assert_eq!(silence(&action("2030-01-01T00:00:00Z", None), &after(2)), (0, 30, false));
        assert_eq!(silence(&json!({}), &after(2)), (0, 30, false));
        assert_eq!(
            silence(&action("2031-01-01T00:00:00Z", None), &json!({"elapsed_ms": i64::MAX})),
            (0, 30, false)
        );
    }
}

//! Signs of life: while work runs, the record of its action is touched now and then, so that whoever asks for the same
//! intent can tell a run that is at work from one that died.
//!
//! A sign is a change of the record's `duration_ms`, which every server takes and which moves `updated_at`. The first sign
//! is the creation itself. A run of some seconds gives a sign every second, an older one seldom: every half of its age, at
//! least every ten seconds. So a run that dies is known to be dead after three times that: soon after it began within
//! seconds, later within half a minute.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::api::actions::UpdateOutcome;
use crate::catalogue::Operation;
use crate::client::call::{Prepared, percent_encoded};
use crate::deadline::after;
use crate::waiting::stop::Stop;
use crate::{CallOptions, DashClaw, OnReplay};

/// The least and the most time between two signs.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(10);
/// How many signs may fail to come before a run counts as dead: the network may lose one, and delay another.
const MISSED: u32 = 3;

/// When a run of this age gives its next sign.
fn gap(age: Duration) -> Duration {
    (age / 2).clamp(SHORTEST, LONGEST)
}

/// How long a run that gave its last sign at this age may be silent.
pub(super) fn patience(age: Duration) -> Duration {
    gap(age) * MISSED
}

/// How long any run may be silent.
pub(super) const LONGEST_SILENCE: Duration = LONGEST.saturating_mul(MISSED);

/// The runs of one client that are at work, by their actions; all its clones share them. With the client all signs end.
#[derive(Debug, Default)]
pub(crate) struct Runs(Mutex<BTreeMap<String, DropGuard>>);

impl Runs {
    /// What stops the signs of the run that begins now; nothing when one of this action is at work.
    fn begin(&self, action_id: &str) -> Option<CancellationToken> {
        let stop = CancellationToken::new();
        let mut runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if runs.contains_key(action_id) {
            return None;
        }
        runs.insert(action_id.to_owned(), stop.clone().drop_guard());
        Some(stop)
    }

    fn end(&self, action_id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(action_id);
    }

    pub(super) fn is_alive(&self, action_id: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains_key(action_id)
    }
}

/// Ends the signs of a run whose future is dropped.
pub(super) struct AtWork<'a>(pub(super) &'a DashClaw, pub(super) String);

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        self.0.end_signs(&self.1);
    }
}

/// The request that tells the server about a run, and about nothing else: as a call of `update_outcome` it would add the
/// time of the action's end.
pub(super) fn touch(action_id: &str, body: &Value) -> Prepared {
    Prepared {
        row: const { &UpdateOutcome::ROW },
        target: format!("/api/actions/{}", percent_encoded(action_id)),
        body: Some(body.to_string().into()),
        idempotency_key: None,
        status: None,
        action_id: Some(action_id.to_owned()),
        on_replay: OnReplay::default(),
        subject: Some(action_id.to_owned()),
    }
}

impl DashClaw {
    /// Gives signs of life for the action until [`end_signs`](Self::end_signs), or until the client is closed or gone.
    /// Says whether the work may begin: not while another run of this client is at it.
    pub(super) fn begin_signs(&self, action_id: &str) -> bool {
        let Some(stop) = self.runs().begin(action_id) else { return false };
        let (client, closed, action_id) = (self.downgrade(), self.closed().clone(), action_id.to_owned());
        let begun = Instant::now();
        tokio::spawn(async move {
            loop {
                let pause = Stop::on_close(&closed).cancelled_by(&stop);
                if pause.sleep_until(after(gap(begun.elapsed()))).await.is_err() {
                    return;
                }
                let Some(client) = client.upgrade() else { return };
                client.give_sign(&action_id, begun.elapsed(), &stop).await;
            }
        });
        true
    }

    pub(super) fn end_signs(&self, action_id: &str) {
        self.runs().end(action_id);
    }

    /// A sign that does not arrive is of no consequence to the work.
    async fn give_sign(&self, action_id: &str, age: Duration, stop: &CancellationToken) {
        let duration_ms = u64::try_from(age.as_millis()).unwrap_or(u64::MAX);
        let sign = touch(action_id, &json!({ "duration_ms": duration_ms }));
        let options =
            CallOptions { timeout: Some(gap(age)), cancel: Some(stop.clone()), ..CallOptions::default() };
        if let Err(error) = self.exchange(&sign, &options).await
            && !stop.is_cancelled()
        {
            self.tell_missed("sign_of_life", &error);
        }
    }
}

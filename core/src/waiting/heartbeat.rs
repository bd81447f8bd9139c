//! Telling the server again and again that the agent is there.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::api::agents::Heartbeat;
use crate::catalogue::Operation;
use crate::deadline::after;
use crate::waiting::stop::Stop;
use crate::{CallOptions, DashClaw, Error, Result};

/// How often a heartbeat is sent unless told otherwise, as the official SDK does.
pub const DEFAULT_HEARTBEAT: Duration = Duration::from_secs(60);

/// The heart of one client; all its clones share it.
#[derive(Debug, Default)]
pub(crate) struct Heart(Mutex<Option<CancellationToken>>);

impl Heart {
    /// What stops the beating that starts now; nothing while it beats already.
    fn start(&self) -> Option<CancellationToken> {
        let mut beating = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if beating.as_ref().is_some_and(|stop| !stop.is_cancelled()) {
            return None;
        }
        Some(beating.insert(CancellationToken::new()).clone())
    }

    fn stop(&self) {
        if let Some(stop) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            stop.cancel();
        }
    }
}

impl DashClaw {
    /// Sends a heartbeat now and every `interval`, until [`stop_heartbeat`](Self::stop_heartbeat) or
    /// [`close`](Self::close). `arguments` is the JSON object of [`heartbeat`](Self::heartbeat)'s arguments.
    ///
    /// A heartbeat that fails is skipped and told to the log. While one beats already, another start does nothing. Must
    /// be called within a Tokio runtime.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument): the arguments cannot be right, or there is no
    /// time between two heartbeats. [`ErrorKind::Closed`](crate::ErrorKind::Closed).
    pub fn start_heartbeat(&self, arguments: &[u8], interval: Duration) -> Result<()> {
        let row = const { &Heartbeat::ROW };
        if interval.is_zero() {
            return Err(Error::argument("interval", "must be a number of seconds above 0"));
        }
        self.prepare(row, arguments, &CallOptions::default())?;
        let arguments = arguments.to_vec();
        let Some(stop) = self.heart().start() else { return Ok(()) };
        let client = self.clone();
        tokio::spawn(async move {
            let options = CallOptions { cancel: Some(stop.clone()), ..CallOptions::default() };
            while !stop.is_cancelled() && !client.is_closed() {
                if let Err(error) = client.call_row(row, &arguments, &options).await {
                    client.tell_background("heartbeat", &error);
                }
                let pause = Stop::with(&client).cancelled_by(&stop).sleep_until(after(interval));
                if pause.await.is_err() {
                    break;
                }
            }
            stop.cancel();
        });
        Ok(())
    }

    /// Stops what [`start_heartbeat`](Self::start_heartbeat) started. Does nothing when nothing beats.
    pub fn stop_heartbeat(&self) {
        self.heart().stop();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ErrorKind;
    use crate::client::stub::{Stub, refusal};

    const BEAT: &str = "POST /api/agents/heartbeat";
    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn it_beats_through_failures_until_it_is_stopped() {
        let answers = [(BEAT, 200, json!({"status": "ok"})), (BEAT, 400, refusal("no"))];
        let stub = Stub::new(&answers);
        let client = stub.client();
        client.stop_heartbeat();
        client.start_heartbeat(br#"{"status":"busy"}"#, SECOND).unwrap();
        client.clone().start_heartbeat(br#"{"status":"idle"}"#, SECOND).unwrap();
        tokio::time::sleep(SECOND * 5 / 2).await;
        client.stop_heartbeat();
        client.stop_heartbeat();
        tokio::time::sleep(SECOND * 5).await;
        assert_eq!(stub.asked().len(), 3);
        assert!(stub.asked().iter().all(|(_, body)| body["status"] == "busy"), "{:?}", stub.asked());

        client.start_heartbeat(b"{}", SECOND).unwrap();
        tokio::time::sleep(SECOND / 2).await;
        client.close();
        tokio::time::sleep(SECOND * 5).await;
        assert_eq!(stub.asked().len(), 4);
        assert_eq!(client.start_heartbeat(b"{}", SECOND).unwrap_err().kind(), ErrorKind::Closed);
    }

    #[tokio::test]
    async fn what_cannot_be_right_is_refused_at_once() {
        let client = Stub::new(&[]).client();
        for (arguments, interval) in [("{}", Duration::ZERO), (r#"{"stauts":"busy"}"#, SECOND)] {
            let error = client.start_heartbeat(arguments.as_bytes(), interval).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        }
    }
}

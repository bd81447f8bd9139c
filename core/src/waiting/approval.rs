//! Waiting for a human to approve an action.
//!
//! The event stream is subscribed to first, then the action is read, so that an approval given in between is not
//! missed. An event only wakes the waiting: what counts is the action itself, read again. So no lost, repeated,
//! reordered or forged event can pass for permission. A slow poll runs beside the stream as a safety net. All waits of a
//! client share one stream.

mod banner;
mod state;

use std::pin::pin;
use std::time::Duration;

use serde_json::{Value, json};
use state::{State, Step};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::catalogue::Operation;
use crate::client::call::Arguments;
use crate::client::standing;
use crate::deadline::after;
use crate::json::Json;
use crate::telemetry::Entered;
use crate::waiting::events::{Heard, Interest, Listener, Lost};
use crate::waiting::stop::Stop;
use crate::{CallOptions, DashClaw, Error, ErrorKind, Response, Result, api};

/// How long to wait unless told otherwise, as the official SDK does.
pub const DEFAULT_WAIT: Duration = Duration::from_secs(300);
/// How often the action is read beside the event stream.
pub const DEFAULT_INTERVAL: Duration = Duration::from_secs(5);
/// A poll more often than this would only be load: the stream brings the news within milliseconds.
const MIN_INTERVAL: Duration = Duration::from_millis(100);
/// How long the first read waits for the stream to open.
const OPENING: Duration = Duration::from_millis(500);
/// How long the first read waits for the stream's `connected` event, which not every server sends.
const CONNECTED: Duration = Duration::from_millis(50);
/// How long one read of the action may take.
const READ: Duration = Duration::from_secs(10);

/// How an approval is waited for.
#[derive(Clone, Debug, Default)]
pub struct WaitOptions {
    /// How long in all; 300 seconds unless given.
    pub timeout: Option<Duration>,
    /// How often the action is read beside the event stream; every 5 seconds unless given.
    pub interval: Option<Duration>,
    /// Stops the waiting.
    pub cancel: Option<CancellationToken>,
}

impl WaitOptions {
    /// When the waiting ends.
    pub(crate) fn deadline(&self) -> Instant {
        after(self.timeout.unwrap_or(DEFAULT_WAIT))
    }

    /// The time between two reads.
    pub(crate) fn pause(&self) -> Duration {
        self.interval.unwrap_or(DEFAULT_INTERVAL).max(MIN_INTERVAL)
    }
}

impl DashClaw {
    /// Waits until a human has decided about an action that is `pending_approval`, and returns the action as
    /// [`get_action`](Self::get_action) does.
    ///
    /// # Errors
    /// [`ErrorKind::ApprovalDenied`] with the human's reason, [`ErrorKind::ApprovalExpired`],
    /// [`ErrorKind::ApprovalTimeout`] when nobody decided in time (the request stands), [`ErrorKind::Cancelled`],
    /// [`ErrorKind::InvalidArgument`] for the id of a guard decision.
    pub async fn wait_for_approval(&self, action_id: &str, options: &WaitOptions) -> Result<Response> {
        self.await_decision(action_id, State::default(), options).await
    }

    /// The same for an action that was `pending_approval` when it was created: it runs only if somebody approved it.
    pub(crate) async fn wait_for_pending(&self, action_id: &str, options: &WaitOptions) -> Result<Response> {
        self.await_decision(action_id, State { seen_pending: true }, options).await
    }

    async fn await_decision(&self, action_id: &str, state: State, options: &WaitOptions) -> Result<Response> {
        let entered = self.enter("wait_for_approval");
        let client = entered.as_ref().map_or(self, Entered::client);
        let ended = client.wait_within(action_id, state, options).await;
        if let Some(entered) = &entered {
            entered.leave(ended.as_ref().err());
        }
        ended
    }

    async fn wait_within(&self, action_id: &str, state: State, options: &WaitOptions) -> Result<Response> {
        self.check_open()?;
        let arguments = json!({ "action_id": action_id }).to_string();
        // An id of the wrong kind is refused before anything is sent.
        Arguments::read(&api::actions::GetAction::ROW, arguments.as_bytes())?;
        let deadline = options.deadline();
        let mut wait = Wait {
            client: self,
            action_id,
            arguments,
            state,
            interval: options.pause(),
            announced: false,
            last_error: None,
        };
        let stop = Stop::with(self).cancelled_by(options.cancel.as_ref());
        let since = Instant::now();
        self.tell_approval_waiting(action_id);
        let done = stop.run(pin!(wait.run(deadline))).await.unwrap_or_else(|stopped| Err(stopped.into()));
        let ended = done.map_err(|error| {
            self.redact_error(error).with(|fields| fields.action_id = Some(action_id.to_owned()))
        });
        let outcome = ended.as_ref().map_or_else(|error| error.kind().as_str(), |_| "approved");
        self.tell_approval_decided(action_id, outcome, since);
        ended
    }
}

struct Wait<'a> {
    client: &'a DashClaw,
    action_id: &'a str,
    arguments: String,
    state: State,
    interval: Duration,
    announced: bool,
    last_error: Option<Error>,
}

impl Wait<'_> {
    async fn run(&mut self, deadline: Instant) -> Result<Response> {
        if deadline <= Instant::now() {
            // No time to wait is still time to look once.
            return self.read().await?.ok_or_else(|| self.timed_out());
        }
        let done = Stop::at(deadline).run(pin!(self.listen())).await;
        done.unwrap_or_else(|_| Err(self.timed_out()))
    }

    async fn listen(&mut self) -> Result<Response> {
        // Nothing once the server has refused it.
        let mut stream = Some(self.subscribe());
        let mut read_at = after(OPENING.min(self.interval));
        loop {
            match hear(stream.as_ref(), read_at).await {
                Some(Heard::Opened) => {
                    // The server's `connected` event says that nothing can be missed any more; it comes at once.
                    read_at = read_at.min(after(CONNECTED));
                    self.client.tell_approval_subscribed(self.action_id);
                    continue;
                }
                Some(Heard::Lost(Lost::Ended | Lost::Refused(_))) => stream = None,
                Some(Heard::Behind | Heard::Unread) => stream = Some(self.subscribe()),
                Some(Heard::Event(_) | Heard::Lost(Lost::Broken(_))) | None => {}
            }
            if let Some(done) = self.read().await? {
                return Ok(done);
            }
            read_at = after(self.interval);
        }
    }

    fn subscribe(&self) -> Listener {
        self.client.listen(&Interest::Action(self.action_id.to_owned()))
    }

    /// Reads the action once; its final state ends the waiting, a passing failure does not.
    async fn read(&mut self) -> Result<Option<Response>> {
        let options = CallOptions { timeout: Some(READ), max_retries: Some(0), ..CallOptions::default() };
        let read = self
            .client
            .quiet()
            .call_row(&api::actions::GetAction::ROW, self.arguments.as_bytes(), &options)
            .await;
        let response = match read {
            Ok(response) => response,
            Err(error) if is_passing(&error) => {
                self.last_error = Some(error);
                return Ok(None);
            }
            Err(error) if error.status() == Some(410) => return Err(standing::expired()),
            Err(error) => return Err(error),
        };
        // Of a name that is there twice, each reader believes another value.
        if let Err(problem) = Json::parse_unique_names(&response.body) {
            let message = format!("the server's answer about the action cannot be believed: {problem}");
            self.last_error = Some(Error::new(ErrorKind::MalformedResponse, message));
            return Ok(None);
        }
        let action = &response.json::<Value>()?["action"];
        if action["action_id"] != self.action_id {
            let message = format!("the server's answer is not about action {}", self.action_id);
            return Err(Error::new(ErrorKind::MalformedResponse, message));
        }
        match self.state.step(action) {
            Step::Wait => {
                self.announce(action);
                Ok(None)
            }
            Step::Approved => {
                self.announce_approval(action);
                Ok(Some(response))
            }
            Step::Failed(error) => Err(error),
        }
    }

    fn announce(&mut self, action: &Value) {
        if !std::mem::replace(&mut self.announced, true) {
            self.client.tell_approval_pending(self.action_id);
            self.client.print(&banner::pending(self.client, self.action_id, action));
        }
    }

    fn announce_approval(&self, action: &Value) {
        if let Some(approver) = action["approved_by"].as_str().filter(|_| self.announced) {
            self.client.print(&banner::approved(self.action_id, approver));
        }
    }

    fn timed_out(&self) -> Error {
        let last =
            self.last_error.as_ref().map(|error| format!(" (last error: {error})")).unwrap_or_default();
        let message = format!("Timed out waiting for approval of action {}{last}", self.action_id);
        Error::new(ErrorKind::ApprovalTimeout, message)
    }
}

/// What is heard next; nothing when it is time to read.
async fn hear(stream: Option<&Listener>, read_at: Instant) -> Option<Heard> {
    let news = async {
        match stream {
            Some(listener) => listener.next().await,
            None => std::future::pending().await,
        }
    };
    Stop::at(read_at).run(pin!(news)).await.ok()
}

/// Failures that say nothing about the action: the next read may succeed.
fn is_passing(error: &Error) -> bool {
    error.is_retryable() || matches!(error.kind(), ErrorKind::Connection | ErrorKind::MalformedResponse)
}

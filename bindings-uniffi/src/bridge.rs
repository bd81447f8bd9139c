//! Stand-in until the core's own arrives.
use std::sync::{Mutex as StdMutex, PoisonError};
use std::time::Duration;

use dashclaw::{DashClaw, Error, ErrorKind, EventOptions, EventStream, Result, ServerEvent};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

pub(crate) async fn without_panic<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    use futures_util::FutureExt;
    std::panic::AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_| {
        Err(Error::new(
            ErrorKind::Internal,
            "the call ended in a defect of the SDK; its cause is on standard error",
        ))
    })
}

pub(crate) fn seconds(name: &str, value: f64) -> Result<Duration> {
    Duration::try_from_secs_f64(value)
        .map_err(|_| Error::argument(name, "must be a number of seconds, 0 or more"))
}

pub(crate) async fn stoppable<T>(
    stop: &CancellationToken,
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    tokio::select! {
        answer = work => answer,
        () = stop.cancelled() => Err(Error::new(ErrorKind::Cancelled, "the call was stopped")),
    }
}

#[derive(Debug)]
pub(crate) struct SharedEvents {
    open: Mutex<Option<EventStream>>,
    last: StdMutex<String>,
    cancel: CancellationToken,
}

impl SharedEvents {
    pub(crate) fn new(client: &DashClaw, last_event_id: Option<String>) -> Self {
        let cancel = CancellationToken::new();
        let options = EventOptions {
            last_event_id: last_event_id.clone(),
            cancel: Some(cancel.clone()),
            ..EventOptions::default()
        };
        Self {
            open: Mutex::new(Some(client.events(options))),
            last: StdMutex::new(last_event_id.unwrap_or_default()),
            cancel,
        }
    }

    pub(crate) async fn next(&self, stop: &CancellationToken) -> Result<Option<ServerEvent>> {
        stoppable(stop, async {
            let mut open = self.open.lock().await;
            let Some(stream) = open.as_mut() else { return Ok(None) };
            let next = stream.next().await.transpose();
            stream.last_event_id().clone_into(&mut self.last.lock().unwrap_or_else(PoisonError::into_inner));
            if !matches!(next, Ok(Some(_))) {
                *open = None;
            }
            next
        })
        .await
    }

    pub(crate) fn close(&self) {
        self.cancel.cancel();
        if let Ok(mut open) = self.open.try_lock() {
            open.take();
        }
    }

    pub(crate) fn last_event_id(&self) -> String {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

pub(crate) fn signer(
    key: &secrecy::SecretString,
) -> std::result::Result<dashclaw::signing::ActionSigner, dashclaw::signing::SigningError> {
    use secrecy::ExposeSecret;
    if key.expose_secret().trim_start().starts_with('{') {
        dashclaw::signing::ActionSigner::from_jwk(key)
    } else {
        dashclaw::signing::ActionSigner::from_pem(key)
    }
}

pub(crate) fn install(
    instance: &dashclaw_server::Instance,
    builder: dashclaw::Builder,
    role: &str,
) -> Result<dashclaw::Builder> {
    use dashclaw_server::Role;
    use secrecy::ExposeSecret;
    let unknown =
        || Error::configuration("role", format!("must be `admin`, `member` or `readonly`, not `{role}`"));
    let role = Role::from_word(role).ok_or_else(unknown)?;
    let key =
        if role == Role::Admin { instance.api_key() } else { instance.create_key(role, "in process")? };
    Ok(builder.base_url("http://localhost").api_key(key.expose_secret()).transport(instance.transport()))
}

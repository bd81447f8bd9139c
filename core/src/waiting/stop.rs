//! The one way in which a wait ends before its work does.
//!
//! Everything that waits asks the same questions in the same order: is the client closed, has the caller had enough, is the
//! work done, is the time up. Work that is done at its very deadline is done.

use std::future::pending;
use std::pin::pin;

use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::{DashClaw, Error, ErrorKind};

/// What may end a wait early. Without any of it a wait lasts as long as its work.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Stop<'a> {
    closed: Option<&'a CancellationToken>,
    cancelled: Option<&'a CancellationToken>,
    deadline: Option<Instant>,
}

/// Why a wait ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stopped {
    /// The client was closed.
    Closed,
    /// The caller wants no more.
    Cancelled,
    /// The time is up.
    Deadline,
}

impl<'a> Stop<'a> {
    /// Ends with `client`.
    pub(crate) fn with(client: &'a DashClaw) -> Self {
        Self::on_close(client.closed())
    }

    /// Ends when this token of a client says that it was closed: for what must not keep the client alive.
    pub(crate) fn on_close(closed: &'a CancellationToken) -> Self {
        Self { closed: Some(closed), ..Self::default() }
    }

    /// Ends at `deadline`.
    pub(crate) fn at(deadline: Instant) -> Self {
        Self::default().until(deadline)
    }

    /// Ends also when `token` is cancelled, if there is one.
    pub(crate) fn cancelled_by(self, token: impl Into<Option<&'a CancellationToken>>) -> Self {
        Self { cancelled: token.into(), ..self }
    }

    /// Ends also at `deadline`.
    pub(crate) fn until(self, deadline: Instant) -> Self {
        Self { deadline: Some(deadline), ..self }
    }

    /// Runs `work` to its end, unless something ends it before. It is given pinned: moved in, it would be held twice.
    pub(crate) async fn run<T>(self, work: impl Future<Output = T> + Unpin) -> Result<T, Stopped> {
        tokio::select! {
            biased;
            () = cancelled(self.closed) => Err(Stopped::Closed),
            () = cancelled(self.cancelled) => Err(Stopped::Cancelled),
            done = work => Ok(done),
            () = passed(self.deadline) => Err(Stopped::Deadline),
        }
    }

    /// Waits until `moment`.
    pub(crate) async fn sleep_until(self, moment: Instant) -> Result<(), Stopped> {
        self.run(pin!(sleep_until(moment))).await
    }
}

async fn cancelled(token: Option<&CancellationToken>) {
    match token {
        Some(token) => token.cancelled().await,
        None => pending().await,
    }
}

async fn passed(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => pending().await,
    }
}

impl Stopped {
    /// How a stream of results ends that is stopped: with an error, unless its reader wanted no more.
    pub(crate) fn into_end<T>(self) -> Option<Result<T, Error>> {
        (self != Self::Cancelled).then(|| Err(self.into()))
    }
}

impl From<Stopped> for Error {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Closed => Self::new(ErrorKind::Closed, "the client was closed"),
            Stopped::Cancelled => Self::new(ErrorKind::Cancelled, "the call was stopped"),
            Stopped::Deadline => Self::new(ErrorKind::Timeout, "the deadline passed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::ready;

    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_ends_first_in_order_is_told() {
        let (closed, cancel) = (CancellationToken::new(), CancellationToken::new());
        let stop = Stop::on_close(&closed).cancelled_by(&cancel).until(Instant::now());
        assert_eq!(stop.run(ready(7)).await, Ok(7), "work that is done at its deadline is done");
        assert_eq!(stop.run(pending::<()>()).await, Err(Stopped::Deadline));
        cancel.cancel();
        assert_eq!(stop.run(ready(7)).await, Err(Stopped::Cancelled));
        closed.cancel();
        assert_eq!(stop.run(ready(7)).await, Err(Stopped::Closed));
    }

    #[tokio::test(start_paused = true)]
    async fn without_anything_to_end_it_work_goes_on() {
        assert_eq!(Stop::default().cancelled_by(None).run(pending::<()>()).now_or_never(), None);
        let moment = Instant::now() + std::time::Duration::from_secs(3);
        assert_eq!(Stop::default().sleep_until(moment).await, Ok(()));
        assert!(Instant::now() >= moment);
    }

    #[test]
    fn each_reason_is_an_error_of_its_kind() {
        let kinds = [Stopped::Closed, Stopped::Cancelled, Stopped::Deadline]
            .map(|stopped| Error::from(stopped).kind());
        assert_eq!(kinds, [ErrorKind::Closed, ErrorKind::Cancelled, ErrorKind::Timeout]);
    }
}

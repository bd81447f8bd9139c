//! What is told to who watches the process.

use std::time::Duration;

use dashclaw::clock;
use futures_util::FutureExt;

use super::rows;
use crate::context::Context;
use crate::failure::{Answer, Failure};
use crate::jobs;
use crate::keys::Role;
use crate::metrics::Seen;

/// How long the database is waited for; what it has not answered by then is left out.
const PATIENCE: Duration = Duration::from_secs(2);

/// The metrics of the process, and of the approvals of the instance's own organisation.
///
/// They tell of all organisations, so only the instance's own may ask; an agent has no use for them.
pub(super) async fn text(context: &Context, clock: bool) -> Answer<String> {
    let caller = context.caller.as_ref();
    if context.org_id() != context.app.config.org_id
        || caller.is_none_or(|caller| caller.role == Role::Member)
    {
        return Err(Failure::forbidden("Metrics are for the instance's operators"));
    }
    let app = &context.app;
    let mut seen = Seen {
        stream_readers: app.hub.listeners.count(),
        writes_waiting: app.db.writes_waiting(),
        stores: !app.db.is_said_to_store_nothing(),
        ..Seen::default()
    };
    let read = read(context, &mut seen);
    if clock {
        // What it has found by then is in `seen`.
        let _ = tokio::time::timeout(PATIENCE, read).await;
    } else {
        read.await;
    }
    app.metrics.text(&seen).map_err(|error| Failure::internal(error.to_string()))
}

async fn read(context: &Context, seen: &mut Seen) {
    let waiting: Answer<_> =
        context.look_up((), |(), tx| async move { Ok(rows::waiting(tx).await?) }.boxed()).await;
    seen.approvals = waiting.ok().map(|(count, since)| (count, since.map_or(Duration::ZERO, |at| age(&at))));
    seen.jobs = jobs::counts(&context.app.db).await.ok().map(|counts| (counts.waiting, counts.dead));
}

/// How long ago a time is; another host's clock may be ahead of this one's.
fn age(since: &str) -> Duration {
    let since = clock::parse_iso(since).unwrap_or_else(clock::unix_millis);
    Duration::from_millis(u64::try_from(clock::unix_millis() - since).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::test_app::{admit, app, call, call_as};

    #[tokio::test]
    async fn no_other_organisation_is_told() {
        let app = app().await;
        admit(&app, "other");
        assert_eq!(call(&app, "GET", "/metrics", Value::Null).await.0, 200);
        assert_eq!(call_as(&app, "other", "GET", "/metrics", Value::Null).await.0, 403);
    }
}

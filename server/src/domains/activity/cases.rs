//! Who changed what in the organisation.

use dashclaw::api::activity::{ActivityEvent, ActivityLog, ActivityPage, GetActivityLogs};
use dashclaw::clock;
use futures_util::FutureExt;
use serde_json::Value;

use super::rows::{self, Filter};
use crate::context::Context;
use crate::db::{DbError, DbResult, Page, Tx};
use crate::failure::{Answer, Failure};
use crate::ids;

const DAY_MS: i64 = 86_400_000;

/// Puts on record, in the transaction that does it, that `actor` did something to a thing: its sort and its id.
pub(crate) async fn note(
    tx: &Tx<'_>,
    actor: &str,
    action: &str,
    (resource_type, resource_id): (&str, &str),
    details: &Value,
) -> DbResult<()> {
    let id = ids::activity().map_err(|error| DbError::Failed(format!("no random numbers: {error}")))?;
    let event = ActivityEvent {
        id,
        org_id: tx.org_id().to_owned(),
        actor_id: Some(actor.to_owned()),
        action: action.to_owned(),
        resource_type: Some(resource_type.to_owned()),
        resource_id: Some(resource_id.to_owned()),
        details: Some(details.to_string()),
        created_at: clock::now_iso(),
        ..ActivityEvent::default()
    };
    rows::insert(tx, &event).await
}

/// Lists what was done.
pub(super) async fn list(context: Context, request: GetActivityLogs) -> Answer<ActivityLog> {
    let page = Page::asked(request.limit, request.offset, 50);
    let mut problems = Vec::new();
    let mut time = |name: &str, text: Option<String>| {
        let text = text.filter(|text| !text.is_empty())?;
        let read = clock::parse_iso(&text).map(clock::iso);
        if read.is_none() {
            problems.push(format!("Invalid \"{name}\" timestamp"));
        }
        read
    };
    let filter = Filter {
        before: time("before", request.before),
        after: time("after", request.after),
        action: request.action,
        actor_id: request.actor_id,
        resource_type: request.resource_type,
    };
    if let Some(problem) = problems.into_iter().next() {
        return Err(Failure::bad_request(problem));
    }
    let now_ms = clock::unix_millis();
    let today = clock::iso(now_ms - now_ms.rem_euclid(DAY_MS));
    let read = context.scan((filter, page, today), |(filter, page, today), tx| {
        async move { Ok((rows::list(tx, filter, *page).await?, rows::stats(tx, today).await?)) }.boxed()
    });
    let (events, stats) = read.await?;
    let pagination = ActivityPage { limit: page.limit, offset: page.offset, ..ActivityPage::default() };
    Ok(ActivityLog { events, stats, pagination, ..ActivityLog::default() })
}

//! Where it is kept who changed what.

use dashclaw::api::activity::{ActivityEvent, ActivityStats};

use crate::db::{DbResult, Page, Tx, Where, values};

/// Which events are listed.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
    pub(super) action: Option<String>,
    pub(super) actor_id: Option<String>,
    pub(super) resource_type: Option<String>,
}

/// Stores an event.
pub(super) async fn insert(tx: &Tx<'_>, event: &ActivityEvent) -> DbResult<()> {
    let sql =
        "INSERT INTO activity (org_id, id, actor_id, action, resource_type, resource_id, details, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let ActivityEvent { id, actor_id, action, resource_type, resource_id, details, created_at, .. } = event;
    let row = values![id, actor_id, action, resource_type, resource_id, details, created_at];
    tx.run(sql, &row).await?;
    Ok(())
}

/// Lists events, the newest first: their ids are in the order in which they happened.
pub(super) async fn list(tx: &Tx<'_>, filter: &Filter, page: Page) -> DbResult<Vec<ActivityEvent>> {
    let mut admitted = Where::org("org_id")
        .given("created_at <", filter.before.as_ref())
        .given("created_at >", filter.after.as_ref())
        .given("action =", filter.action.as_ref())
        .given("actor_id =", filter.actor_id.as_ref())
        .given("resource_type =", filter.resource_type.as_ref());
    let page = admitted.page(page);
    let sql = format!(
        "SELECT org_id, id, actor_id, action, resource_type, resource_id, details, created_at FROM activity
        {admitted} ORDER BY id DESC {page}"
    );
    tx.all(&sql, admitted.values(), |row| {
        Ok(ActivityEvent {
            org_id: row.get(0)?,
            id: row.get(1)?,
            actor_id: row.get(2)?,
            action: row.get(3)?,
            resource_type: row.get(4)?,
            resource_id: row.get(5)?,
            details: row.get(6)?,
            created_at: row.get(7)?,
            ..ActivityEvent::default()
        })
    })
    .await
}

/// Counts over all events; `today` is when the day began.
pub(super) async fn stats(tx: &Tx<'_>, today: &str) -> DbResult<ActivityStats> {
    let sql = "SELECT count(*), count(*) FILTER (WHERE created_at >= $2), count(DISTINCT actor_id)
        FROM activity WHERE org_id = $1";
    tx.single(sql, &values![today], |row| {
        Ok(ActivityStats {
            total: row.get(0)?,
            today: row.get(1)?,
            unique_actors: row.get(2)?,
            ..ActivityStats::default()
        })
    })
    .await
}

//! Whether the instance works.

use dashclaw::api::health::{DatabaseHealth, Health, HealthChecks, HealthStatus};
use dashclaw::clock;
use serde_json::{Map, Value, json};

use crate::context::Context;
use crate::db::{DbError, DbResult};
use crate::jobs;

/// Whether it can do its work now, which is to store. `clock` is as of [`can_store`](crate::db::Db::can_store).
pub(super) async fn ready(context: &Context, clock: bool) -> DbResult<()> {
    if context.app.stop.is_cancelled() {
        return Err(DbError::Closed);
    }
    context.app.db.can_store(clock).await
}

/// Healthy when it can store, and read what it has stored.
pub(super) async fn get(context: &Context, clock: bool) -> Health {
    let ready = ready(context, clock).await;
    // Not asked behind a disk that does not answer.
    let jobs = match &ready {
        Ok(()) => jobs::counts(&context.app.db).await,
        Err(error) => Err(error.clone()),
    };
    let works = jobs.is_ok();
    let jobs = jobs.unwrap_or_default();
    let word = if works { "healthy" } else { "unavailable" };
    Health {
        status: if works { HealthStatus::Healthy } else { HealthStatus::Degraded },
        timestamp: clock::now_iso(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        mode: "live".to_owned(),
        checks: HealthChecks {
            database: DatabaseHealth { status: word.to_owned(), ..DatabaseHealth::default() },
            runtime: members(json!({
                "name": "dashclaw-server", "jobs": { "waiting": jobs.waiting, "dead": jobs.dead },
            })),
            realtime: members(json!({ "status": "healthy", "backend": "database" })),
            environment: members(json!({ "signing": !context.app.signer.jwks().is_empty() })),
            ..HealthChecks::default()
        },
        ..Health::default()
    }
}

fn members(value: Value) -> Map<String, Value> {
    if let Value::Object(members) = value { members } else { Map::new() }
}

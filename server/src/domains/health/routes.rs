//! `/api/health`, as the platform has it, and the probes of those who start and stop processes: `/livez`, `/readyz`.

use dashclaw::api::health::{GetHealth, HealthStatus};
use dashclaw::catalogue::Method;
use futures_util::FutureExt;
use http::StatusCode;
use serde_json::json;

use super::cases;
use crate::http::call::{Call, Reply, ok, reply};
use crate::http::route::{Access, Route};

pub(crate) fn routes() -> Vec<Route> {
    let probe = |path, handler| Route::at(Method::Get, path, Access::Probe, handler);
    vec![
        Route::of::<GetHealth>(|call| health(call).boxed()),
        probe("/livez", |_| async { ok(&json!({ "status": "live" })) }.boxed()),
        probe("/readyz", |call| ready(call).boxed()),
    ]
}

/// 200 when it is healthy, else 503.
async fn health(call: Call) -> Reply {
    // A caller in this process may have no clock.
    let health = cases::get(&call.context, !call.in_process).await;
    let healthy = health.status == HealthStatus::Healthy;
    reply(if healthy { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, &health)
}

/// 200 when it can do its work, else 503 with a code.
async fn ready(call: Call) -> Reply {
    cases::ready(&call.context, !call.in_process).await?;
    ok(&json!({ "status": "ready" }))
}

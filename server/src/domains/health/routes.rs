//! `/api/health`.

use dashclaw::api::health::{GetHealth, HealthStatus};
use futures_util::FutureExt;
use http::StatusCode;

use super::cases;
use crate::http::call::{Call, Reply, reply};
use crate::http::route::Route;

pub(crate) fn routes() -> Vec<Route> {
    vec![Route::of::<GetHealth>(|call| health(call).boxed())]
}

/// 200 when it is healthy, else 503.
async fn health(call: Call) -> Reply {
    let health = cases::get(&call.context).await;
    let healthy = health.status == HealthStatus::Healthy;
    reply(if healthy { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, &health)
}

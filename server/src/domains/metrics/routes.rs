//! `/metrics`, for Prometheus.

use axum::response::IntoResponse as _;
use dashclaw::catalogue::Method;
use futures_util::FutureExt;
use http::header;

use super::cases;
use crate::http::call::{Call, Reply};
use crate::http::route::{Access, Route};

/// The text format, of which what Prometheus called its own before is a part.
const FORMAT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub(crate) fn routes() -> Vec<Route> {
    vec![Route::at(Method::Get, "/metrics", Access::Key, |call| metrics(call).boxed()).bearer_key()]
}

async fn metrics(call: Call) -> Reply {
    let text = cases::text(&call.context, !call.in_process).await?;
    Ok(([(header::CONTENT_TYPE, FORMAT)], text).into_response())
}

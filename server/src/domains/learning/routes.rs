//! `/api/learning`.

use dashclaw::api::learning::RecordRecommendationEvents;
use futures_util::FutureExt;
use serde_json::{Value, json};

use super::cases;
use crate::http::call::{Call, Reply, ok};
use crate::http::route::Route;

pub(crate) fn routes() -> Vec<Route> {
    vec![Route::case(cases::list), Route::of::<RecordRecommendationEvents>(|call| record(call).boxed())]
}

/// Several events stand in a list, one in the body itself.
async fn record(call: Call) -> Reply {
    let events = match call.request::<RecordRecommendationEvents>()?.events {
        Some(events) => events,
        None if call.received.arguments.is_empty() => Vec::new(),
        None => vec![Value::Object(call.received.arguments.clone())],
    };
    let stored = cases::record(call.context, events).await?;
    ok(&json!({ "created_count": stored }))
}

//! `/api/assumptions`.

use dashclaw::api::assumptions::GetDriftReport;
use futures_util::FutureExt;
use serde_json::json;

use super::cases;
use crate::http::call::{Call, Reply, ok};
use crate::http::route::Route;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::case(cases::record).created(),
        Route::of::<GetDriftReport>(|call| list(call).boxed()),
        Route::case(cases::get),
        Route::case(cases::judge),
    ]
}

/// A list without a word on drift has no summary of it.
async fn list(call: Call) -> Reply {
    let request: GetDriftReport = call.request()?;
    let with_drift = request.drift == Some(true);
    let mut report = json!(cases::list(call.context, request).await?);
    if let Some(members) = report.as_object_mut().filter(|_| !with_drift) {
        members.remove("drift_summary");
    }
    ok(&report)
}

//! `/api/guard` and the log of decisions.

use dashclaw::api::guard::Guard;
use futures_util::FutureExt;
use http::StatusCode;

use super::cases;
use super::question::Asking;
use crate::http::call::{Call, Reply, json_text};
use crate::http::route::Route;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::of::<Guard>(|call| ask(call).boxed())
            .other_names(&[("action", "action_type"), ("intent", "declared_goal")])
            .permits(),
        Route::case(cases::list),
        Route::case(cases::recent),
    ]
}

async fn ask(call: Call) -> Reply {
    Ok(json_text(StatusCode::OK, cases::ask(&call.context, asking(&call)).await?))
}

/// What a request of one of the two operations asks.
pub(crate) fn asking(call: &Call) -> Asking {
    Asking {
        arguments: call.received.arguments.clone(),
        body: call.body.clone(),
        raw: call.raw.clone(),
        bearer: call.bearer(),
    }
}

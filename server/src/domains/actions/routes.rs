//! `/api/actions` and what hangs on one action.

use dashclaw::api::actions::{CreateAction, GetActions};
use dashclaw::api::guard::Verdict;
use futures_util::FutureExt;
use http::StatusCode;

use super::{cases, create, graph, trace};
use crate::domains::guard::routes::asking;
use crate::http::call::{Call, Reply, ok, reply};
use crate::http::route::Route;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::of::<CreateAction>(|call| create(call).boxed()).new_id().permits(),
        Route::of::<GetActions>(|call| list(call).boxed()),
        Route::case(cases::get),
        Route::case(cases::update),
        Route::case(trace::get),
        Route::case(graph::get),
    ]
}

/// 201, 202 when a human must answer first, or 200 for what was there before.
async fn create(call: Call) -> Reply {
    let created = Box::pin(create::create(&call.context, asking(&call))).await?;
    let waits = created.decision.as_ref().is_some_and(|known| known.decision == Verdict::RequireApproval);
    let status = match created.idempotent_replay {
        Some(true) => StatusCode::OK,
        _ if waits => StatusCode::ACCEPTED,
        _ => StatusCode::CREATED,
    };
    reply(status, &created)
}

/// The catalogue's row knows no sessions here; the platform takes one.
async fn list(call: Call) -> Reply {
    let request = call.request()?;
    let session_id = call.query("session_id").map(str::to_owned);
    ok(&cases::list(call.context, request, session_id).await?)
}

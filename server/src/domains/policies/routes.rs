//! `/api/policies`.

use dashclaw::api::policies::{DeletePolicy, SimulatePolicy};
use futures_util::FutureExt;
use serde_json::{Value, json};

use super::cases;
use crate::failure::Failure;
use crate::http::call::{Call, Reply, ok};
use crate::http::route::Route;

/// How far a simulation looks back unless it is said.
const DEFAULT_DAYS: f64 = 7.0;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::case(cases::list),
        Route::case(cases::create).created(),
        Route::case(cases::update),
        Route::of::<DeletePolicy>(|call| delete(call).boxed()).own_checks(),
        Route::of::<SimulatePolicy>(|call| simulate(call).boxed()).own_checks(),
    ]
}

/// One policy (`?id=`) or several (`?ids=`, separated by commas).
async fn delete(call: Call) -> Reply {
    let one = call.query("id").map(str::to_owned);
    let ids: Vec<String> = match (&one, call.query("ids")) {
        (Some(id), _) => vec![id.clone()],
        (None, Some(ids)) => {
            ids.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect()
        }
        (None, None) => return Err(Failure::bad_request("id or ids is required")),
    };
    let gone = cases::delete(&call.context, ids).await?;
    match one {
        Some(id) => ok(&json!({ "deleted": true, "id": id })),
        None => ok(&json!({ "deleted": gone.len(), "ids": gone })),
    }
}

async fn simulate(call: Call) -> Reply {
    let policy_type = call.body.get("policy_type").or_else(|| call.body.get("policyType"));
    let rules = match call.body.get("rules") {
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or(Value::Null),
        other => other.cloned().unwrap_or(Value::Null),
    };
    let (Some(policy_type), true) = (policy_type.and_then(Value::as_str), rules.is_object()) else {
        return Err(Failure::bad_request("policy_type and rules are required"));
    };
    let days = call.body.get("days").and_then(Value::as_f64).filter(|days| days.is_finite());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped before")]
    let days = days.unwrap_or(DEFAULT_DAYS).clamp(1.0, 3650.0) as u32;
    ok(&cases::simulate(&call.context, policy_type, &rules, days).await?)
}

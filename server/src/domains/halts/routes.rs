//! `/api/halt`.

use dashclaw::catalogue::Method::{Get, Post};
use futures_util::FutureExt;
use serde_json::{Value, json};

use super::cases;
use crate::failure::Failure;
use crate::http::call::{Call, Reply, ok};
use crate::http::route::{Access, Route};
use crate::orgs::Halt;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::at(Get, "/api/halt", Access::Key, |call| get(call).boxed()),
        Route::at(Post, "/api/halt", Access::Admin("Admin access required"), |call| set(call).boxed()),
    ]
}

async fn get(call: Call) -> Reply {
    told(cases::get(&call.context).await?)
}

async fn set(call: Call) -> Reply {
    let Some(halted) = call.body.get("halted").and_then(Value::as_bool) else {
        return Err(Failure::validation(vec!["`halted` must be a boolean".to_owned()]));
    };
    let reason = call.body.get("reason").and_then(Value::as_str);
    told(cases::set(&call.context, halted, reason).await?)
}

fn told(halt: Option<Halt>) -> Reply {
    let halted = halt.is_some();
    let Halt { actor, reason, at } = halt.unwrap_or_default();
    let text = |text: String| (!text.is_empty()).then_some(text);
    ok(&json!({ "halt": { "halted": halted, "actor": text(actor), "reason": reason, "at": text(at) } }))
}

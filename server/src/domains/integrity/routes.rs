//! `/api/integrity` and the signing keys.

use std::future::ready;

use dashclaw::api::integrity::{GetJwks, VerifyIntegrity};
use futures_util::FutureExt;
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::cases;
use crate::http::call::{Call, Reply, ok, reply};
use crate::http::route::Route;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::of::<VerifyIntegrity>(|call| ready(verify(&call)).boxed()).own_checks(),
        Route::of::<GetJwks>(|call| ready(jwks(&call)).boxed()),
    ]
}

/// A document to be checked, as the exact text that came: a signature covers no less.
#[derive(Deserialize)]
struct Documents<'a> {
    #[serde(borrow)]
    receipt: Option<&'a RawValue>,
    #[serde(borrow)]
    bundle: Option<&'a RawValue>,
}

fn verify(call: &Call) -> Reply {
    let app = &call.context.app;
    let Ok(documents) = serde_json::from_slice::<Documents<'_>>(&call.raw) else {
        return ok(&json!({ "ok": false, "reason": "verification_error" }));
    };
    let given = |document: Option<&RawValue>| {
        document
            .map(RawValue::get)
            .filter(|text| !matches!(*text, "null" | "false" | "0" | "\"\""))
            .map(str::to_owned)
    };
    if let Some(receipt) = given(documents.receipt) {
        return ok(&cases::verify_signed(app, &receipt));
    }
    if let Some(bundle) = given(documents.bundle) {
        return ok(&cases::verify_bundle(app, &bundle));
    }
    reply(StatusCode::BAD_REQUEST, &json!({ "ok": false, "error": "receipt or bundle is required" }))
}

/// Publishes the signing keys.
fn jwks(call: &Call) -> Reply {
    let keys = call.context.app.signer.key_set();
    let mut response = ok(keys)?;
    let cache = if keys.keys.is_empty() { "no-store" } else { "public, max-age=300" };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    Ok(response)
}

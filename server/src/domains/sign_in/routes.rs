//! `/session`: who is signed in at the page. It is not of the API, whose callers bring a key with every request.

use dashclaw::catalogue::Method;
use futures_util::FutureExt;
use http::{HeaderValue, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::cases::{self, Proof};
use crate::failure::Failure;
use crate::http::call::{Call, Reply, ok, reply};
use crate::http::route::{Access, Route};
use crate::keys::Caller;

const PATH: &str = "/session";

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::at(Method::Post, PATH, Access::Public, |call| begin(call).boxed()),
        Route::at(Method::Get, PATH, Access::Key, |call| async move { ok(&told(&call)) }.boxed()),
        Route::at(Method::Delete, PATH, Access::AnyKey, |call| end(call).boxed()),
    ]
}

async fn begin(call: Call) -> Reply {
    call.must_be_own_page()?;
    let text = |name: &str| call.body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let proof = match (text("key"), text("token")) {
        (Some(key), None) => Proof::Key(SecretString::from(key)),
        (None, Some(token)) => Proof::Token(SecretString::from(token)),
        _ => return Err(Failure::bad_request("key or token is required")),
    };
    let name = text("name").unwrap_or("operator");
    let begun = cases::begin(&call.context.app, call.client, proof, name).await?;
    let mut body = shown(&begun.caller);
    body["session"] = begun.header.expose_secret().into();
    let mut response = reply(StatusCode::CREATED, &body)?;
    set_cookie(&mut response, &call.cookie(Some(begun.cookie.expose_secret())))?;
    Ok(response)
}

async fn end(call: Call) -> Reply {
    cases::end(&call.context).await?;
    let mut response = ok(&json!({ "signed_out": true }))?;
    set_cookie(&mut response, &call.cookie(None))?;
    Ok(response)
}

fn set_cookie(response: &mut axum::response::Response, cookie: &str) -> Result<(), Failure> {
    let cookie = HeaderValue::try_from(cookie).map_err(|error| Failure::internal(error.to_string()))?;
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(())
}

fn told(call: &Call) -> Value {
    call.context.caller.as_deref().map(shown).unwrap_or_default()
}

/// What the page is told of who is signed in.
fn shown(caller: &Caller) -> Value {
    json!({
        "name": caller.session.as_ref().map(|session| session.name.as_str()),
        "role": caller.role.as_str(),
        "principal": caller.principal,
        "agent_id": caller.agent_id,
        "org_id": caller.org_id,
    })
}

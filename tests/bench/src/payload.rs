//! What every client asks and what the control server answers.

use bytes::Bytes;
use dashclaw::api::guard::Guard;
use http::header::{ACCEPT, CONTENT_TYPE, HOST};
use http::{HeaderValue, Method, Request, Uri};
use http_body_util::Full;

use crate::{Problem, Target};

/// The guard request as the SDK sends it.
pub(crate) const REQUEST: &str = r#"{"action_type":"deploy","risk_score":40,"agent_id":"bench-agent","systems_touched":["payments","ledger"],"reversible":true,"declared_goal":"Deploy build 1842 to production"}"#;

/// What an instance answers to it.
pub(crate) const VERDICT: &str = r#"{"decision":"allow","decision_id":"act_gd_c403aca6de748a94","action_id":"act_gd_c403aca6de748a94","reason":null,"reasons":[],"warnings":[],"signals":[],"matched_policies":[],"risk_score":85,"agent_risk_score":40.0,"verification_status":"unverified","agent_id":"bench-agent","agent_name":null,"evaluated_at":"2026-06-15T12:00:00.000Z"}"#;

/// The same request for the typed method.
pub(crate) fn guard() -> Guard {
    Guard {
        action_type: "deploy".to_owned(),
        risk_score: Some(40),
        systems_touched: Some(vec!["payments".to_owned(), "ledger".to_owned()]),
        reversible: Some(true),
        declared_goal: Some("Deploy build 1842 to production".to_owned()),
        ..Guard::default()
    }
}

/// The same request for the bare clients: `absolute` as a pool takes it, else as it stands on the wire.
pub(crate) fn request(target: &Target, absolute: bool) -> Result<Request<Full<Bytes>>, Problem> {
    let url: Uri = format!("{}/api/guard", target.url).parse()?;
    let host = url.authority().ok_or("the URL names no host")?.as_str();
    let mut request = Request::new(Full::new(Bytes::from_static(REQUEST.as_bytes())));
    *request.method_mut() = Method::POST;
    let headers = request.headers_mut();
    headers.insert(HOST, HeaderValue::from_str(host)?);
    headers.insert("x-api-key", HeaderValue::from_str(&target.key)?);
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    *request.uri_mut() = if absolute { url } else { Uri::from_static("/api/guard") };
    Ok(request)
}

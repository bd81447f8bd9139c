//! More of a client and of an answer than programs usually look at.

use bytes::Bytes;
use http::HeaderValue;
use secrecy::SecretString;
use serde_json::json;

use crate::{DashClaw, Response};

/// The API key that `client` sends: for the program that gave it, and for no log.
pub fn api_key(client: &DashClaw) -> &SecretString {
    &client.config().api_key
}

/// An answer as one text: a line of JSON, `{"status", "headers", "request_id", "idempotency_key"}`, then the body. `headers`
/// is a list of names and values in their order.
pub fn with_head(response: &Response) -> Bytes {
    let headers = response.headers.iter().map(|(name, value)| (name.as_str(), text(value)));
    let head = json!({
        "status": response.status,
        "headers": headers.collect::<Vec<_>>(),
        "request_id": response.request_id,
        "idempotency_key": response.idempotency_key,
    });
    let mut whole = head.to_string().into_bytes();
    whole.push(b'\n');
    whole.extend_from_slice(&response.body);
    whole.into()
}

/// UTF-8, or Latin-1: a header may be in either, and does not say which.
fn text(value: &HeaderValue) -> String {
    let bytes = value.as_bytes();
    std::str::from_utf8(bytes).map_or_else(|_| bytes.iter().copied().map(char::from).collect(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    #[test]
    fn the_head_stands_before_the_body() {
        let mut headers = HeaderMap::new();
        headers.append("x-a", HeaderValue::from_static("1"));
        headers.append("x-a", HeaderValue::from_bytes(b"\xe4\"").unwrap());
        let response =
            Response { status: 201, headers, body: Bytes::from_static(b"{\n}"), ..Response::default() };
        let whole = String::from_utf8(with_head(&response).to_vec()).unwrap();
        let (head, body) = whole.split_once('\n').unwrap();
        let head: serde_json::Value = serde_json::from_str(head).unwrap();
        assert_eq!(head["headers"], json!([["x-a", "1"], ["x-a", "ä\""]]));
        assert_eq!((&head["status"], &head["request_id"], body), (&json!(201), &json!(null), "{\n}"));
    }
}

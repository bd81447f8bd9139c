//! What the platform serves and the instance does not.

use axum::extract::Request;
use axum::response::Response;
use dashclaw::api::rows;
use dashclaw::catalogue::Row;

use super::refusal::refuse;
use crate::failure::{Failure, Kind};

/// The answer to a request that no route takes: 501 for an operation of the platform, 404 for anything else, or 405 where
/// the path is `known`.
pub(super) fn answer(request: &Request, known: bool, expose_detail: bool) -> Response {
    let (method, path) = (request.method().as_str(), request.uri().path());
    let failure = match rows().find(|row| is_for(row, method, path)) {
        Some(row) => Failure::new(
            Kind::NotServed,
            format!("this instance runs the governed loop; it does not serve `{}`", row.name),
        ),
        None if known => Failure::new(Kind::MethodNotAllowed, "Method not allowed"),
        None => Failure::not_found("Not found"),
    };
    refuse(failure, expose_detail)
}

/// No path of the catalogue has more segments; a longer one is not compared with every row.
const MAX_SEGMENTS: usize = 16;

fn is_for(row: &Row, method: &str, path: &str) -> bool {
    let count = |path: &str| path.split('/').take(MAX_SEGMENTS).count();
    let fits = |template: &str| {
        let mut segments = path.split('/').zip(template.split('/'));
        count(path) == count(template)
            && segments.all(|(given, wanted)| wanted.starts_with('{') || given == wanted)
    };
    row.method.as_str() == method
        && std::iter::once(&row.path).chain(row.rules.aliases).any(|path| fits(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(method: &str, path: &str) -> Option<&'static str> {
        rows().find(|row| is_for(row, method, path)).map(|row| row.name)
    }

    #[test]
    fn operations_are_known_by_verb_and_path() {
        assert_eq!(found("GET", "/api/webhooks"), Some("get_webhooks"));
        assert_eq!(found("GET", "/api/webhooks/wh_1/deliveries"), Some("get_webhook_deliveries"));
        assert_eq!(found("PUT", "/api/webhooks"), None);
        assert_eq!(found("GET", "/api/webhooks/wh_1/deliveries/more"), None);
        assert_eq!(found("GET", "/api"), None);
    }
}

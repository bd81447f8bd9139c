//! Calling an instance in the same process: no port, no socket, the router itself.

use std::fmt;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use dashclaw::transport::{Body as ResponseBody, Sent, Transport, TransportError};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt};
use tower::ServiceExt;

use crate::http::InProcess;

/// Hands requests to a router.
pub(crate) struct RouterTransport {
    router: Router,
}

impl RouterTransport {
    pub(crate) fn new(router: Router) -> Self {
        Self { router }
    }
}

impl Transport for RouterTransport {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<ResponseBody>, TransportError>> {
        let router = self.router.clone();
        async move {
            let (mut parts, body) = request.into_parts();
            parts.extensions.insert(InProcess);
            // The router matches paths; scheme and host are the client's business.
            if let Some(target) = parts.uri.path_and_query().cloned() {
                parts.uri = target.into();
            }
            let request = http::Request::from_parts(parts, Body::from(body));
            let Ok(response) = router.oneshot(request).await;
            Ok(response.map(|body| {
                body.into_data_stream().map(|chunk| chunk.map_err(|error| broken(&error))).boxed()
            }))
        }
        .boxed()
    }
}

fn broken(error: &axum::Error) -> TransportError {
    TransportError { sent: Sent::Maybe, message: format!("the instance broke off its answer: {error}") }
}

impl fmt::Debug for RouterTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RouterTransport")
    }
}

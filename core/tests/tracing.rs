//! The trace context goes with a request while a span is active, and no request carries one otherwise.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use dashclaw::DashClaw;
use dashclaw::api::guard::Guard;
use dashclaw::transport::{Body, Transport, TransportError};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};

/// Answers every request with `allow` and keeps its trace context.
#[derive(Debug, Default)]
struct Recorder(Mutex<Vec<Option<String>>>);

impl Transport for Recorder {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let header = request.headers().get("traceparent");
        self.0.lock().unwrap().push(header.map(|value| value.to_str().unwrap().to_owned()));
        let body = stream::iter([Ok(Bytes::from_static(br#"{"decision":"allow"}"#))]).boxed();
        async { Ok(http::Response::new(body)) }.boxed()
    }
}

#[tokio::test]
async fn calls_inside_a_span_share_its_trace() {
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry());
    let recorder = Arc::new(Recorder::default());
    let client = DashClaw::builder()
        .base_url("http://127.0.0.1:1")
        .api_key("oc_live_secret")
        .agent_id("agent-1")
        .transport(recorder.clone())
        .build()
        .unwrap();
    let ask =
        async || client.guard(Guard { action_type: "deploy".to_owned(), ..Guard::default() }).await.unwrap();

    ask().await;
    {
        let span = tracing::info_span!("release").entered();
        ask().await;
        ask().await;
        drop(span);
    }

    let seen = recorder.0.lock().unwrap().clone();
    assert_eq!(seen[0], None);
    let context = seen[1].as_deref().unwrap();
    // W3C Trace Context: version, 32 digits of trace, 16 digits of parent, flags.
    let parts: Vec<usize> = context.split('-').map(str::len).collect();
    assert_eq!(parts, [2, 32, 16, 2], "{context}");
    assert!(context.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit()), "{context}");
    assert_eq!(seen[1], seen[2]);
}

//! A server for tests: answers by verb and path, and keeps what it was asked.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};
use serde_json::{Value, json};

use crate::DashClaw;
use crate::client::transport::{Body, Transport, TransportError};

type Answer = (u16, Value);

/// The answers to each verb and path, one after the other; the last one stays. Nothing else is answered, ever.
#[derive(Debug, Default)]
pub(crate) struct Stub {
    answers: Mutex<BTreeMap<String, VecDeque<Answer>>>,
    asked: Mutex<Vec<(String, Value)>>,
}

impl Stub {
    pub(crate) fn new(answers: &[(&str, u16, Value)]) -> Arc<Self> {
        let stub = Self::default();
        for (on, status, body) in answers {
            let mut known = stub.answers.lock().unwrap();
            known.entry((*on).to_owned()).or_default().push_back((*status, body.clone()));
        }
        Arc::new(stub)
    }

    /// A client of this server.
    pub(crate) fn client(self: &Arc<Self>) -> DashClaw {
        let builder = DashClaw::builder().base_url("http://127.0.0.1:1").api_key("oc_live_secret");
        builder.agent_id("agent-1").agent_name("Agent One").transport(self.clone()).build().unwrap()
    }

    /// Verb and path with the body, in the order in which they came.
    pub(crate) fn asked(&self) -> Vec<(String, Value)> {
        self.asked.lock().unwrap().clone()
    }

    /// Verb and path only.
    pub(crate) fn targets(&self) -> Vec<String> {
        self.asked().into_iter().map(|(target, _)| target).collect()
    }
}

impl Transport for Stub {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let target = request.uri().path_and_query().unwrap().as_str();
        let body = serde_json::from_slice(request.body()).unwrap_or(Value::Null);
        self.asked.lock().unwrap().push((format!("{} {target}", request.method()), body));
        let on = format!("{} {}", request.method(), request.uri().path());
        let mut answers = self.answers.lock().unwrap();
        let known = answers.get_mut(&on);
        let answer =
            known.and_then(|left| if left.len() > 1 { left.pop_front() } else { left.front().cloned() });
        let Some((status, body)) = answer else { return std::future::pending().boxed() };
        let body = Bytes::from(body.to_string());
        let response = http::Response::builder().status(status).body(stream::iter([Ok(body)]).boxed());
        async { Ok(response.unwrap()) }.boxed()
    }
}

/// A refusal as servers write it.
pub(crate) fn refusal(error: &str) -> Value {
    json!({ "error": error })
}

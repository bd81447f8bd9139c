//! A server for the tests of the shared stream: it streams, and answers about actions and guards.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use futures_util::StreamExt;
use http::{Response, StatusCode};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use tokio::sync::{mpsc, watch};

use crate::DashClaw;
use crate::client::options::ApprovalBanner;
use crate::client::transport::tls_server::{Answer, acceptor, client, serve_by, text};

#[derive(Clone)]
pub(super) struct Server {
    state: Arc<Mutex<State>>,
    changed: watch::Sender<()>,
}

#[derive(Default)]
struct State {
    /// What the requests for a stream resumed behind.
    asked: Vec<Option<String>>,
    open: Vec<mpsc::UnboundedSender<Bytes>>,
    /// All events so far: `mem-1`, `mem-2`, …
    events: Vec<String>,
    approved: BTreeSet<String>,
    reads: BTreeMap<String, usize>,
    refusal: Option<StatusCode>,
    /// Streams that are asked for while this is set open when it is taken away.
    held: bool,
}

impl Server {
    /// A server and a client of it.
    pub(super) async fn start() -> (Self, DashClaw) {
        let server = Self { state: Arc::default(), changed: watch::Sender::new(()) };
        let (acceptor, authority) = acceptor(&[b"h2"]);
        let serving = server.clone();
        let address = serve_by(acceptor, move |request, _| {
            let server = serving.clone();
            async move { server.answer(request).await }
        });
        let client = client(address.await).ca_bundle_pem(authority);
        (server, client.approval_banner(ApprovalBanner::Off).build().unwrap())
    }

    async fn answer(&self, request: http::Request<Incoming>) -> Answer {
        let path = request.uri().path().to_owned();
        if path == "/api/stream" {
            let last = request.headers().get("last-event-id").map(|id| id.to_str().unwrap().to_owned());
            return self.stream(last).await;
        }
        let Some(id) = path.strip_prefix("/api/actions/") else {
            return text(r#"{"decision":"allow"}"#.to_owned());
        };
        let approved = self.change(|state| {
            *state.reads.entry(id.to_owned()).or_default() += 1;
            state.approved.contains(id)
        });
        let status = if approved { r#""running","approved_by":"operator""# } else { r#""pending_approval""# };
        text(format!(r#"{{"action":{{"action_id":"{id}","status":{status}}}}}"#))
    }

    async fn stream(&self, last: Option<String>) -> Answer {
        self.change(|state| state.asked.push(last.clone()));
        self.until(|state| !state.held).await;
        if let Some(status) = self.state().refusal {
            let mut refusal = text(r#"{"error":"no"}"#.to_owned());
            *refusal.status_mut() = status;
            return refusal;
        }
        let (sender, mut receiver) = mpsc::unbounded_channel::<Bytes>();
        self.change(|state| {
            let known = last.and_then(|id| id.strip_prefix("mem-")?.parse().ok());
            for (index, event) in state.events.iter().enumerate().skip(known.unwrap_or(state.events.len())) {
                sender.send(frame(index, event)).unwrap();
            }
            sender.send(Bytes::from_static(b"event: connected\ndata: {}\n\n")).unwrap();
            state.open.push(sender);
        });
        let frames = futures_util::stream::poll_fn(move |context| receiver.poll_recv(context));
        let body = BodyExt::boxed(StreamBody::new(frames.map(|bytes| Ok(Frame::data(bytes)))));
        Response::builder().header("content-type", "text/event-stream").body(body).unwrap()
    }

    /// Something happens to an action.
    pub(super) fn publish(&self, name: &str, id: &str) {
        self.change(|state| {
            let event = format!("event: {name}\ndata: {{\"action_id\":\"{id}\"}}\n\n");
            let frame = frame(state.events.len(), &event);
            state.events.push(event);
            state.open.retain(|stream| stream.send(frame.clone()).is_ok());
        });
    }

    pub(super) fn approve(&self, id: &str) {
        self.change(|state| state.approved.insert(id.to_owned()));
        self.publish("action.updated", id);
    }

    /// Ends all streams.
    pub(super) fn cut(&self) {
        self.change(|state| state.open.clear());
    }

    /// Something happens behind which nobody can go on.
    pub(super) fn chatter(&self) {
        let frame = Bytes::from_static(b"id\nevent: chatter\ndata: {}\n\n");
        self.change(|state| state.open.retain(|stream| stream.send(frame.clone()).is_ok()));
    }

    /// Sends the last event once more.
    pub(super) fn repeat(&self) {
        self.change(|state| {
            let frame = frame(state.events.len() - 1, state.events.last().unwrap());
            state.open.retain(|stream| stream.send(frame.clone()).is_ok());
        });
    }

    pub(super) fn refuse(&self, status: StatusCode) {
        self.change(|state| state.refusal = Some(status));
    }

    pub(super) fn hold(&self, held: bool) {
        self.change(|state| state.held = held);
    }

    /// What the requests for a stream resumed behind.
    pub(super) fn asked(&self) -> Vec<Option<String>> {
        self.state().asked.clone()
    }

    /// Waits until so many streams were asked for.
    pub(super) async fn was_asked(&self, times: usize) {
        self.until(|state| state.asked.len() >= times).await;
    }

    /// Waits until each of these actions was read.
    pub(super) async fn were_read(&self, ids: &[String]) {
        self.until(|state| ids.iter().all(|id| state.reads.contains_key(id))).await;
    }

    /// Waits until no stream is open.
    pub(super) async fn is_left(&self) {
        let open = std::mem::take(&mut self.state().open);
        for stream in open {
            stream.closed().await;
        }
    }

    async fn until(&self, holds: impl Fn(&State) -> bool) {
        let mut changed = self.changed.subscribe();
        while !holds(&self.state()) {
            changed.changed().await.unwrap();
        }
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let changed = change(&mut self.state());
        self.changed.send_replace(());
        changed
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

fn frame(index: usize, event: &str) -> Bytes {
    Bytes::from(format!("id: mem-{}\n{event}", index + 1))
}

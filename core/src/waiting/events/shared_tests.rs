//! What many waits and readers of one client hear, and how many streams they need for it.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::join_all;
use http::StatusCode;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::mailbox::MAX_EVENTS;
use super::stream_server::Server;
use super::{Heard, Interest};
use crate::client::transport::tls_server::guard;
use crate::{CallOptions, DashClaw, ErrorKind, EventOptions, EventStream, Response, Result, WaitOptions};

/// Longer than any test takes: only the stream can bring the news.
const LONG: Duration = Duration::from_secs(600);

fn wait(client: &DashClaw, id: &str, cancel: &CancellationToken) -> JoinHandle<Result<Response>> {
    let options = WaitOptions { timeout: Some(LONG), interval: Some(LONG), cancel: Some(cancel.clone()) };
    let (client, id) = (client.clone(), id.to_owned());
    tokio::spawn(async move { client.wait_for_approval(&id, &options).await })
}

/// So many waits, each of which has looked at its action.
async fn waits(
    server: &Server,
    client: &DashClaw,
    name: &str,
    count: usize,
) -> (Vec<String>, Vec<JoinHandle<Result<Response>>>) {
    let ids: Vec<_> = (0..count).map(|number| format!("act_{name}_{number:03}")).collect();
    let waits = ids.iter().map(|id| wait(client, id, &CancellationToken::new())).collect();
    server.were_read(&ids).await;
    (ids, waits)
}

async fn approved(waits: Vec<JoinHandle<Result<Response>>>) {
    for done in join_all(waits).await {
        let text = done.unwrap().unwrap().body;
        assert!(text.windows(8).any(|part| part == b"operator"), "{text:?}");
    }
}

fn reader(client: &DashClaw) -> EventStream {
    client.events(EventOptions { max_reconnects: Some(3), ..EventOptions::default() })
}

/// What is heard next: the event's id and name.
async fn heard(events: &mut EventStream) -> (String, String) {
    let event = events.next().await.unwrap().unwrap();
    (event.id, event.event)
}

fn updated(number: usize) -> (String, String) {
    (format!("mem-{number}"), "action.updated".to_owned())
}

#[tokio::test]
async fn a_stream_is_no_call() {
    // Nobody listens there: nothing is asked.
    let client =
        DashClaw::builder().base_url("http://127.0.0.1:9").api_key("key").agent_id("a").build().unwrap();
    let refused = client.call("events", b"{}", &CallOptions::default()).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidArgument, "{refused}");
    assert!(refused.to_string().contains("`events` is a stream"), "{refused}");
}

#[tokio::test]
async fn a_hundred_waits_leave_room_for_a_guard_and_each_sees_its_approval() {
    let (server, client) = Server::start().await;
    let (ids, waits) = waits(&server, &client, "a", 100).await;
    guard(&client).await.unwrap();
    for id in &ids {
        server.approve(id);
    }
    approved(waits).await;
    assert_eq!(server.asked(), [None]);
}

#[tokio::test]
async fn the_stream_ends_with_its_last_listener_and_begins_again_with_the_next() {
    let (server, client) = Server::start().await;
    for name in ["a", "b"] {
        let mut events = reader(&client);
        assert_eq!(heard(&mut events).await.1, "connected");
        let (ids, waits) = waits(&server, &client, name, 2).await;
        drop(events);
        for id in ids {
            server.approve(&id);
        }
        approved(waits).await;
        server.is_left().await;
    }
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn one_who_leaves_takes_nothing_from_the_others() {
    let (server, client) = Server::start().await;
    server.hold(true);
    let cancel = CancellationToken::new();
    let first = wait(&client, "act_x", &cancel);
    server.was_asked(1).await;
    let second = wait(&client, "act_y", &CancellationToken::new());
    // The one that opened the stream leaves before it is open.
    cancel.cancel();
    assert_eq!(first.await.unwrap().unwrap_err().kind(), ErrorKind::Cancelled);
    server.hold(false);
    server.were_read(&["act_y".to_owned()]).await;
    let cancel = CancellationToken::new();
    let third = wait(&client, "act_z", &cancel);
    server.were_read(&["act_z".to_owned()]).await;
    cancel.cancel();
    third.await.unwrap().unwrap_err();
    server.approve("act_y");
    approved(vec![second]).await;
    assert_eq!(server.asked(), [None]);
}

#[tokio::test]
async fn forty_waits_reconnect_once_behind_the_last_event() {
    let (server, client) = Server::start().await;
    let mut events = reader(&client);
    heard(&mut events).await;
    let (ids, waits) = waits(&server, &client, "a", 40).await;
    server.publish("action.updated", "act_other");
    assert_eq!(heard(&mut events).await, updated(1));
    server.cut();
    // What happens while nobody hears it is caught up with.
    for id in &ids {
        server.approve(id);
    }
    for number in 2..=41 {
        assert_eq!(heard(&mut events).await, updated(number));
    }
    approved(waits).await;
    assert_eq!(server.asked(), [None, Some("mem-1".to_owned())]);
}

#[tokio::test]
async fn who_comes_later_hears_what_comes_later() {
    let (server, client) = Server::start().await;
    let mut first = reader(&client);
    assert_eq!(heard(&mut first).await, (String::new(), "connected".to_owned()));
    server.publish("action.updated", "act_1");
    assert_eq!(heard(&mut first).await, updated(1));
    let mut second = reader(&client);
    assert_eq!(heard(&mut second).await, ("mem-1".to_owned(), "connected".to_owned()));
    server.repeat();
    server.publish("action.updated", "act_1");
    for events in [&mut first, &mut second] {
        assert_eq!(heard(events).await, updated(2));
        assert_eq!(events.last_event_id(), "mem-2");
    }
    assert_eq!(server.asked(), [None]);
    let behind = EventOptions { last_event_id: Some("mem-1".to_owned()), ..EventOptions::default() };
    assert_eq!(heard(&mut client.events(behind)).await, updated(2));
    assert_eq!(server.asked().len(), 2, "who begins earlier has a stream of its own");
}

#[tokio::test]
async fn a_slow_reader_holds_up_no_wait_and_loses_nothing() {
    let (server, client) = Server::start().await;
    let mut slow = reader(&client);
    heard(&mut slow).await;
    let (ids, waits) = waits(&server, &client, "a", 1).await;
    let count = MAX_EVENTS + 500;
    for _ in 1..count {
        server.publish("action.updated", "act_other");
    }
    server.approve(&ids[0]);
    approved(waits).await;
    for number in 1..=count {
        assert_eq!(heard(&mut slow).await, updated(number));
    }
    assert_eq!(server.asked(), [None, Some(format!("mem-{MAX_EVENTS}"))]);
    assert_eq!(heard(&mut slow).await.1, "connected");
}

#[tokio::test]
async fn a_slow_reader_that_cannot_catch_up_is_told_so() {
    let (server, client) = Server::start().await;
    let mut slow = reader(&client);
    heard(&mut slow).await;
    let (ids, waits) = waits(&server, &client, "a", 1).await;
    for _ in 0..=MAX_EVENTS {
        server.chatter();
    }
    server.approve(&ids[0]);
    approved(waits).await;
    for _ in 0..MAX_EVENTS {
        assert_eq!(heard(&mut slow).await.1, "chatter");
    }
    let error = slow.next().await.unwrap().unwrap_err();
    assert!(error.to_string().contains("faster than they were read"), "{error}");
    assert!(slow.next().await.is_none());
}

#[tokio::test]
async fn a_refusal_reaches_all_and_waits_go_on_without() {
    let (server, client) = Server::start().await;
    server.refuse(StatusCode::FORBIDDEN);
    server.hold(true);
    let (mut one, mut two) = (reader(&client), reader(&client));
    let options =
        WaitOptions { timeout: Some(LONG), interval: Some(Duration::from_millis(100)), cancel: None };
    let wait = client.wait_for_approval("act_1", &options);
    let approve = async {
        server.was_asked(1).await;
        server.hold(false);
        server.approve("act_1");
    };
    let (one, two, waited, ()) = tokio::join!(one.next(), two.next(), wait, approve);
    for refused in [one, two] {
        assert_eq!(refused.unwrap().unwrap_err().kind(), ErrorKind::Permission);
    }
    waited.unwrap();
    assert_eq!(server.asked(), [None]);
    reader(&client).next().await.unwrap().unwrap_err();
    assert_eq!(server.asked().len(), 2, "it is asked for anew");
}

#[tokio::test]
async fn closing_ends_it_for_all() {
    let (server, client) = Server::start().await;
    let (_, waits) = waits(&server, &client, "a", 3).await;
    let mut events = reader(&client);
    heard(&mut events).await;
    let listener = client.listen(&Interest::Action("act_1".to_owned()));
    client.close();
    assert_eq!(events.next().await.unwrap().unwrap_err().kind(), ErrorKind::Closed);
    for done in join_all(waits).await {
        assert_eq!(done.unwrap().unwrap_err().kind(), ErrorKind::Closed);
    }
    server.is_left().await;
    while let Some(heard) = listener.next().now_or_never() {
        assert!(
            matches!(heard, Heard::Opened | Heard::Event(_)),
            "{heard:?} sends it to a client that is closed"
        );
    }
}

#[test]
fn a_runtime_that_ends_takes_the_stream_with_it_and_not_its_listeners() {
    let runtime = || tokio::runtime::Runtime::new().unwrap();
    let (servers, first, second) = (runtime(), runtime(), runtime());
    let (server, client) = servers.block_on(Server::start());
    let mut events = reader(&client);
    first.block_on(async {
        heard(&mut events).await;
        server.publish("action.updated", "act_1");
        assert_eq!(heard(&mut events).await, updated(1));
    });
    let (ids, waiting) = second.block_on(waits(&server, &client, "a", 2));
    drop(first);
    second.block_on(async {
        // The reader goes on behind what it has heard, the waits with a new stream.
        assert_eq!(heard(&mut events).await.1, "connected");
        server.was_asked(3).await;
        for id in ids {
            server.approve(&id);
        }
        approved(waiting).await;
        assert_eq!(heard(&mut events).await, updated(2));
    });
    let mut asked = server.asked();
    asked.sort();
    assert_eq!(asked, [None, None, Some("mem-1".to_owned())]);
}

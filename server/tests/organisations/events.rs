//! The event stream.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use futures_util::StreamExt;
use http::Request;
use serde_json::json;
use tower::ServiceExt;

use crate::common::World;
use crate::common::organisations::Two;
use crate::planted::{made, mark, plant};

async fn listen(world: &World, key: &str, last: Option<&str>, query: &str) -> BodyDataStream {
    let request = Request::builder().uri(format!("/api/stream{query}")).header("x-api-key", key);
    let request = last.into_iter().fold(request, |request, id| request.header("last-event-id", id));
    let response = world.instance.router().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), 200);
    response.into_body().into_data_stream()
}

/// All frames up to the one that holds `end`.
async fn heard(mut frames: BodyDataStream, end: &str) -> String {
    let mut text = String::new();
    while !text.contains(end) {
        let frame = tokio::time::timeout(Duration::from_secs(10), frames.next()).await;
        text += std::str::from_utf8(&frame.unwrap().unwrap().unwrap()).unwrap();
    }
    text
}

#[tokio::test]
async fn a_listener_hears_its_own_organisation() {
    let two = Two::new("organisations-events");
    let world = &two.world;
    for (turn, (mine, theirs)) in two.both_ways().into_iter().enumerate() {
        let end = format!("the end of turn {turn}");
        let live = listen(world, &mine.readonly, None, "").await;
        let own = listen(world, &theirs.readonly, Some("mem-0"), "").await;
        let planted = plant(world, theirs).await;
        let path = format!("/api/approvals/{}", planted.waiting);
        made(world, &theirs.approver, &path, json!({ "decision": "allow" }), "").await;
        let path = format!("/api/actions/{}/outcome", planted.running);
        made(world, &theirs.member, &path, json!({ "status": "completed" }), "").await;
        let last = json!({ "agent_id": "agent-1", "action_type": "look", "declared_goal": end });
        made(world, &theirs.member, "/api/actions", last.clone(), "").await;
        let theirs_heard = heard(own, &end).await;
        for event in ["action.created", "action.updated", "loop.created", "policy.updated", "agent.heartbeat"]
        {
            assert!(theirs_heard.contains(&format!("event: {event}\n")), "{event} in {theirs_heard}");
        }
        // With every id that the other was given, and some that nobody was.
        let ids: Vec<String> =
            theirs_heard.lines().filter_map(|line| line.strip_prefix("id: ")).map(str::to_owned).collect();
        assert!(ids.len() > 10, "{theirs_heard}");
        let mut listeners = vec![live];
        for id in ids.iter().map(String::as_str).chain(["mem-0", "mem-999", "mem--1", "x"]) {
            listeners.push(listen(world, &mine.member, Some(id), "").await);
            listeners.push(listen(world, &mine.bound, None, &format!("?lastEventId={id}")).await);
        }
        made(world, &mine.member, "/api/actions", last, "").await;
        for listener in listeners {
            let text = heard(listener, &end).await;
            assert!(text.contains(mine.org_id) && !text.contains(theirs.org_id), "{text}");
            assert!(!text.contains(&mark(theirs)) && !text.contains(&planted.running), "{text}");
        }
    }
}

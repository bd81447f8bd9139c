//! Watching what waits for a human, through the client.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use std::time::Duration;

use common::World;
use dashclaw::{ApproverOptions, DashClaw, ErrorKind, PendingApprovals};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

async fn desk() -> (World, DashClaw) {
    let world = World::new();
    world.policy("A human approves deploys", "require_approval", json!({ "action_types": ["deploy"] })).await;
    let builder = DashClaw::builder().agent_id("operator");
    let client = world.instance.install(builder, "admin").unwrap().build().unwrap();
    (world, client)
}

/// The goals of the next list; nothing when none comes within a second.
async fn next(list: &mut PendingApprovals) -> Option<Vec<String>> {
    let next = tokio::time::timeout(Duration::from_secs(1), list.next()).await.ok()?;
    let list: Value = next.unwrap().unwrap().json().unwrap();
    let goals = list["actions"].as_array().unwrap().iter().map(|action| &action["declared_goal"]);
    Some(goals.map(|goal| goal.as_str().unwrap().to_owned()).collect())
}

#[tokio::test]
async fn the_list_comes_again_only_when_it_has_changed() {
    let (world, client) = desk().await;
    let mut list = client.pending_approvals(ApproverOptions::default());
    assert_eq!(next(&mut list).await.unwrap(), Vec::<String>::new());
    let first = world.action("deploy", "Ship 1").await;
    assert_eq!(next(&mut list).await.unwrap(), ["Ship 1"]);
    world.action("monitor", "Look").await;
    assert_eq!(next(&mut list).await, None);
    let (status, _) =
        world.call("POST", &format!("/api/actions/{first}/approve"), json!({ "decision": "allow" })).await;
    assert_eq!(status, 200);
    assert_eq!(next(&mut list).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn many_changes_at_once_are_few_lists() {
    let (world, client) = desk().await;
    let mut list = client.pending_approvals(ApproverOptions::default());
    next(&mut list).await.unwrap();
    for number in 0..30 {
        world.action("deploy", &format!("Ship {number}")).await;
    }
    let mut lists = 0;
    let mut newest = Vec::new();
    while let Some(goals) = next(&mut list).await {
        lists += 1;
        newest = goals;
    }
    assert_eq!(newest.len(), 30);
    assert!(lists < 10, "{lists} lists");
}

#[tokio::test]
async fn a_waiting_that_was_dropped_loses_nothing() {
    let (world, client) = desk().await;
    let mut list = client.pending_approvals(ApproverOptions::default());
    next(&mut list).await.unwrap();
    world.action("deploy", "Ship 1").await;
    for _ in 0..20 {
        let hasty = tokio::time::timeout(Duration::from_millis(1), list.next()).await;
        if hasty.is_ok() {
            return;
        }
    }
    assert_eq!(next(&mut list).await.unwrap(), ["Ship 1"]);
}

#[tokio::test]
async fn it_ends_with_its_token_and_its_client() {
    let (_world, client) = desk().await;
    let cancel = CancellationToken::new();
    let options = ApproverOptions { cancel: Some(cancel.clone()), ..ApproverOptions::default() };
    let mut stopped = client.pending_approvals(options);
    let mut closed = client.pending_approvals(ApproverOptions::default());
    next(&mut stopped).await.unwrap();
    next(&mut closed).await.unwrap();
    cancel.cancel();
    assert!(stopped.next().await.is_none());
    client.close();
    assert_eq!(closed.next().await.unwrap().unwrap_err().kind(), ErrorKind::Closed);
    assert!(closed.next().await.is_none());
}

#[tokio::test]
async fn a_key_that_is_refused_ends_it() {
    let (world, _) = desk().await;
    let client = DashClaw::builder()
        .base_url("http://localhost")
        .api_key("oc_live_wrong")
        .agent_id("operator")
        .transport(world.instance.transport())
        .build()
        .unwrap();
    let mut list = client.pending_approvals(ApproverOptions::default());
    assert_eq!(list.next().await.unwrap().unwrap_err().kind(), ErrorKind::Authentication);
    assert!(list.next().await.is_none());
}

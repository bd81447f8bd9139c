//! What a request may hold, and how often it may come.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use common::World;
use dashclaw_server::{InstanceOptions, RateLimit, Role};
use http::Request;
use serde_json::{Value, json};

fn limited(max: u32) -> World {
    let limit = RateLimit { max, window: Duration::from_secs(3600) };
    World::open(&InstanceOptions { rate_limit: Some(limit), ..InstanceOptions::default() })
}

/// A GET with this key from this address.
async fn get(world: &World, address: &str, key: &str, path: &str) -> u16 {
    let address: SocketAddr = address.parse().unwrap();
    let request = Request::get(path)
        .header("x-api-key", key)
        .header("x-forwarded-for", format!("192.0.2.{}", path.len() % 250))
        .header("host", "localhost")
        .extension(ConnectInfo(address));
    world.send(request.body(Body::empty()).unwrap()).await.status.as_u16()
}

#[tokio::test]
async fn ids_in_the_path_do_not_evade_the_limit() {
    let world = limited(5);
    let mut statuses = Vec::new();
    for n in 0..8 {
        statuses.push(get(&world, "192.0.2.1:1", &world.key, &format!("/api/actions/act_{n}")).await);
    }
    assert_eq!(statuses, [404, 404, 404, 404, 404, 429, 429, 429]);
    assert_eq!(get(&world, "192.0.2.1:1", &world.key, "/api/actions").await, 200);
}

#[tokio::test]
async fn who_guesses_keys_is_stopped_and_others_are_not() {
    let world = limited(5);
    let (seen, unseen) = (world.key(Role::Member), world.key(Role::Member));
    assert_eq!(get(&world, "192.0.2.1:1", &seen, "/api/actions").await, 200);
    let mut statuses = Vec::new();
    for n in 0..8 {
        statuses.push(get(&world, "192.0.2.1:1", &format!("guess-{n}"), &format!("/api/actions/{n}")).await);
    }
    assert_eq!(statuses, [401, 401, 401, 401, 401, 429, 429, 429]);
    // Not even a right guess is told from a wrong one; a key that was in use before goes on.
    assert_eq!(get(&world, "192.0.2.1:1", &unseen, "/api/actions").await, 429);
    assert_eq!(get(&world, "192.0.2.1:1", &seen, "/api/actions").await, 200);
    assert_eq!(get(&world, "192.0.2.2:1", &unseen, "/api/actions").await, 200);
}

#[tokio::test]
async fn bodies_are_nested_only_so_deep() {
    let world = World::new();
    let nested = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
    for (levels, status) in [(62, 200), (64, 400), (120, 400), (5000, 400)] {
        let body = format!(r#"{{"agent_id":"a","metadata":{{"deep":{}}}}}"#, nested(levels));
        let request = Request::post("/api/agents/heartbeat").header("x-api-key", &world.key);
        let reply = world.send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(reply.status, status, "{levels} {}", reply.body);
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_trickles_is_given_up() {
    let world = World::new();
    let trickle = futures_util::stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        Some((Ok::<_, std::io::Error>(" "), ()))
    });
    let request = Request::post("/api/guard").header("x-api-key", &world.key);
    let reply = world.send(request.body(Body::from_stream(trickle)).unwrap()).await;
    assert_eq!(
        (reply.status.as_u16(), reply.body),
        (408, json!({ "error": "The request body took too long" }))
    );
    assert_eq!(world.as_key(&world.key, "POST", "/api/guard", Value::Null).await.status, 400);
}

#[tokio::test]
async fn who_shows_no_key_is_counted_as_one_who_guesses() {
    let world = limited(3);
    let mut statuses = Vec::new();
    for n in 0..5 {
        statuses.push(get(&world, "192.0.2.1:1", "", &format!("/api/actions/{n}")).await);
    }
    assert_eq!(statuses, [401, 401, 401, 429, 429]);
}

#[tokio::test]
async fn a_route_without_a_key_has_its_limit_for_each_address() {
    let world = limited(3);
    let mut statuses = Vec::new();
    for n in 0..5 {
        // Another key each time makes no other client of it.
        statuses.push(get(&world, "192.0.2.1:1", &format!("key-{n}"), &format!("/api/health?{n}")).await);
    }
    assert_eq!(statuses, [200, 200, 200, 429, 429]);
    assert_eq!(get(&world, "192.0.2.2:1", "", "/api/health").await, 200);
}

#[tokio::test]
async fn another_spelling_of_a_path_makes_no_other_route() {
    let world = limited(3);
    let mut statuses = Vec::new();
    for path in [
        "/api/actions/assumptions/a",
        "/api/assumptions/b",
        "/api/assumptions/%61?c",
        "/api/assumptions/d",
        "/api/actions/assumptions/%2e%2E",
    ] {
        statuses.push(get(&world, "192.0.2.1:1", &world.key, path).await);
    }
    assert_eq!(statuses, [404, 404, 404, 429, 429]);
    for path in ["/api/assumptions/a/", "//api/assumptions/a", "/API/assumptions/a"] {
        let status = get(&world, "192.0.2.1:1", &world.key, path).await;
        assert!(matches!(status, 404 | 429), "{path} is answered {status}");
    }
}

#[tokio::test]
async fn forty_at_once_are_counted_one_by_one() {
    let world = limited(5);
    let asked =
        (0..40).map(|n| get(&world, "192.0.2.1:1", &world.key, ["/api/actions", "/api/actions?x"][n % 2]));
    let statuses = futures_util::future::join_all(asked).await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 5, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 200 | 429)), "{statuses:?}");
}

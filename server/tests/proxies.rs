//! Behind a reverse proxy: whose requests are counted, and where links lead.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use common::World;
use dashclaw_server::{InstanceOptions, RateLimit};
use http::Request;
use serde_json::{Value, json};

/// Lets two requests in, and believes these proxies.
fn limited(proxies: &str) -> World {
    let rate_limit = Some(RateLimit { max: 2, window: Duration::from_secs(3600) });
    let trusted_proxies = proxies.parse().unwrap();
    World::open(&InstanceOptions { rate_limit, trusted_proxies, ..InstanceOptions::default() })
}

/// The statuses of requests of one key from this socket, each with this header.
async fn statuses(world: &World, peer: &str, forwarded: &[&str]) -> Vec<u16> {
    let peer: SocketAddr = format!("{peer}:4711").parse().unwrap();
    let mut statuses = Vec::new();
    for forwarded in forwarded {
        let request = Request::get("/api/actions")
            .header("x-api-key", &world.key)
            .header("x-forwarded-for", *forwarded)
            .header("host", "localhost")
            .extension(ConnectInfo(peer));
        statuses.push(world.send(request.body(Body::empty()).unwrap()).await.status.as_u16());
    }
    statuses
}

#[tokio::test]
async fn who_comes_through_a_trusted_proxy_is_counted_alone() {
    let world = limited("192.0.2.1,10.0.0.0/8");
    let (a, b) = ("203.0.113.1", "203.0.113.2");
    assert_eq!(statuses(&world, "192.0.2.1", &[a, a, a, b, b, b]).await, [200, 200, 429, 200, 200, 429]);
    // Through two of them, and through the other alone.
    let through_two = format!("{a}, 10.9.9.9");
    assert_eq!(statuses(&world, "192.0.2.1", &[through_two.as_str()]).await, [429]);
    assert_eq!(statuses(&world, "10.1.2.3", &["203.0.113.3"]).await, [200]);
}

#[tokio::test]
async fn no_client_gives_itself_another_address() {
    let world = limited("192.0.2.1");
    // The proxy has added the client's address behind what the client had written.
    let spoofed =
        ["1.1.1.1, 203.0.113.1", "2.2.2.2, 203.0.113.1", "192.0.2.1, 203.0.113.1", "x, 203.0.113.1"];
    assert_eq!(statuses(&world, "192.0.2.1", &spoofed).await, [200, 200, 429, 429]);
    // Past the proxy nothing of it is believed.
    let direct = ["203.0.113.9", "203.0.113.10", "203.0.113.11, 192.0.2.1"];
    assert_eq!(statuses(&world, "198.51.100.1", &direct).await, [200, 200, 429]);
    // Nor anywhere, unless it is said.
    let world = limited("");
    assert_eq!(statuses(&world, "127.0.0.1", &["1.1.1.1", "2.2.2.2", "3.3.3.3"]).await, [200, 200, 429]);
}

#[tokio::test]
async fn links_lead_to_where_people_reach_it() {
    let pair = async |options: &InstanceOptions| {
        let world = World::open(options);
        let vectors = include_str!("../../tests/vectors/rsa-action-signatures.json");
        let vectors: Value = serde_json::from_str(vectors).unwrap();
        let public_key = &vectors["identities"]["agent-a"]["public_key"];
        let (status, body) =
            world.call("POST", "/api/pairings", json!({ "agent_id": "a", "public_key": public_key })).await;
        assert_eq!(status, 200, "{body}");
        (body["pairing_url"].as_str().unwrap().to_owned(), body["pairing"]["id"].as_str().unwrap().to_owned())
    };
    let (link, id) = pair(&InstanceOptions::default()).await;
    assert_eq!(link, format!("/pair/{id}"));
    let public_url = Some("https://governance.example.com/".parse().unwrap());
    let (link, id) = pair(&InstanceOptions { public_url, ..InstanceOptions::default() }).await;
    assert_eq!(link, format!("https://governance.example.com/pair/{id}"));
}

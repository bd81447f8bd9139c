//! What is told to those who start and stop processes.

mod common;

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use common::{Folder, World, told};
use dashclaw_server::{InstanceOptions, RateLimit};
use http::Request;
use serde_json::{Value, json};

#[tokio::test]
async fn a_process_that_cannot_store_lives_and_is_not_ready() {
    let folder = Folder::new("probes");
    let world = World::open(&InstanceOptions { path: Some(folder.0.clone()), ..InstanceOptions::default() });
    assert_eq!(world.get("/livez").await, (200, json!({ "status": "live" })));
    assert_eq!(world.get("/readyz").await, (200, json!({ "status": "ready" })));
    assert_eq!(world.get("/api/health").await.0, 200);
    world.instance.shutdown();
    assert_eq!(world.get("/livez").await, (200, json!({ "status": "live" })));
    let ready = world.as_key("", "GET", "/readyz", Value::Null).await;
    assert_eq!(told(&ready), (503, Some("DB_CONNECTION_FAILED")), "{}", ready.body);
    let (status, health) = world.get("/api/health").await;
    assert_eq!((status, &health["checks"]["database"]["status"]), (503, &json!("unavailable")));
}

/// Somebody behind the same address must not get the process stopped.
#[tokio::test]
async fn probes_are_never_too_many() {
    let limit = RateLimit { max: 2, window: Duration::from_secs(3600) };
    let world = World::open(&InstanceOptions { rate_limit: Some(limit), ..InstanceOptions::default() });
    let mut statuses = Vec::new();
    for path in ["/livez", "/readyz", "/api/health"] {
        for _ in 0..4 {
            let address: SocketAddr = "192.0.2.1:1".parse().unwrap();
            let request = Request::get(path).header("host", "localhost").extension(ConnectInfo(address));
            statuses.push(world.send(request.body(Body::empty()).unwrap()).await.status.as_u16());
        }
    }
    assert_eq!(statuses, [200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 429, 429]);
}

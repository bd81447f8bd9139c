//! Under which names the instance answers, and what a browser is told with each answer.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use common::{Reply, World};
use dashclaw_server::InstanceOptions;
use http::Request;

fn world() -> World {
    World::open(&InstanceOptions {
        public_url: Some("https://claw.example.com".parse().unwrap()),
        allowed_hosts: vec!["dashclaw.internal".parse().unwrap()],
        cors_origins: vec!["https://console.example.com".parse().unwrap()],
        ..InstanceOptions::default()
    })
}

/// The answer to a request with these headers that came over a socket.
async fn asked(world: &World, method: &str, target: &str, headers: &[(&str, &str)]) -> Reply {
    let peer: SocketAddr = "127.0.0.1:4711".parse().unwrap();
    let mut request = Request::builder().method(method).uri(target).extension(ConnectInfo(peer));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    world.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn it_answers_under_its_own_names_only() {
    let world = world();
    for path in ["/api/health", "/livez", "/metrics", "/nowhere", "/api/stream", "/.well-known/jwks.json"] {
        for own in [
            "localhost:8787",
            "LOCALHOST",
            "127.0.0.1:8787",
            "[::1]:8787",
            "10.1.2.3",
            "claw.example.com",
            "dashclaw.internal:9000",
        ] {
            let reply = asked(&world, "GET", path, &[("host", own)]).await;
            assert_ne!(reply.status, 421, "{own} {path}");
        }
        for other in [
            "rebind.example",
            "rebind.example:8787",
            "localhost.",
            "localhost.rebind.example",
            "claw.example.com.rebind.example",
            "127.1",
            "0.0.0.0:8787",
            "[::]:8787",
            "[::ffff:0.0.0.0]",
            "localhost@rebind.example",
            "rebind.example@localhost",
            "a b",
            "",
        ] {
            let reply = asked(&world, "GET", path, &[("host", other)]).await;
            assert_eq!(
                (reply.status.as_u16(), &reply.body["code"]),
                (421, &"HOST_NOT_ALLOWED".into()),
                "{other}"
            );
        }
    }
}

#[tokio::test]
async fn a_host_that_is_missing_doubled_or_contradicted_is_none() {
    let world = world();
    let own = ("host", "localhost");
    for (target, headers) in [
        ("/api/health", vec![]),
        ("/api/health", vec![own, own]),
        ("/api/health", vec![own, ("host", "rebind.example")]),
        ("http://rebind.example/api/health", vec![own]),
        ("http://rebind.example/api/health", vec![]),
    ] {
        let reply = asked(&world, "GET", target, &headers).await;
        assert_eq!(reply.status, 421, "{target} {headers:?}");
    }
    assert_eq!(asked(&world, "GET", "http://localhost/api/health", &[own]).await.status, 200);
    // As of HTTP/2, which has no such header.
    assert_eq!(asked(&world, "GET", "http://localhost/api/health", &[]).await.status, 200);
}

#[tokio::test]
async fn pages_of_other_sites_read_nothing_and_ask_for_nothing() {
    let world = world();
    let own = ("host", "localhost:8787");
    for (site, status) in [("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)] {
        let headers = [own, ("sec-fetch-site", site), ("origin", "http://evil.example")];
        let reply = asked(&world, "GET", "/api/health", &headers).await;
        assert_eq!(reply.status, status, "{site}");
        assert!(!reply.headers.contains_key("access-control-allow-origin"), "{site}");
    }
    let preflight = [own, ("origin", "http://evil.example"), ("access-control-request-method", "POST")];
    let reply = asked(&world, "OPTIONS", "/api/guard", &preflight).await;
    assert_eq!(reply.status, 204);
    assert!(
        !reply.headers.keys().any(|name| name.as_str().starts_with("access-control")),
        "{:?}",
        reply.headers
    );
}

#[tokio::test]
async fn pages_of_named_origins_may() {
    let world = world();
    let origin = ("origin", "https://console.example.com");
    let headers = [("host", "localhost"), origin, ("sec-fetch-site", "cross-site")];
    let reply = asked(&world, "GET", "/api/health", &headers).await;
    assert_eq!(
        (reply.status.as_u16(), &reply.headers["access-control-allow-origin"]),
        (200, &origin.1.parse().unwrap())
    );
    assert_eq!(reply.headers["vary"], "Origin");
    let reply = asked(&world, "OPTIONS", "/api/guard", &headers).await;
    assert!(reply.headers["access-control-allow-headers"].to_str().unwrap().contains("x-api-key"));
    // The next port is another origin.
    let next = [("host", "localhost"), ("origin", "https://console.example.com:444"), headers[2]];
    assert_eq!(asked(&world, "GET", "/api/health", &next).await.status, 403);
}

#[tokio::test]
async fn every_answer_tells_browsers_what_it_may_be_used_for() {
    let world = world();
    let own = ("host", "localhost");
    for (method, target, headers, status) in [
        ("GET", "/api/health", vec![own], 200),
        ("GET", "/api/actions", vec![own], 401),
        ("GET", "/nowhere", vec![own], 404),
        ("PUT", "/api/guard", vec![own], 405),
        ("OPTIONS", "/api/guard", vec![own], 204),
        ("GET", "/api/health", vec![("host", "rebind.example")], 421),
    ] {
        let reply = asked(&world, method, target, &headers).await;
        assert_eq!(reply.status, status, "{method} {target}");
        let policy = reply.headers["content-security-policy"].to_str().unwrap();
        for part in
            ["default-src 'none'", "frame-ancestors 'none'", "trusted-types 'none'", "script-src 'self';"]
        {
            assert!(policy.contains(part), "{policy}");
        }
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(reply.headers[name], value, "{method} {target}");
        }
        if target.starts_with("/api/") {
            assert_eq!(reply.headers["cache-control"], "no-store", "{method} {target}");
        }
        assert!(!reply.headers.contains_key("access-control-allow-origin"));
    }
}

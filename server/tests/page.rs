//! The operator's page as it is served: to everybody, and without anything of anybody's.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use axum::body::Body;
use common::World;
use http::Request;
use http_body_util::BodyExt;
use tower::ServiceExt;

async fn text(world: &World, path: &str) -> (u16, String, String) {
    let request = Request::get(path).header("host", "localhost").header("sec-fetch-site", "cross-site");
    let answer = world.instance.router().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let status = answer.status().as_u16();
    let kind = answer.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, kind.unwrap_or_default(), String::from_utf8(body.to_vec()).unwrap())
}

/// A link from a mail or a chat leads to it, and so comes from another site and without the cookie.
#[tokio::test]
async fn every_view_is_the_same_document_which_holds_no_data() {
    let world = World::new();
    world.policy("Ask", "require_approval", serde_json::json!({ "action_types": ["deploy"] })).await;
    let id = world.action("deploy", "ship").await;
    let (_, _, document) = text(&world, "/").await;
    assert!(document.contains("<title>DashClaw</title>"));
    for path in ["/approve", "/overview", "/policies", &format!("/actions/{id}"), &format!("/replay/{id}")] {
        assert_eq!(
            text(&world, path).await,
            (200, "text/html; charset=utf-8".to_owned(), document.clone()),
            "{path}"
        );
    }
}

#[tokio::test]
async fn no_other_file_is_served() {
    let world = World::new();
    assert_eq!(text(&world, "/page/app.js").await.1, "text/javascript; charset=utf-8");
    let long = format!("/page/{}", "a".repeat(10_000));
    for path in [
        "/page/",
        "/page/../app.js",
        "/page/%2e%2e/app.js",
        "/page/..%2fapp.js",
        "/page%2fapp.js",
        "/page/app.js%00",
        "/page/index.html",
        "/page/app.js/",
        "/actions/a/b",
        "/APPROVE",
        &long,
    ] {
        let (status, kind, _) = text(&world, path).await;
        assert_eq!((status, kind.as_str()), (404, "application/json"), "{path:.40}");
    }
}

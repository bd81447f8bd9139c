//! An app without a listener, for tests beside the code.

use std::sync::Arc;

use axum::body::Body;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::app::App;
use crate::config::{Config, InstanceOptions};
use crate::db::Db;
use crate::events::Hub;
use crate::http::router;
use crate::keys::{self, Caller, Role};
use crate::signer::Signer;

const KEY: &str = "key";

/// An app whose database is in memory, which keeps everything.
pub(crate) async fn app() -> Arc<App> {
    app_that_keeps(None).await
}

/// An app that no key is stored in, with this many days from the environment.
pub(crate) async fn app_that_keeps(days: Option<i64>) -> Arc<App> {
    app_with(Db::open(None).unwrap(), days).await
}

/// An app over this database.
pub(crate) async fn app_with(db: Db, days: Option<i64>) -> Arc<App> {
    let mut config = Config::read(&InstanceOptions::default());
    config.retention_days = days;
    let hub = Hub::open(&db).await.unwrap();
    let signer = Signer::open(&db, config.signing_key.as_ref()).await.unwrap();
    let app = Arc::new(App::new(config, db, hub, signer));
    app.admit_operator(KEY);
    app
}

/// A request of the operator, and its answer.
pub(crate) async fn call(app: &Arc<App>, method: &str, path: &str, body: Value) -> (StatusCode, Value) {
    call_as(app, KEY, method, path, body).await
}

/// A request with this key, and its answer.
pub(crate) async fn call_as(
    app: &Arc<App>,
    key: &str,
    method: &str,
    path: &str,
    body: Value,
) -> (StatusCode, Value) {
    let text = if body.is_null() { String::new() } else { body.to_string() };
    let request = Request::builder().method(method).uri(path).header("x-api-key", key);
    let response =
        router(app, crate::domains::routes()).oneshot(request.body(Body::from(text)).unwrap()).await.unwrap();
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

/// Creates an action of long ago by its own clock, and answers its id.
pub(crate) async fn create(app: &Arc<App>, goal: &str) -> String {
    let body = json!({
        "agent_id": "a", "action_type": "api", "declared_goal": goal, "idempotency_key": goal,
        // An agent cannot hide an action by its own clock.
        "timestamp_start": "1999-01-01T00:00:00.000Z",
    });
    let (status, body) = call(app, "POST", "/api/actions", body).await;
    assert_eq!(status, 201, "{body}");
    body["action_id"].as_str().unwrap().to_owned()
}

/// Admits an admin's key of this organisation that is stored nowhere: the organisation's name.
pub(crate) fn admit(app: &App, org_id: &str) {
    let caller = Caller {
        org_id: org_id.to_owned(),
        role: Role::Admin,
        principal: "somebody".to_owned(),
        agent_id: None,
        stored: false,
        session: None,
        revoked: CancellationToken::new(),
    };
    app.callers.admit(keys::hash(org_id), caller);
}

//! An instance and ways to ask it.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot be set up has failed")]
#![allow(dead_code, clippy::allow_attributes, reason = "each test file uses a part of it")]

pub(crate) mod database;
pub(crate) mod issuer;
pub(crate) mod organisations;
pub(crate) mod stream;

use axum::body::Body;
use dashclaw_server::{Database, Instance, InstanceOptions, Role};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tower::ServiceExt;

use self::database::TestDatabase;

/// An instance with an operator's key, which may do everything, and an agent's.
pub(crate) struct World {
    pub(crate) instance: Instance,
    pub(crate) key: String,
    pub(crate) agent: String,
    // Gone after the instance.
    _database: Option<TestDatabase>,
}

/// Status, headers and JSON body of an answer.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

/// What a test looks at first: the status, and the code of a refusal.
pub(crate) fn told(reply: &Reply) -> (u16, Option<&str>) {
    (reply.status.as_u16(), reply.body["code"].as_str())
}

impl World {
    pub(crate) fn new() -> Self {
        Self::open(&InstanceOptions::default())
    }

    pub(crate) fn open(options: &InstanceOptions) -> Self {
        let mut options = options.clone();
        let database = options.path.is_none().then(TestDatabase::where_wanted).flatten();
        options.database = database.as_ref().map(|database| Database::new(database.url()));
        Self { _database: database, ..Self::on(&options) }
    }

    /// On the very database that the options name.
    pub(crate) fn on(options: &InstanceOptions) -> Self {
        let mut options = options.clone();
        let key =
            options.api_key.get_or_insert_with(|| "oc_live_the_operators".into()).expose_secret().to_owned();
        let instance = Instance::open(&options).unwrap();
        let agent = instance.create_key(Role::Member, "agent").unwrap().expose_secret().to_owned();
        Self { instance, key, agent, _database: None }
    }

    pub(crate) fn key(&self, role: Role) -> String {
        self.instance.create_key(role, "test").unwrap().expose_secret().to_owned()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.instance.router().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Reply { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) async fn as_key(&self, key: &str, method: &str, path: &str, body: Value) -> Reply {
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let request = Request::builder().method(method).uri(path).header("x-api-key", key);
        self.send(request.body(body).unwrap()).await
    }

    /// The status and the body. The agent asks guard and creates actions; all else is the operator's.
    pub(crate) async fn call(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let asks = method == "POST" && matches!(path, "/api/guard" | "/api/actions");
        let key = if asks { &self.agent } else { &self.key };
        let reply = self.as_key(key, method, path, body).await;
        (reply.status.as_u16(), reply.body)
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        self.call("GET", path, Value::Null).await
    }

    /// Adds a policy.
    pub(crate) async fn policy(&self, name: &str, policy_type: &str, rules: Value) -> String {
        let body = json!({ "name": name, "policy_type": policy_type, "rules": rules.to_string() });
        let (status, body) = self.call("POST", "/api/policies", body).await;
        assert_eq!(status, 201, "{body}");
        body["policy_id"].as_str().unwrap().to_owned()
    }

    /// Creates an action and returns its id.
    pub(crate) async fn action(&self, action_type: &str, goal: &str) -> String {
        let body = json!({ "agent_id": "agent-1", "action_type": action_type, "declared_goal": goal });
        let (status, body) = self.call("POST", "/api/actions", body).await;
        assert!(matches!(status, 201 | 202), "{status} {body}");
        body["action_id"].as_str().unwrap().to_owned()
    }
}

/// A folder of its own for a test; removed at the end.
pub(crate) struct Folder(pub(crate) std::path::PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("dashclaw-{name}-{}", std::process::id()));
        // It may be left from a run that was killed.
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

//! The embedded instance of a case, served on a loopback port.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use dashclaw_server::{Database, InstanceOptions, Role};
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::case::InstanceSpec;
use crate::database::TestDatabase;

/// How long requests under way are waited for at the end.
const PATIENCE: Duration = Duration::from_secs(5);

/// A running instance with a key for each role.
#[derive(Debug)]
pub(crate) struct Instance {
    pub(crate) member_key: String,
    pub(crate) admin_key: String,
    url: String,
    inner: Arc<dashclaw_server::Instance>,
    serving: JoinHandle<()>,
    /// Gone after the instance.
    database: Option<TestDatabase>,
}

impl Instance {
    /// Opens one in memory, or on a PostgreSQL database of its own where that is wanted, with the case's policies, and serves
    /// it.
    pub(crate) async fn start(spec: &InstanceSpec) -> Result<Self, String> {
        let file = policy_file(&spec.policies)?;
        let mut options = InstanceOptions { policies: file.clone(), ..InstanceOptions::default() };
        let settings = spec.settings.clone();
        let opened = spawn_blocking(move || -> dashclaw::Result<_> {
            let database = TestDatabase::where_wanted();
            options.database = database.as_ref().map(|database| Database::new(database.url()));
            let instance = dashclaw_server::Instance::open(&options)?;
            for (name, value) in &settings {
                instance.set_setting(name, Some(value))?;
            }
            let [admin, member] =
                [Role::Admin, Role::Member].map(|role| instance.create_key(role, "conformance"));
            Ok((instance, admin?, member?, database))
        });
        let opened = opened.await.map_err(|error| error.to_string());
        if let Some(file) = file {
            let _ = std::fs::remove_file(file);
        }
        let (instance, admin, member, database) = opened?.map_err(|error| error.to_string())?;
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(|error| error.to_string())?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let inner = Arc::new(instance);
        let served = Arc::clone(&inner);
        let serving = tokio::spawn(async move {
            let _ = served.serve(listener).await;
        });
        Ok(Self {
            member_key: member.expose_secret().to_owned(),
            admin_key: admin.expose_secret().to_owned(),
            url: format!("http://{address}"),
            inner,
            serving,
            database,
        })
    }

    /// `server`: where it listens.
    pub(crate) fn variables(&self) -> Map<String, Value> {
        Map::from_iter([("server".to_owned(), Value::from(self.url.as_str()))])
    }

    pub(crate) async fn stop(self) {
        self.inner.stopping().cancel();
        let _ = tokio::time::timeout(PATIENCE, self.serving).await;
        let (inner, database) = (self.inner, self.database);
        let _ = spawn_blocking(move || {
            inner.shutdown();
            drop(database);
        })
        .await;
    }
}

/// The case's policies as a file. JSON is YAML.
fn policy_file(policies: &Value) -> Result<Option<PathBuf>, String> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    if policies.is_null() {
        return Ok(None);
    }
    let name = format!("dashclaw-{}-{}.yaml", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let file = std::env::temp_dir().join(name);
    let text = serde_json::json!({ "policies": policies }).to_string();
    std::fs::write(&file, text).map_err(|error| error.to_string())?;
    Ok(Some(file))
}

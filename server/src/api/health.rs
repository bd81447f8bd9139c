//! Whether the instance works.

use dashclaw::api::health::{DatabaseHealth, Health, HealthChecks, HealthStatus};
use dashclaw::clock;
use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::http::call::{Call, reply};
use crate::http::refusal::Answer;

/// Answers 200 when the storage answers, else 503.
pub(super) async fn get(call: Call) -> Answer {
    let works = call.app.store.has_keys().await.is_ok();
    let word = if works { "healthy" } else { "unavailable" };
    let health = Health {
        status: if works { HealthStatus::Healthy } else { HealthStatus::Degraded },
        timestamp: clock::now_iso(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        mode: "live".to_owned(),
        checks: HealthChecks {
            database: DatabaseHealth { status: word.to_owned(), ..DatabaseHealth::default() },
            runtime: members(json!({ "name": "dashclaw-server" })),
            realtime: members(json!({ "status": "healthy", "backend": "memory" })),
            environment: members(json!({ "signing": !call.app.signer.jwks().is_empty() })),
            ..HealthChecks::default()
        },
        ..Health::default()
    };
    reply(if works { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, &health)
}

fn members(value: Value) -> Map<String, Value> {
    if let Value::Object(members) = value { members } else { Map::new() }
}

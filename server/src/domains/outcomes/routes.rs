//! `/api/actions/{action_id}/outcome`, and the sweep for those that never came.

use dashclaw::api::actions::OutcomeStatus;
use dashclaw::api::outcomes::{OutcomeSweep, ReportActionOutcome, SweepOutcomes};
use dashclaw::clock;
use futures_util::FutureExt;
use http::header;
use secrecy::ExposeSecret;
use serde_json::Value;

use super::{cases, sweep};
use crate::domains::actions::rules::{Close, Report};
use crate::failure::{Answer, Failure, Kind};
use crate::http::call::{Call, Reply, ok};
use crate::http::route::Route;
use crate::keys;

/// The most bytes of `progress` as JSON.
const MAX_PROGRESS: usize = 8192;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::of::<ReportActionOutcome>(|call| report(call).boxed()).own_checks(),
        Route::case(cases::get),
        Route::of::<SweepOutcomes>(|call| sweep_when_asked(call).boxed()),
    ]
}

async fn report(call: Call) -> Reply {
    let report = read(&call)?;
    let id = call.text("action_id").unwrap_or_default();
    ok(&cases::report(call.context, id.into(), report).await?)
}

/// Reads the body with the words this endpoint has for what is wrong.
fn read(call: &Call) -> Answer<Report> {
    let status = match call.body.get("status").and_then(Value::as_str) {
        Some("completed") => OutcomeStatus::Completed,
        Some("partial") => OutcomeStatus::Partial,
        Some("failed") => OutcomeStatus::Failed,
        _ => {
            let details = "status must be one of: completed, partial, failed";
            return Err(Failure::bad_request("Invalid status").with("details", details));
        }
    };
    let text = |snake: &str, camel: &str| {
        let given = call.body.get(snake).or_else(|| call.body.get(camel)).and_then(Value::as_str);
        given.filter(|text| !text.trim().is_empty()).map(str::to_owned)
    };
    let (summary, error_message) = (text("summary", "summary"), text("error_message", "errorMessage"));
    if status == OutcomeStatus::Failed && error_message.is_none() {
        return Err(Failure::bad_request("error_message is required when status is \"failed\""));
    }
    let progress = call.body.get("progress").filter(|progress| progress.is_object()).cloned();
    if status == OutcomeStatus::Partial && progress.is_none() {
        return Err(Failure::bad_request("progress (object) is required when status is \"partial\""));
    }
    let size = progress.as_ref().map_or(0, |progress| progress.to_string().len());
    if size > MAX_PROGRESS {
        let error = format!("progress payload too large ({size} bytes; max {MAX_PROGRESS})");
        return Err(Failure::bad_request(error));
    }
    let close = close(call)?;
    Ok(Report { status, summary, error_message, progress, close, now: clock::now_iso() })
}

/// Whether a running action ends with its report.
fn close(call: &Call) -> Answer<Option<Close>> {
    let wrong = |name: &str, form: &str| Failure::bad_request(format!("{name} must be {form}"));
    let given = |snake: &str, camel: &str| {
        call.body.get(snake).or_else(|| call.body.get(camel)).filter(|value| !value.is_null())
    };
    let duration_ms = match given("duration_ms", "durationMs").map(Value::as_i64) {
        None => None,
        Some(Some(length)) if length >= 0 => Some(length),
        Some(_) => return Err(wrong("duration_ms", "a number of milliseconds, 0 or more")),
    };
    match given("close_if_running", "closeIfRunning").map(Value::as_bool) {
        None | Some(Some(false)) => Ok(None),
        Some(Some(true)) => Ok(Some(Close { duration_ms })),
        Some(None) => Err(wrong("close_if_running", "true or false")),
    }
}

/// Sweeps when the scheduler asks.
async fn sweep_when_asked(call: Call) -> Reply {
    let app = &call.context.app;
    let Some(secret) = &app.config.cron_secret else {
        return Err(Failure::new(Kind::Unavailable, "CRON_SECRET not configured"));
    };
    let given = call.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    // Hashes are compared, so that the time it takes tells nothing about the secret.
    if keys::hash(given) != keys::hash(secret.expose_secret()) {
        return Err(Failure::new(Kind::Unauthorized, "Unauthorized"));
    }
    let swept = sweep::sweep(app).await.map_err(|error| {
        tracing::error!(%error, "the sweep failed");
        Failure::new(Kind::Internal, "Sweep failed")
    })?;
    let count = |found: usize| i64::try_from(found).unwrap_or(i64::MAX);
    let (orgs_scanned, rows_swept) = (count(swept.orgs), count(swept.rows));
    ok(&OutcomeSweep { ok: true, orgs_scanned, rows_swept, ..OutcomeSweep::default() })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::body::Body;
    use http::Request;
    use tower::ServiceExt;

    use crate::app::App;
    use crate::config::{Config, InstanceOptions};
    use crate::db::Db;
    use crate::events::Hub;
    use crate::signer::Signer;

    #[tokio::test]
    async fn a_scheduler_is_known_by_its_secret_alone() {
        let mut config = Config::read(&InstanceOptions::default());
        config.cron_secret = Some("the secret".to_owned().into());
        let db = Db::open(None).unwrap();
        let (hub, signer) = (Hub::open(&db).await.unwrap(), Signer::open(&db, None).await.unwrap());
        let app = Arc::new(App::new(config, db, hub, signer));
        app.admit_operator("key");
        let router = crate::http::router(&app, crate::domains::routes());
        for (name, value, status) in [
            ("authorization", "Bearer the secret", 200),
            ("authorization", "Bearer another", 401),
            ("authorization", "the secret", 401),
            ("x-api-key", "key", 401),
        ] {
            let request = Request::get("/api/cron/outcome-sweep").header(name, value);
            let answer = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
            assert_eq!(answer.status(), status, "{name} {value}");
        }
    }
}

//! Recommendations. An instance does not learn yet: it has none to give, and keeps what it is told for when it does.

use dashclaw::api::learning::{GetLearningRecommendations, RecommendationList, RecordRecommendationEvents};
use dashclaw::clock;
use serde_json::{Value, json};

use super::scrub::Scrub;
use crate::http::call::{Call, ok};
use crate::http::refusal::{Answer, Refusal};

/// The most events in one request.
const MAX_EVENTS: usize = 1000;

/// Lists recommendations.
pub(super) fn list(call: &Call) -> Answer {
    let request: GetLearningRecommendations = call.request()?;
    if request.include_inactive == Some(true) && !call.is_admin() {
        return Err(Refusal::forbidden("Admin access required"));
    }
    ok(&RecommendationList {
        recommendations: Vec::new(),
        lookback_days: request.lookback_days.unwrap_or(30),
        total: 0,
        last_updated: clock::now_iso(),
        ..RecommendationList::default()
    })
}

/// Stores what became of recommendations.
pub(super) async fn record(call: Call) -> Answer {
    // Several events in a list, or the members of one.
    let events = match call.request::<RecordRecommendationEvents>()?.events {
        Some(events) => events,
        None if call.received.arguments.is_empty() => Vec::new(),
        None => vec![Value::Object(call.received.arguments.clone())],
    };
    let problem = match events.len() {
        0 => Some("`events` is required".to_owned()),
        count if count > MAX_EVENTS => Some(format!("`events` exceeds max length of {MAX_EVENTS}")),
        _ if !events.iter().all(Value::is_object) => Some("`events` must hold only objects".to_owned()),
        _ => None,
    };
    if let Some(problem) = problem {
        return Err(Refusal::validation(vec![problem]));
    }
    let scrub =
        |scrub: &mut Scrub, events: &mut Vec<Value>| events.iter_mut().for_each(|event| scrub.value(event));
    let (events, _) = Scrub::apart(call.raw.len(), events, scrub).await?;
    let stored = call.app.store.add_learning_events(call.org_id(), events).await?;
    ok(&json!({ "created_count": stored }))
}

//! Recommendations. An instance does not learn yet: it has none to give, and keeps what it is told for when it does.

use dashclaw::api::learning::{GetLearningRecommendations, RecommendationList};
use dashclaw::clock;
use futures_util::FutureExt;
use serde_json::Value;

use super::rows;
use crate::context::Context;
use crate::failure::{Answer, Failure};
use crate::scrub::Scrub;

/// The most events in one request.
const MAX_EVENTS: usize = 1000;

/// Lists recommendations.
pub(super) async fn list(
    context: Context,
    request: GetLearningRecommendations,
) -> Answer<RecommendationList> {
    if request.include_inactive == Some(true) && !context.is_admin() {
        return Err(Failure::forbidden("Admin access required"));
    }
    Ok(RecommendationList {
        recommendations: Vec::new(),
        lookback_days: request.lookback_days.unwrap_or(30),
        total: 0,
        last_updated: clock::now_iso(),
        ..RecommendationList::default()
    })
}

/// Stores what became of recommendations, and answers how many events that were.
pub(super) async fn record(context: Context, events: Vec<Value>) -> Answer<usize> {
    let problem = match events.len() {
        0 => Some("`events` is required".to_owned()),
        count if count > MAX_EVENTS => Some(format!("`events` exceeds max length of {MAX_EVENTS}")),
        _ if !events.iter().all(Value::is_object) => Some("`events` must hold only objects".to_owned()),
        _ => None,
    };
    if let Some(problem) = problem {
        return Err(Failure::validation(vec![problem]));
    }
    let scrub =
        |scrub: &mut Scrub, events: &mut Vec<Value>| events.iter_mut().for_each(|event| scrub.value(event));
    let (events, _) = Scrub::apart(context.size, events, scrub).await?;
    let stored = context.write(events, |events, tx| {
        async move {
            for event in events {
                rows::insert(tx, event).await?;
            }
            Ok(events.len())
        }
        .boxed()
    });
    stored.await
}

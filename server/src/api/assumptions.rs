//! What agents take for granted.

use dashclaw::api::assumptions::{
    Assumption, AssumptionDetail, CreatedAssumption, DriftSummary, GetAssumption, GetDriftReport,
    RecordAssumption, ValidateAssumption, ValidatedAssumption,
};
use dashclaw::api::ids::AssumptionId;
use dashclaw::clock;
use http::StatusCode;
use serde_json::json;

use super::scrub::{Scrub, check_ids};
use crate::http::call::{Call, ok, reply};
use crate::http::refusal::{Answer, Refusal};
use crate::ids;
use crate::store::{AssumptionFilter, Judged, Judgement, NewFollowup};

const DAY_MS: i64 = 86_400_000;
/// An assumption that nobody has looked at for this long has drifted all the way.
const DRIFT_DAYS: i64 = 30;
/// An assumption that nobody has looked at for this long is stale.
const STALE_DAYS: i64 = 7;
/// From this score on an assumption is at risk.
const AT_RISK: i64 = 50;

/// Records an assumption.
pub(super) async fn create(call: Call) -> Answer {
    let request: RecordAssumption = call.request()?;
    check_ids([("assumption_id", request.assumption_id.as_ref().map(AssumptionId::as_str))])?;
    let scrub = |scrub: &mut Scrub, request: &mut RecordAssumption| {
        scrub.text(&mut request.assumption);
        scrub.optional([&mut request.basis, &mut request.invalidated_reason]);
    };
    let (request, scrub) = Scrub::apart(call.raw.len(), request, scrub).await?;
    let now = clock::now_iso();
    let when = |flag: Option<bool>| flag.filter(|flag| *flag).map(|_| now.clone());
    let assumption_id = match request.assumption_id.filter(|id| !id.as_str().is_empty()) {
        Some(id) => id,
        None => ids::assumption()?.into(),
    };
    let assumption = Assumption {
        assumption_id,
        org_id: call.org_id().to_owned(),
        action_id: request.action_id,
        assumption: request.assumption,
        basis: request.basis,
        validated: i64::from(request.validated == Some(true)),
        validated_at: when(request.validated),
        invalidated: i64::from(request.invalidated == Some(true)),
        invalidated_reason: request.invalidated_reason,
        invalidated_at: when(request.invalidated),
        created_at: now.clone(),
        ..Assumption::default()
    };
    let assumption = match call.app.store.create_assumption(assumption).await? {
        NewFollowup::Created(assumption) => *assumption,
        NewFollowup::NoParent => return Err(Refusal::not_found("Parent action not found")),
        NewFollowup::Duplicate => {
            return Err(Refusal::conflict("Assumption with this assumption_id already exists"));
        }
    };
    reply(
        StatusCode::CREATED,
        &CreatedAssumption {
            assumption_id: assumption.assumption_id.clone(),
            assumption,
            security: scrub.security(),
            ..CreatedAssumption::default()
        },
    )
}

/// Reads an assumption.
pub(super) async fn get(call: Call) -> Answer {
    let id = call.request::<GetAssumption>()?.assumption_id;
    let assumption = call.app.store.assumption(call.org_id(), id.as_str()).await?.ok_or_else(unknown)?;
    ok(&AssumptionDetail { assumption, ..AssumptionDetail::default() })
}

fn unknown() -> Refusal {
    Refusal::not_found("Assumption not found")
}

/// Says whether an assumption holds.
pub(super) async fn judge(call: Call) -> Answer {
    let request: ValidateAssumption = call.request()?;
    let scrub = |scrub: &mut Scrub, request: &mut ValidateAssumption| {
        scrub.optional([&mut request.invalidated_reason]);
    };
    let (request, scrub) = Scrub::apart(call.raw.len(), request, scrub).await?;
    let judgement = match (request.validated, request.invalidated_reason.filter(|why| !why.trim().is_empty()))
    {
        (true, _) => Judgement::Holds,
        (false, Some(reason)) => Judgement::Fails(reason),
        (false, None) => {
            let problem = "`invalidated_reason` is required when `validated` is false";
            return Err(Refusal::validation(vec![problem.to_owned()]));
        }
    };
    let id = request.assumption_id;
    let assumption = match call.app.store.judge_assumption(call.org_id(), id.as_str(), judgement).await? {
        Judged::Done(assumption) => *assumption,
        Judged::Invalidated => {
            let refusal = Refusal::conflict("Assumption is already invalidated");
            return Err(refusal.with("current_status", "invalidated"));
        }
        Judged::NotFound => return Err(unknown()),
    };
    let security = Some(scrub.security());
    ok(&ValidatedAssumption { assumption, security, ..ValidatedAssumption::default() })
}

/// Lists assumptions, with their drift when that is asked for.
pub(super) async fn list(call: Call) -> Answer {
    let request: GetDriftReport = call.request()?;
    let now = clock::unix_millis();
    let stale_before = (request.stale == Some(true)).then(|| clock::iso(now - STALE_DAYS * DAY_MS));
    let filter = AssumptionFilter {
        validated: request.validated,
        stale_before,
        action_id: request.action_id.map(|id| id.0),
        agent_id: request.agent_id,
    };
    let found = call.app.store.assumptions(call.org_id(), filter, call.page(50)).await?;
    let mut assumptions = found.assumptions;
    let mut answer = json!({ "total": found.total, "lastUpdated": clock::iso(now) });
    if request.drift == Some(true) {
        for assumption in &mut assumptions {
            assumption.drift_score = Some(drift(assumption, now));
        }
        answer["drift_summary"] = json!(summary(&assumptions));
    }
    answer["assumptions"] = json!(assumptions);
    ok(&answer)
}

/// 0 when it was found to be true, nothing when false, else its age, 100 being 30 days or more.
fn drift(assumption: &Assumption, now_ms: i64) -> Option<i64> {
    if assumption.invalidated != 0 {
        return None;
    }
    if assumption.validated != 0 {
        return Some(0);
    }
    let age = now_ms - clock::parse_iso(&assumption.created_at).unwrap_or(now_ms);
    Some((age.max(0) * 100 / (DRIFT_DAYS * DAY_MS)).min(100))
}

fn summary(assumptions: &[Assumption]) -> DriftSummary {
    let count = |wanted: &dyn Fn(&Assumption) -> bool| {
        i64::try_from(assumptions.iter().filter(|assumption| wanted(assumption)).count()).unwrap_or(i64::MAX)
    };
    DriftSummary {
        total: count(&|_| true),
        at_risk: count(&|one| one.drift_score.flatten().is_some_and(|score| score >= AT_RISK)),
        validated: count(&|one| one.validated != 0),
        invalidated: count(&|one| one.invalidated != 0),
        unvalidated: count(&|one| one.validated == 0 && one.invalidated == 0),
        ..DriftSummary::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drift_is_the_age_of_what_nobody_looked_at() {
        let now = 1_781_524_800_000;
        let aged =
            |days: i64| Assumption { created_at: clock::iso(now - days * DAY_MS), ..Assumption::default() };
        assert_eq!(
            [0, 15, 30, 90].map(|days| drift(&aged(days), now)),
            [Some(0), Some(50), Some(100), Some(100)]
        );
        assert_eq!(drift(&Assumption { validated: 1, ..aged(90) }, now), Some(0));
        assert_eq!(drift(&Assumption { invalidated: 1, ..aged(90) }, now), None);
    }
}

//! What agents take for granted.

use dashclaw::api::assumptions::{
    Assumption, AssumptionDetail, CreatedAssumption, DriftReport, DriftSummary, GetAssumption,
    GetDriftReport, RecordAssumption, ValidateAssumption, ValidatedAssumption,
};
use dashclaw::api::ids::AssumptionId;
use dashclaw::clock;
use futures_util::FutureExt;

use super::rows::{self, AssumptionFilter};
use super::rules::{self, AlreadyInvalidated, Judgement};
use crate::context::Context;
use crate::db::Page;
use crate::domains::actions;
use crate::failure::{Answer, Failure};
use crate::ids;
use crate::scrub::{Scrub, check_ids};

/// Records an assumption.
pub(super) async fn record(context: Context, request: RecordAssumption) -> Answer<CreatedAssumption> {
    check_ids([("assumption_id", request.assumption_id.as_ref().map(AssumptionId::as_str))])?;
    let scrub = |scrub: &mut Scrub, request: &mut RecordAssumption| {
        scrub.text(&mut request.assumption);
        scrub.optional([&mut request.basis, &mut request.invalidated_reason]);
    };
    let (request, scrub) = Scrub::apart(context.size, request, scrub).await?;
    let now = clock::now_iso();
    let when = |flag: Option<bool>| flag.filter(|flag| *flag).map(|_| now.clone());
    let assumption_id = match request.assumption_id.filter(|id| !id.as_str().is_empty()) {
        Some(id) => id,
        None => ids::assumption()?.into(),
    };
    let assumption = Assumption {
        assumption_id,
        org_id: context.org_id().to_owned(),
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
    let stored = context.write(assumption, |assumption, tx| {
        async move {
            let parent = actions::rows::agent_of(tx, assumption.action_id.as_str()).await?;
            let agent_id = parent.ok_or_else(|| Failure::not_found("Parent action not found"))?;
            if rows::exists(tx, assumption.assumption_id.as_str()).await? {
                return Err(Failure::conflict("Assumption with this assumption_id already exists"));
            }
            let mut assumption = assumption.clone();
            rows::insert(tx, &mut assumption, &agent_id).await?;
            Ok(assumption)
        }
        .boxed()
    });
    let assumption = stored.await?;
    Ok(CreatedAssumption {
        assumption_id: assumption.assumption_id.clone(),
        assumption,
        security: scrub.security(),
        ..CreatedAssumption::default()
    })
}

/// Reads an assumption.
pub(super) async fn get(context: Context, request: GetAssumption) -> Answer<AssumptionDetail> {
    let found = context.look_up(request.assumption_id, |id, tx| {
        async move { rows::find(tx, id.as_str()).await?.ok_or_else(unknown) }.boxed()
    });
    Ok(AssumptionDetail { assumption: found.await?, ..AssumptionDetail::default() })
}

fn unknown() -> Failure {
    Failure::not_found("Assumption not found")
}

/// Says whether an assumption holds.
pub(super) async fn judge(context: Context, request: ValidateAssumption) -> Answer<ValidatedAssumption> {
    let scrub = |scrub: &mut Scrub, request: &mut ValidateAssumption| {
        scrub.optional([&mut request.invalidated_reason]);
    };
    let (request, scrub) = Scrub::apart(context.size, request, scrub).await?;
    let judgement = match (request.validated, request.invalidated_reason.filter(|why| !why.trim().is_empty()))
    {
        (true, _) => Judgement::Holds,
        (false, Some(reason)) => Judgement::Fails(reason),
        (false, None) => {
            let problem = "`invalidated_reason` is required when `validated` is false";
            return Err(Failure::validation(vec![problem.to_owned()]));
        }
    };
    let judged = context.write((request.assumption_id, judgement), |(id, judgement), tx| {
        async move {
            let mut assumption = rows::find(tx, id.as_str()).await?.ok_or_else(unknown)?;
            judgement.apply(&mut assumption, &clock::now_iso()).map_err(|AlreadyInvalidated| {
                Failure::conflict("Assumption is already invalidated").with("current_status", "invalidated")
            })?;
            rows::update(tx, &assumption).await?;
            Ok(assumption)
        }
        .boxed()
    });
    let assumption = judged.await?;
    let security = Some(scrub.security());
    Ok(ValidatedAssumption { assumption, security, ..ValidatedAssumption::default() })
}

/// Lists assumptions, with their drift when that is asked for; the summary counts nothing otherwise.
pub(super) async fn list(context: Context, request: GetDriftReport) -> Answer<DriftReport> {
    let now = clock::unix_millis();
    let page = Page::asked(request.limit, request.offset, 50);
    let filter = AssumptionFilter {
        validated: request.validated,
        stale_before: (request.stale == Some(true)).then(|| rules::stale_before(now)),
        action_id: request.action_id.map(|id| id.0),
        agent_id: request.agent_id,
    };
    let read = context.scan((filter, page), |(filter, page), tx| {
        async move { Ok((rows::list(tx, filter, *page).await?, rows::count(tx, filter).await?)) }.boxed()
    });
    let (mut assumptions, total) = read.await?;
    let mut drift_summary = DriftSummary::default();
    if request.drift == Some(true) {
        for assumption in &mut assumptions {
            assumption.drift_score = Some(rules::drift(assumption, now));
        }
        drift_summary = rules::summary(&assumptions);
    }
    Ok(DriftReport {
        assumptions,
        total,
        drift_summary,
        last_updated: clock::iso(now),
        ..DriftReport::default()
    })
}

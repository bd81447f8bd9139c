//! How an action came about.

use dashclaw::api::actions::{
    Action, ActionStatus, ActionTrace, AssumptionTrace, GetActionTrace, LoopTrace, RootCause, Trace,
};
use dashclaw::api::assumptions::Assumption;
use dashclaw::api::ids::ActionId;
use dashclaw::api::loops::{LoopStatus, OpenLoop};
use futures_util::FutureExt;
use serde::Serialize;
use serde_json::json;

use super::around::{self, Around};
use super::cases::{followups, unknown};
use super::rows;
use crate::context::Context;
use crate::failure::Answer;

/// Everything that is known around an action.
#[derive(Debug)]
pub(super) struct Surroundings {
    pub(super) action: Action,
    pub(super) assumptions: Vec<Assumption>,
    pub(super) loops: Vec<OpenLoop>,
    pub(super) around: Around,
}

impl Surroundings {
    /// Reads what surrounds an action.
    pub(super) async fn read(context: &Context, id: &ActionId) -> Answer<Self> {
        let read = context.scan(id.clone(), |id, tx| {
            async move {
                let action = rows::find(tx, id.as_str()).await?.ok_or_else(unknown)?;
                let (assumptions, loops) = followups(tx, id).await?;
                let around = around::read(tx, &action).await?;
                Ok(Self { action, assumptions, loops, around })
            }
            .boxed()
        });
        read.await
    }
}

/// Answers the trace.
pub(super) async fn get(context: Context, request: GetActionTrace) -> Answer<ActionTrace> {
    let found = Surroundings::read(&context, &request.action_id).await?;
    let root_cause_indicators = causes(&found);
    let Surroundings { action, assumptions, loops, around } = found;
    let trace = Trace {
        assumptions: assumption_trace(assumptions),
        loops: loop_trace(loops),
        parent_chain: around.parents,
        sub_actions: around.children,
        related_actions: around.related,
        root_cause_indicators,
        ..Trace::default()
    };
    Ok(ActionTrace { action, trace, ..ActionTrace::default() })
}

fn count<T>(items: &[T], wanted: impl Fn(&T) -> bool) -> i64 {
    i64::try_from(items.iter().filter(|item| wanted(item)).count()).unwrap_or(i64::MAX)
}

fn assumption_trace(items: Vec<Assumption>) -> AssumptionTrace {
    AssumptionTrace {
        total: count(&items, |_| true),
        validated: count(&items, |one| one.validated != 0),
        invalidated: count(&items, |one| one.invalidated != 0),
        unvalidated: count(&items, |one| one.validated == 0 && one.invalidated == 0),
        items,
        ..AssumptionTrace::default()
    }
}

fn loop_trace(items: Vec<OpenLoop>) -> LoopTrace {
    LoopTrace {
        total: count(&items, |_| true),
        open: count(&items, |one| one.status == LoopStatus::Open),
        resolved: count(&items, |one| one.status == LoopStatus::Resolved),
        cancelled: count(&items, |one| one.status == LoopStatus::Cancelled),
        items,
        ..LoopTrace::default()
    }
}

/// What may have made the action fail.
fn causes(found: &Surroundings) -> Vec<RootCause> {
    let failed = |action: &&Action| action.status == ActionStatus::Failed;
    let wrong: Vec<_> = found.assumptions.iter().filter(|one| one.invalidated != 0).collect();
    let open: Vec<_> = found.loops.iter().filter(|one| one.status == LoopStatus::Open).collect();
    let parents: Vec<_> = found.around.parents.iter().filter(failed).collect();
    let related: Vec<_> = found.around.related.iter().filter(failed).collect();
    let causes = [
        cause("invalidated_assumptions", "high", &wrong),
        cause("unresolved_loops", "medium", &open),
        cause("parent_failures", "high", &parents),
        cause("related_failures", "medium", &related),
    ];
    causes.into_iter().flatten().collect()
}

fn cause(kind: &str, severity: &str, records: &[impl Serialize]) -> Option<RootCause> {
    (!records.is_empty()).then(|| RootCause {
        kind: kind.to_owned(),
        severity: severity.to_owned(),
        count: count(records, |_| true),
        detail: records.iter().map(|record| json!(record)).collect(),
        ..RootCause::default()
    })
}

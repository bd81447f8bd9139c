//! How busy the organisation is.

use dashclaw::api::operations::{CapabilityFigures, GetOperationsSummary, OperationsSummary};
use dashclaw::clock;
use futures_util::FutureExt;

use super::{rows, rules};
use crate::context::Context;
use crate::db::{DbResult, Tx};
use crate::failure::Answer;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Sums up how busy the organisation is.
pub(super) async fn summary(context: Context, _: GetOperationsSummary) -> Answer<OperationsSummary> {
    let now_ms = clock::unix_millis();
    context.scan(now_ms, |now_ms, tx| async move { Ok(sum_up(tx, *now_ms).await?) }.boxed()).await
}

async fn sum_up(tx: &Tx<'_>, now_ms: i64) -> DbResult<OperationsSummary> {
    let (last_hour, last_day) = (clock::iso(now_ms - HOUR_MS), clock::iso(now_ms - DAY_MS));
    Ok(OperationsSummary {
        throughput: rows::throughput(tx, &last_hour, &last_day).await?,
        latency: rules::latency(&rows::durations(tx, &last_day).await?),
        approval_backlog: rules::backlog(&rows::waiting(tx).await?, now_ms),
        workflows: rows::workflows(tx, &last_day).await?,
        // Capabilities are not served here, so there is none.
        capabilities: CapabilityFigures::default(),
        ..OperationsSummary::default()
    })
}

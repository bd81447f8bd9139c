//! How busy the organisation is.

use dashclaw::api::operations::{GetOperationsSummary, OperationsSummary};
use dashclaw::clock;

use crate::context::Context;
use crate::failure::Answer;

/// Sums up how busy the organisation is.
pub(super) async fn summary(context: Context, _: GetOperationsSummary) -> Answer<OperationsSummary> {
    Ok(context.app.store.operations(context.org_id(), clock::unix_millis()).await?)
}

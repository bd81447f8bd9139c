//! What was spent.

use dashclaw::api::usage::{AgentSpend, CodeSessionSpend, GetSpend, PurchaseSpend, Spend, SpendLens};
use dashclaw::clock;
use futures_util::FutureExt;

use super::rows;
use crate::context::Context;
use crate::failure::{Answer, Failure};

const DAY_MS: i64 = 86_400_000;

/// Sums up what was spent.
pub(super) async fn get(context: Context, request: GetSpend) -> Answer<Spend> {
    let period = request.period.filter(|period| !period.is_empty()).unwrap_or_else(|| "30d".to_owned());
    let days = match period.as_str() {
        "7d" => 7,
        "30d" => 30,
        "90d" => 90,
        _ => return Err(Failure::validation(vec!["`period` must be one of: 7d, 30d, 90d".to_owned()])),
    };
    let lens = request.lens.unwrap_or(SpendLens::Fleet);
    let spend = Spend { lens: Some(lens.clone()), period: Some(period), ..Spend::default() };
    match lens {
        SpendLens::Fleet => {}
        // Coding sessions are not recorded here, so there are none.
        SpendLens::ClaudeCode => {
            let code_sessions = Some(CodeSessionSpend::default());
            return Ok(Spend { code_sessions, code_total_usd: Some(0.0), ..spend });
        }
        _ => {
            return Err(Failure::validation(vec!["`lens` must be one of: fleet, claude-code".to_owned()]));
        }
    }
    let since_ms = clock::unix_millis() - days * DAY_MS;
    let read = context.scan((since_ms, request.agent_id), |(since_ms, agent_id), tx| {
        async move {
            let models = rows::models(tx, agent_id.as_deref(), &clock::iso(*since_ms)).await?;
            Ok((models, rows::purchases(tx, agent_id.as_deref(), *since_ms).await?))
        }
        .boxed()
    });
    let (models, purchases) = read.await?;
    Ok(Spend {
        agent: Some(AgentSpend { total_cost_usd: models, ..AgentSpend::default() }),
        x402: Some(PurchaseSpend { total_spend_usd: purchases, ..PurchaseSpend::default() }),
        fleet_total_usd: Some(models + purchases),
        ..spend
    })
}

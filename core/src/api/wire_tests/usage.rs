//! What agents spend.

use serde_json::json;

use super::same;
use crate::api::usage::{Spend, SpendLens};

#[test]
fn each_lens_keeps_its_own_members() {
    let fleet: Spend = same(&json!({
        "lens": "fleet", "period": "30d", "agent": { "total_cost_usd": 5.5, "by_agent": [] },
        "x402": { "total_spend_usd": 1.25 }, "fleet_total_usd": 6.75,
    }));
    assert!(fleet.lens == Some(SpendLens::Fleet) && fleet.code_sessions.is_none());
    let code: Spend = same(&json!({
        "lens": "claude-code", "period": "7d", "code_total_usd": 3.0, "code_sessions": {
            "session_count": 4, "total_cache_savings_usd": 0.5,
            "by_project": [{ "project_id": "p", "project_name": "P", "cost_usd": 3.0 }],
        },
    }));
    assert!(code.fleet_total_usd.is_none() && code.extra.is_empty());
}

#[test]
fn a_sum_that_came_as_text_is_read() {
    let wire = json!({ "x402": { "total_spend_usd": "1.25" }, "fleet_total_usd": "5.51.25" });
    let spend: Spend = serde_json::from_value(wire).unwrap();
    assert_eq!((spend.x402.unwrap().total_spend_usd, spend.fleet_total_usd), (1.25, None));
}

//! Usage: tokens that agents used, and what all that costs.

use serde_json::{Map, Value};

use crate::catalogue::{Fill, lenient};
use crate::{open_enum, operations, record};

open_enum! {
    /// Whose costs are summed up.
    pub enum SpendLens {
        /// Those of the agents: language models and purchases.
        Fleet = "fleet",
        /// Those of the operators' own coding sessions.
        ClaudeCode = "claude-code",
    }
}

operations! { "usage":
    /// Reports how many tokens a language model read and wrote for the agent; the members of the answer are the server's own
    /// and not fixed.
    ///
    /// Tokens of an action are better reported with its end, by `update_outcome`. A server without this answers with an error
    /// of kind `not_found`.
    report_token_usage = Post "/api/tokens" => Map<String, Value> [positional(&["tokens_in", "tokens_out"]), open()]
    ReportTokenUsage {
        /// Tokens that the model read.
        tokens_in: i64 [range(0, i64::MAX)],
        /// Tokens that the model wrote.
        tokens_out: i64 [range(0, i64::MAX)],
        /// Who used them. The client's own agent unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
        /// Which model.
        model: Option<String>,
        /// What they were used for: a run, a conversation, by an id of your own.
        session_key: Option<String>,
    }

    /// Sums up what was spent. The answer holds the sums of the lens that was asked for, and not those of the other.
    ///
    /// Purchases are those that count against a spending limit: all that were not blocked. A period that nobody knows is an error
    /// of kind `validation`.
    get_spend = Get "/api/finops/spend" => Spend [positional(&["lens", "period"])]
    GetSpend {
        /// Whose costs; `fleet` unless given.
        lens: Option<SpendLens>,
        /// How far to look back: `7d`, `30d` or `90d`; `30d` unless given.
        period: Option<String>,
        /// Only the costs of this agent, in the lens `fleet`. All agents unless given.
        agent_id: Option<String>,
    }
}

record! {
    /// What was spent.
    pub struct Spend {
        /// Whose costs.
        #[serde(skip_serializing_if = "Option::is_none")]
        lens: Option<SpendLens>,
        /// How far back was looked.
        #[serde(skip_serializing_if = "Option::is_none")]
        period: Option<String>,
        /// What language models cost the agents; in the lens `fleet`.
        #[serde(skip_serializing_if = "Option::is_none")]
        agent: Option<AgentSpend>,
        /// What the agents bought; in the lens `fleet`.
        #[serde(skip_serializing_if = "Option::is_none")]
        x402: Option<PurchaseSpend>,
        /// Both together, in US dollars; in the lens `fleet`.
        #[read = "lenient::number"]
        #[serde(skip_serializing_if = "Option::is_none")]
        fleet_total_usd: Option<f64>,
        /// What coding sessions cost; in the lens `claude-code`.
        #[serde(skip_serializing_if = "Option::is_none")]
        code_sessions: Option<CodeSessionSpend>,
        /// All of them together, in US dollars; in the lens `claude-code`.
        #[read = "lenient::number"]
        #[serde(skip_serializing_if = "Option::is_none")]
        code_total_usd: Option<f64>,
    }

    /// What language models cost the agents.
    pub struct AgentSpend {
        /// All together, in US dollars.
        #[read = "lenient::number"]
        total_cost_usd: f64,
    }

    /// What the agents bought.
    pub struct PurchaseSpend {
        /// All together, in US dollars.
        #[read = "lenient::number"]
        total_spend_usd: f64,
    }

    /// What coding sessions cost.
    pub struct CodeSessionSpend {
        /// How many sessions there were.
        session_count: i64,
        /// What the cache of the model's provider saved, in US dollars.
        #[read = "lenient::number"]
        total_cache_savings_usd: f64,
        /// What each project cost.
        by_project: Vec<ProjectSpend>,
    }

    /// What the coding sessions of one project cost.
    pub struct ProjectSpend {
        /// Which project.
        project_id: String,
        /// What it is called.
        project_name: String,
        /// All its sessions together, in US dollars.
        #[read = "lenient::number"]
        cost_usd: f64,
    }
}

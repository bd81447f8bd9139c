//! Signals: what is going wrong right now.

use crate::api::ids::ActionId;
use crate::{open_enum, operations, record};

open_enum! {
    /// How bad it is.
    pub enum SignalSeverity {
        /// Act now.
        Red = "red",
        /// Look at it.
        Amber = "amber",
    }
}

operations! { "signals":
    /// Lists what is going wrong right now. Signals are computed when they are read.
    get_signals = Get "/api/actions/signals" => SignalList [aliases(&["/api/signals"])]
    GetSignals {
        /// Only this agent. All agents unless given.
        agent_id: Option<String>,
    }
}

record! {
    /// What is going wrong right now.
    pub struct SignalList {
        /// The signals.
        #[required]
        signals: Vec<Signal>,
        /// How many there are.
        counts: SignalCounts,
        /// When this was computed: ISO-8601, UTC.
        #[serde(rename = "lastUpdated")]
        last_updated: String,
    }

    /// How many signals there are.
    pub struct SignalCounts {
        /// Red ones.
        red: i64,
        /// Amber ones.
        amber: i64,
        /// All.
        total: i64,
    }

    /// Something that is going wrong.
    pub struct Signal {
        /// What it is: `autonomy_spike`, `stale_loop`, `lost_confirmation` and others.
        #[required]
        #[serde(rename = "type")]
        kind: String,
        /// How bad it is.
        #[required]
        severity: SignalSeverity,
        /// What it is, for people.
        label: String,
        /// What was seen.
        #[serde(skip_serializing_if = "Option::is_none")]
        detail: Option<String>,
        /// What to do about it.
        #[serde(skip_serializing_if = "Option::is_none")]
        help: Option<String>,
        /// Which agent.
        #[serde(skip_serializing_if = "Option::is_none")]
        agent_id: Option<String>,
        /// Which action.
        #[serde(skip_serializing_if = "Option::is_none")]
        action_id: Option<ActionId>,
    }
}

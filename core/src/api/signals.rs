//! Signals: what is going wrong right now.

use super::actions::ActionId;
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
        signals: Vec<Signal>,
        /// How many there are.
        #[serde(default)]
        counts: SignalCounts,
        /// When this was computed: ISO-8601, UTC.
        #[serde(default, rename = "lastUpdated")]
        last_updated: String,
    }

    /// How many signals there are.
    pub struct SignalCounts {
        /// Red ones.
        #[serde(default)]
        red: i64,
        /// Amber ones.
        #[serde(default)]
        amber: i64,
        /// All.
        #[serde(default)]
        total: i64,
    }

    /// Something that is going wrong.
    pub struct Signal {
        /// What it is: `autonomy_spike`, `stale_loop`, `lost_confirmation` and others.
        #[serde(rename = "type")]
        kind: String,
        /// How bad it is.
        severity: SignalSeverity,
        /// What it is, for people.
        #[serde(default)]
        label: String,
        /// What was seen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        detail: Option<String>,
        /// What to do about it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        help: Option<String>,
        /// Which agent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agent_id: Option<String>,
        /// Which action.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        action_id: Option<ActionId>,
    }
}

//! Drift: whether agents still behave as they used to.

use serde_json::{Map, Value};

use crate::catalogue::Repeat;
use crate::operations;

operations! { "drift":
    /// Computes what is normal for agents, for later comparison. The answer's members are the server's own and not fixed.
    compute_drift_baselines = Post "/api/drift/alerts" => Map<String, Value> [
        positional(&["agent_id", "lookback_days"]),
    ]
    ComputeDriftBaselines {
        /// Always `compute_baselines`.
        action: Option<String> [constant("\"compute_baselines\"")],
        /// Only for this agent. Every agent unless given.
        agent_id: Option<String>,
        /// How far to look back, in days.
        lookback_days: Option<i64> [default("30"), range(1, i64::MAX)],
    }

    /// Compares what agents do now with what is normal for them, and raises an alert where they differ. The answer's
    /// members are the server's own and not fixed.
    detect_drift = Post "/api/drift/alerts" => Map<String, Value> [positional(&["agent_id", "window_days"])]
    DetectDrift {
        /// Always `detect`.
        action: Option<String> [constant("\"detect\"")],
        /// Only for this agent. Every agent unless given.
        agent_id: Option<String>,
        /// How many days count as now.
        window_days: Option<i64> [default("7"), range(1, i64::MAX)],
    }

    /// Records how all agents behave at this moment. The answer's members are the server's own and not fixed.
    record_drift_snapshots = Post "/api/drift/alerts" => Map<String, Value> []
    RecordDriftSnapshots {
        /// Always `record_snapshots`.
        action: Option<String> [constant("\"record_snapshots\"")],
    }

    /// Lists alerts. The answer's members are the server's own and not fixed.
    list_drift_alerts = Get "/api/drift/alerts" => Map<String, Value> [
        positional(&["agent_id", "severity", "acknowledged", "limit"]),
    ]
    ListDriftAlerts {
        /// Only alerts on this agent. All agents unless given.
        agent_id: Option<String>,
        /// Only alerts this severe.
        severity: Option<String>,
        /// Only those that somebody acknowledged, or only the others. Both unless given.
        acknowledged: Option<bool>,
        /// How many.
        limit: Option<i64> [default("50"), range(1, i64::MAX)],
    }

    /// Marks an alert as seen. The answer's members are the server's own and not fixed.
    acknowledge_drift_alert = Patch "/api/drift/alerts/{alert_id}" => Map<String, Value> [
        repeat(Repeat::Idempotent), positional(&["alert_id"]),
    ]
    AcknowledgeDriftAlert from alert_id: String {
        /// Which alert.
        alert_id: String,
    }

    /// Removes an alert. The answer's members are the server's own and not fixed.
    delete_drift_alert = Delete "/api/drift/alerts/{alert_id}" => Map<String, Value> [positional(&["alert_id"])]
    DeleteDriftAlert from alert_id: String {
        /// Which alert.
        alert_id: String,
    }

    /// Counts alerts. The answer's members are the server's own and not fixed.
    get_drift_stats = Get "/api/drift/stats" => Map<String, Value> [positional(&["agent_id"])]
    GetDriftStats {
        /// Only alerts on this agent. All agents unless given.
        agent_id: Option<String>,
    }

    /// Lists how agents behaved when that was recorded. The answer's members are the server's own and not fixed.
    get_drift_snapshots = Get "/api/drift/snapshots" => Map<String, Value> [
        positional(&["agent_id", "metric", "limit"]),
    ]
    GetDriftSnapshots {
        /// Only this agent. All agents unless given.
        agent_id: Option<String>,
        /// Only this measure; `get_drift_metrics` lists them.
        metric: Option<String>,
        /// How many.
        limit: Option<i64> [default("30"), range(1, i64::MAX)],
    }

    /// Lists what is measured. The answer's members are the server's own and not fixed.
    get_drift_metrics = Get "/api/drift/metrics" => Map<String, Value> []
    GetDriftMetrics {}
}

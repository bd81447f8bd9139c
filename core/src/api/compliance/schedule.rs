//! Schedules on which exports are made.

use super::ExportFormat;
use crate::catalogue::lenient;
use crate::record;

record! {
    /// Schedules on which exports are made.
    pub struct ComplianceScheduleList {
        /// The newest first.
        schedules: Vec<ComplianceSchedule>,
    }

    /// A schedule as it was created.
    pub struct CreatedComplianceSchedule {
        /// Which schedule: `csch_` and 24 hex digits.
        id: String,
    }

    /// A schedule on which exports are made.
    pub struct ComplianceSchedule {
        /// Which schedule: `csch_` and 24 hex digits.
        id: String,
        /// Whose organisation.
        #[serde(default)]
        org_id: String,
        /// What it is called.
        #[serde(default)]
        name: String,
        /// Which frameworks.
        #[serde(default)]
        frameworks: Vec<String>,
        /// In which form the reports are written.
        #[serde(default)]
        format: ExportFormat,
        /// How far back the evidence goes, in days.
        #[serde(default)]
        window_days: Option<i64>,
        /// When: a cron expression.
        #[serde(default)]
        cron_expression: String,
        /// Whether exports hold evidence.
        #[serde(default, deserialize_with = "lenient::truth")]
        include_evidence: bool,
        /// Whether they say how to mend what is missing.
        #[serde(default, deserialize_with = "lenient::truth")]
        include_remediation: bool,
        /// Whether they show how coverage changed.
        #[serde(default, deserialize_with = "lenient::truth")]
        include_trends: bool,
        /// Whether exports are made.
        #[serde(default, deserialize_with = "lenient::truth")]
        enabled: bool,
        /// When the last one was made: ISO-8601, UTC.
        #[serde(default)]
        last_run_at: Option<String>,
        /// When the next one will be: ISO-8601, UTC.
        #[serde(default)]
        next_run_at: Option<String>,
        /// The last one; empty when there is none.
        #[serde(default)]
        last_export_id: Option<String>,
        /// When it was added: ISO-8601, UTC.
        #[serde(default)]
        created_at: Option<String>,
        /// When it was last changed: ISO-8601, UTC.
        #[serde(default)]
        updated_at: Option<String>,
    }

    /// A schedule that is gone.
    pub struct DeletedComplianceSchedule {
        /// Always true.
        deleted: bool,
    }
}

//! Schedules on which exports are made.

use super::ExportFormat;
use crate::catalogue::lenient;
use crate::record;

record! {
    /// Schedules on which exports are made.
    pub struct ComplianceScheduleList {
        /// The newest first.
        #[required]
        schedules: Vec<ComplianceSchedule>,
    }

    /// A schedule as it was created.
    pub struct CreatedComplianceSchedule {
        /// Which schedule: `csch_` and 24 hex digits.
        #[required]
        id: String,
    }

    /// A schedule on which exports are made.
    pub struct ComplianceSchedule {
        /// Which schedule: `csch_` and 24 hex digits.
        #[required]
        id: String,
        /// Whose organisation.
        org_id: String,
        /// What it is called.
        name: String,
        /// Which frameworks.
        frameworks: Vec<String>,
        /// In which form the reports are written.
        format: ExportFormat,
        /// How far back the evidence goes, in days.
        window_days: Option<i64>,
        /// When: a cron expression.
        cron_expression: String,
        /// Whether exports hold evidence.
        #[read = "lenient::truth"]
        include_evidence: bool,
        /// Whether they say how to mend what is missing.
        #[read = "lenient::truth"]
        include_remediation: bool,
        /// Whether they show how coverage changed.
        #[read = "lenient::truth"]
        include_trends: bool,
        /// Whether exports are made.
        #[read = "lenient::truth"]
        enabled: bool,
        /// When the last one was made: ISO-8601, UTC.
        last_run_at: Option<String>,
        /// When the next one will be: ISO-8601, UTC.
        next_run_at: Option<String>,
        /// The last one; empty when there is none.
        last_export_id: Option<String>,
        /// When it was added: ISO-8601, UTC.
        created_at: Option<String>,
        /// When it was last changed: ISO-8601, UTC.
        updated_at: Option<String>,
    }

    /// A schedule that is gone.
    pub struct DeletedComplianceSchedule {
        /// Always true.
        #[required]
        deleted: bool,
    }
}

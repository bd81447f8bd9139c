//! Compliance: policies beside the controls of a framework such as SOC 2, and reports on it for auditors.

mod coverage;
mod export;
mod schedule;

pub use coverage::{
    ComplianceControl, ComplianceCoverage, ComplianceFramework, ComplianceFrameworkList,
    ComplianceGapSummary, ComplianceGaps, ComplianceMap, ComplianceMatch, ComplianceRemediation,
    ComplianceRisk, ComplianceTrend, ComplianceTrendList, ControlStatus,
};
pub use export::{
    ComplianceBundle, ComplianceEvidence, ComplianceEvidenceCounts, ComplianceEvidenceRow, ComplianceExport,
    ComplianceExportList, ComplianceExportStatus, ComplianceReport, CreatedComplianceExport,
    DeletedComplianceExport, ExportFormat,
};
pub use schedule::{
    ComplianceSchedule, ComplianceScheduleList, CreatedComplianceSchedule, DeletedComplianceSchedule,
};

use super::policies::ReportFormat;
use crate::catalogue::{Expect, Repeat};
use crate::operations;

operations! { "compliance":
    /// Holds the policies that are in force against the controls of a framework.
    ///
    /// Every control comes back with the policies that cover it, in full or in part. An unknown framework is an error of
    /// kind `not_found` whose `available` names those there are.
    map_compliance = Get "/api/compliance/map" => ComplianceMap [positional(&["framework"]), node(&["framework"])]
    MapCompliance from framework: String {
        /// Which framework: an id of [`list_frameworks`](crate::DashClaw::list_frameworks), such as `soc2`.
        framework: String,
    }

    /// Says what is missing for a framework, in the order in which it should be mended, and how great the risk is.
    ///
    /// An unknown framework is an error of kind `not_found`.
    analyze_gaps = Get "/api/compliance/gaps" => ComplianceGaps [positional(&["framework"]), node(&["framework"])]
    AnalyzeGaps from framework: String {
        /// Which framework.
        framework: String,
    }

    /// Writes a report on a framework. Each report is also a point of
    /// [`get_compliance_trends`](crate::DashClaw::get_compliance_trends).
    ///
    /// An unknown framework is an error of kind `not_found`.
    get_compliance_report = Get "/api/compliance/report" => ComplianceReport [
        positional(&["framework", "format"]), node(&["framework", "..settings"]),
    ]
    GetComplianceReport from framework: String {
        /// Which framework.
        framework: String,
        /// In which form.
        format: Option<ReportFormat> [default("\"json\"")],
    }

    /// Lists the frameworks that the server knows.
    list_frameworks = Get "/api/compliance/frameworks" => ComplianceFrameworkList []
    ListFrameworks {}

    /// Counts what guard decided and what agents did in the last days: evidence that the policies are in force.
    get_compliance_evidence = Get "/api/compliance/evidence" => ComplianceEvidence [positional(&["window"])]
    GetComplianceEvidence {
        /// How far to look back: a number of days, as in `30d`.
        window: Option<String> [default("\"30d\"")],
    }

    /// Makes an export: reports on frameworks, with evidence, in one document that the server signs.
    ///
    /// It is made before the answer comes, but the answer holds its id only:
    /// [`get_compliance_export`](crate::DashClaw::get_compliance_export) says whether it is `completed` or `failed`. An
    /// unknown framework is left out and no error; an empty list is an error of kind `validation`.
    create_compliance_export = Post "/api/compliance/exports" => CreatedComplianceExport [
        positional(&[
            "frameworks", "name", "format", "window_days", "include_evidence", "include_remediation", "include_trends",
        ]),
        node(&["..settings"]),
    ]
    CreateComplianceExport {
        /// Which frameworks, at least one.
        frameworks: Vec<String>,
        /// What it is called.
        name: Option<String> [default("\"Compliance Export\"")],
        /// In which form the reports are written.
        format: Option<ExportFormat> [default("\"markdown\"")],
        /// How far back the evidence goes, in days.
        window_days: Option<i64> [default("30")],
        /// Whether it holds evidence.
        include_evidence: Option<bool> [default("true")],
        /// Whether it says how to mend what is missing.
        include_remediation: Option<bool> [default("true")],
        /// Whether it shows how coverage changed.
        include_trends: Option<bool> [default("false")],
    }

    /// Lists exports without their contents, the newest first.
    list_compliance_exports = Get "/api/compliance/exports" => ComplianceExportList [positional(&["limit"])]
    ListComplianceExports {
        /// How many. The server returns at most 100.
        limit: Option<i64> [default("20"), range(1, i64::MAX)],
    }

    /// Reads one export with its contents. An unknown id is an error of kind `not_found`.
    get_compliance_export = Get "/api/compliance/exports/{export_id}" => ComplianceExport [positional(&["export_id"])]
    GetComplianceExport from export_id: String {
        /// Which export: `ce_` and 24 hex digits.
        export_id: String,
    }

    /// Reads what an export made, as the server signed it.
    ///
    /// That is a compliance bundle, which [`verify_receipt`](crate::proof::receipt::verify_receipt) checks; the report stands in
    /// its `payload`. Older servers wrote a report alone: it comes back as `text` with its `media_type`.
    /// An unknown id is an error of kind `not_found`, an export that is not `completed` one of kind `conflict`.
    download_compliance_export = Get "/api/compliance/exports/{export_id}/download" => ComplianceBundle [
        expect(Expect::Text), positional(&["export_id"]),
    ]
    DownloadComplianceExport from export_id: String {
        /// Which export.
        export_id: String,
    }

    /// Removes an export. The server does not say whether there was one.
    delete_compliance_export = Delete "/api/compliance/exports/{export_id}" => DeletedComplianceExport [
        positional(&["export_id"]),
    ]
    DeleteComplianceExport from export_id: String {
        /// Which export.
        export_id: String,
    }

    /// Adds a schedule on which exports are made. The answer holds its id only.
    ///
    /// No framework, and no times, are errors of kind `validation`.
    create_compliance_schedule = Post "/api/compliance/schedules" => CreatedComplianceSchedule [
        positional(&["frameworks", "cron_expression", "name"]), node(&["..schedule"]), open(),
    ]
    CreateComplianceSchedule {
        /// Which frameworks, at least one.
        frameworks: Vec<String>,
        /// When: a cron expression, such as `0 6 * * 1` for Mondays at six.
        cron_expression: String,
        /// What it is called.
        name: Option<String> [default("\"Scheduled Export\"")],
        /// In which form the reports are written. `markdown` unless given.
        format: Option<ExportFormat>,
        /// How far back the evidence goes, in days; 30 unless given.
        window_days: Option<i64>,
        /// Whether exports hold evidence, which is so unless given.
        include_evidence: Option<bool>,
        /// Whether they say how to mend what is missing, which is so unless given.
        include_remediation: Option<bool>,
        /// Whether they show how coverage changed, which is not so unless given.
        include_trends: Option<bool>,
    }

    /// Lists the schedules on which exports are made, the newest first.
    list_compliance_schedules = Get "/api/compliance/schedules" => ComplianceScheduleList []
    ListComplianceSchedules {}

    /// Changes a schedule, and returns it as it is then. The server takes `enabled` and `name` and leaves the rest as it
    /// is. An unknown id is an error of kind `not_found`.
    update_compliance_schedule = Patch "/api/compliance/schedules/{schedule_id}" => ComplianceSchedule [
        repeat(Repeat::Idempotent), positional(&["schedule_id"]), open(),
    ]
    UpdateComplianceSchedule {
        /// Which schedule: `csch_` and 24 hex digits.
        schedule_id: String,
        /// Whether exports are made.
        enabled: Option<bool>,
        /// What it is called from now on.
        name: Option<String>,
    }

    /// Removes a schedule. The server does not say whether there was one.
    delete_compliance_schedule = Delete "/api/compliance/schedules/{schedule_id}" => DeletedComplianceSchedule [
        positional(&["schedule_id"]),
    ]
    DeleteComplianceSchedule from schedule_id: String {
        /// Which schedule.
        schedule_id: String,
    }

    /// Lists how far frameworks were covered when reports on them were written, the newest first.
    get_compliance_trends = Get "/api/compliance/trends" => ComplianceTrendList [positional(&["framework", "limit"])]
    GetComplianceTrends {
        /// Only this framework. All of them unless given.
        framework: Option<String>,
        /// How many. The server returns at most 100.
        limit: Option<i64> [default("30"), range(1, i64::MAX)],
    }
}

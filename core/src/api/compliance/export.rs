//! Reports, the evidence in them, and exports that hold both.

use serde_json::{Map, Value};

use crate::api::guard::Verdict;
use crate::catalogue::lenient;
use crate::{open_enum, record};

open_enum! {
    /// In which form the reports of an export are written.
    pub enum ExportFormat {
        /// Markdown, for people.
        Markdown = "markdown",
        /// JSON, for programs.
        Json = "json",
    }
}

open_enum! {
    /// Where an export is in its life.
    pub enum ComplianceExportStatus {
        /// It was asked for.
        Pending = "pending",
        /// It is being made.
        Running = "running",
        /// It is there.
        Completed = "completed",
        /// It could not be made; `error_message` says why.
        Failed = "failed",
    }
}

record! {
    /// A report on a framework.
    pub struct ComplianceReport {
        /// The report: Markdown, or as JSON an object or its text.
        #[required]
        report: Value,
        /// In which form: `md` or `json`.
        format: String,
        /// When it was written: ISO-8601, UTC.
        generated_at: String,
    }

    /// Evidence that policies are in force.
    pub struct ComplianceEvidence {
        /// How far back was looked, as it was asked for.
        window: String,
        /// The same in days.
        window_days: i64,
        /// What was found.
        #[required]
        evidence: ComplianceEvidenceCounts,
        /// When it was counted: ISO-8601, UTC.
        generated_at: String,
    }

    /// What guard decided and what agents did, counted.
    pub struct ComplianceEvidenceCounts {
        /// What guard decided in all.
        guard_decisions_total: i64,
        /// How much of it was a block.
        guard_decisions_blocked: i64,
        /// How much of it was a request for approval or a warning.
        approval_requests: i64,
        /// What agents did in all.
        action_records_total: i64,
        /// What guard decided, by type of action and verdict.
        breakdown: Vec<ComplianceEvidenceRow>,
        /// What agents did, by type of action.
        action_breakdown: Vec<ComplianceEvidenceRow>,
    }

    /// One count.
    pub struct ComplianceEvidenceRow {
        /// The type of action.
        action_type: Option<String>,
        /// The verdict, where verdicts are counted.
        #[serde(skip_serializing_if = "Option::is_none")]
        decision: Option<Verdict>,
        /// How many: a number, or from some servers its text.
        count: Value,
    }

    /// Exports without their contents.
    pub struct ComplianceExportList {
        /// The newest first.
        #[required]
        exports: Vec<ComplianceExport>,
    }

    /// An export as it was created.
    pub struct CreatedComplianceExport {
        /// Which export: `ce_` and 24 hex digits.
        #[required]
        id: String,
    }

    /// Reports on frameworks in one document. A list leaves out what stands behind `created_at`.
    pub struct ComplianceExport {
        /// Which export: `ce_` and 24 hex digits.
        #[required]
        id: String,
        /// What it is called.
        name: String,
        /// Which frameworks.
        frameworks: Vec<String>,
        /// In which form the reports are written.
        format: ExportFormat,
        /// How far back the evidence goes, in days.
        window_days: Option<i64>,
        /// Where it is in its life.
        #[required]
        status: ComplianceExportStatus,
        /// How long the document is, in bytes.
        file_size_bytes: Option<i64>,
        /// Why it could not be made.
        error_message: Option<String>,
        /// Who asked for it.
        requested_by: Option<String>,
        /// When making it began: ISO-8601, UTC.
        started_at: Option<String>,
        /// When making it ended: ISO-8601, UTC.
        completed_at: Option<String>,
        /// When it was asked for: ISO-8601, UTC.
        created_at: Option<String>,
        /// Whose organisation.
        #[serde(skip_serializing_if = "Option::is_none")]
        org_id: Option<String>,
        /// Whether it holds evidence.
        #[serde(skip_serializing_if = "Option::is_none")]
        include_evidence: Option<bool>,
        /// Whether it says how to mend what is missing.
        #[serde(skip_serializing_if = "Option::is_none")]
        include_remediation: Option<bool>,
        /// Whether it shows how coverage changed.
        #[serde(skip_serializing_if = "Option::is_none")]
        include_trends: Option<bool>,
        /// The document: the JSON text of a bundle, or from older servers a report.
        #[serde(skip_serializing_if = "Option::is_none")]
        report_content: Option<String>,
        /// The evidence in it, counted.
        #[serde(skip_serializing_if = "Option::is_none")]
        evidence_summary: Option<Value>,
        /// The points of the trend that making it added.
        #[serde(skip_serializing_if = "Option::is_none")]
        snapshot_ids: Option<Vec<String>>,
    }

    /// What an export made: a signed bundle, or from older servers a `text`.
    pub struct ComplianceBundle {
        /// Its form: `dashclaw-compliance-bundle/v1`.
        #[serde(skip_serializing_if = "Option::is_none")]
        version: Option<String>,
        /// When it was signed, by the server's clock: ISO-8601, UTC.
        #[serde(rename = "issuedAt", skip_serializing_if = "Option::is_none")]
        issued_at: Option<String>,
        /// Which version of the signer made it.
        #[serde(rename = "engineVersion", skip_serializing_if = "Option::is_none")]
        engine_version: Option<String>,
        /// The digest of `payload`.
        #[serde(rename = "payloadHash", skip_serializing_if = "Option::is_none")]
        payload_hash: Option<String>,
        /// The digest of the export before it; null for the first of a chain.
        #[read = "lenient::present"]
        #[serde(rename = "prevBundleHash", skip_serializing_if = "Option::is_none")]
        prev_bundle_hash: Option<Option<String>>,
        /// What was signed: `org`, `frameworks`, `window_days`, `format`, `report`, `evidence_summary`, `snapshot_ids`.
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<Map<String, Value>>,
        /// Who signed it, and the signature.
        #[serde(skip_serializing_if = "Option::is_none")]
        signature: Option<Value>,
        /// The report of an older server.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// What the text is: `text/markdown`.
        #[serde(skip_serializing_if = "Option::is_none")]
        media_type: Option<String>,
    }

    /// An export that is gone.
    pub struct DeletedComplianceExport {
        /// Always true.
        #[required]
        deleted: bool,
    }
}

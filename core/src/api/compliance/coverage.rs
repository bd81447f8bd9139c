//! How far policies cover the controls of a framework.

use serde_json::Value;

use crate::api::policies::PolicyId;
use crate::catalogue::lenient;
use crate::{open_enum, record};

open_enum! {
    /// How far a control is covered.
    pub enum ControlStatus {
        /// In full.
        Covered = "covered",
        /// In part.
        Partial = "partial",
        /// Not at all.
        Gap = "gap",
    }
}

record! {
    /// The frameworks that a server knows.
    pub struct ComplianceFrameworkList {
        /// The frameworks.
        frameworks: Vec<ComplianceFramework>,
    }

    /// A set of controls that auditors go by.
    pub struct ComplianceFramework {
        /// Which framework: `soc2`.
        id: String,
        /// What it is called.
        #[serde(default)]
        name: String,
        /// Which edition of it.
        #[serde(default)]
        version: String,
        /// What it is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<String>,
        /// How many controls it has.
        #[serde(default)]
        control_count: i64,
    }

    /// The policies in force beside the controls of a framework.
    pub struct ComplianceMap {
        /// What the framework is called.
        framework: String,
        /// Which edition of it.
        #[serde(default)]
        framework_version: String,
        /// Whose policies: `org-` and the id of the organisation.
        #[serde(default)]
        project: String,
        /// When this was found: ISO-8601, UTC.
        #[serde(default)]
        generated_at: String,
        /// Counts.
        #[serde(default)]
        summary: ComplianceCoverage,
        /// Control by control.
        controls: Vec<ComplianceControl>,
    }

    /// How far a framework is covered, counted.
    pub struct ComplianceCoverage {
        /// Controls in all.
        #[serde(default)]
        total_controls: i64,
        /// Controls that are covered in full.
        #[serde(default)]
        covered: i64,
        /// Controls that are covered in part.
        #[serde(default)]
        partial: i64,
        /// Controls that are not covered.
        #[serde(default)]
        gaps: i64,
        /// How much is covered, in percent; a part counts as half.
        #[serde(default)]
        coverage_percentage: f64,
    }

    /// One control of a framework and what covers it.
    pub struct ComplianceControl {
        /// Which control: `CC6.1`.
        control_id: String,
        /// What it is called.
        #[serde(default)]
        title: String,
        /// Which part of the framework it belongs to.
        #[serde(default)]
        category: String,
        /// What it demands.
        #[serde(default)]
        description: String,
        /// How much it matters for agents: `critical`, `high`, `medium` or `low`.
        #[serde(default)]
        agent_relevance: String,
        /// How far it is covered.
        #[serde(default)]
        status: ControlStatus,
        /// The policies that cover it.
        #[serde(default)]
        matched_policies: Vec<ComplianceMatch>,
        /// What would cover it better.
        #[serde(default)]
        gap_recommendations: Vec<String>,
        /// The policies that the framework expects for it, in the server's own form.
        #[serde(default)]
        policy_mappings: Vec<Value>,
    }

    /// A policy that covers a control.
    pub struct ComplianceMatch {
        /// Which policy.
        policy_id: PolicyId,
        /// What it is called.
        #[serde(default, deserialize_with = "lenient::or_default")]
        policy_description: String,
        /// How far it covers the control: `full` or `partial`.
        #[serde(default)]
        mapping_coverage: String,
        /// Why.
        #[serde(default, deserialize_with = "lenient::or_default")]
        rationale: String,
    }

    /// What is missing for a framework.
    pub struct ComplianceGaps {
        /// What the framework is called.
        framework: String,
        /// When this was found: ISO-8601, UTC.
        #[serde(default)]
        analysis_date: String,
        /// Counts.
        #[serde(default)]
        summary: ComplianceGapSummary,
        /// What should be mended, the most urgent first.
        #[serde(default)]
        remediation_plan: Vec<ComplianceRemediation>,
        /// What of it takes two hours at most.
        #[serde(default)]
        quick_wins: Vec<ComplianceRemediation>,
        /// How great the risk is.
        #[serde(default)]
        risk_assessment: ComplianceRisk,
    }

    /// What is missing for a framework, counted.
    pub struct ComplianceGapSummary {
        /// Controls in all.
        #[serde(default)]
        total_controls: i64,
        /// Controls that are covered in full.
        #[serde(default)]
        covered: i64,
        /// Controls that are covered in part.
        #[serde(default)]
        partial: i64,
        /// Controls that are not covered.
        #[serde(default)]
        gaps: i64,
        /// How much is covered, in percent; a part counts as half.
        #[serde(default)]
        coverage_percentage: f64,
        /// Controls of critical relevance that are not covered.
        #[serde(default)]
        critical_gaps: i64,
        /// Controls of high relevance that are not covered.
        #[serde(default)]
        high_gaps: i64,
        /// How many controls should be mended.
        #[serde(default)]
        total_remediation_items: i64,
        /// How long that takes, for people: `10-15 hours`.
        #[serde(default)]
        estimated_total_effort: String,
    }

    /// A control that should be mended.
    pub struct ComplianceRemediation {
        /// Its place in the plan, from 1.
        #[serde(default)]
        priority: i64,
        /// Which control.
        control_id: String,
        /// What it is called.
        #[serde(default)]
        title: String,
        /// How far it is covered.
        #[serde(default)]
        status: ControlStatus,
        /// How much it matters for agents: `critical`, `high`, `medium` or `low`.
        #[serde(default)]
        agent_relevance: String,
        /// What to do.
        #[serde(default)]
        recommendations: Vec<String>,
        /// How long it takes, for people: `1-2 hours`.
        #[serde(default)]
        estimated_effort: String,
    }

    /// How great the risk is.
    pub struct ComplianceRisk {
        /// In a word: `LOW`, `MEDIUM`, `HIGH` or `CRITICAL`.
        #[serde(default)]
        overall_risk: String,
        /// In a sentence.
        #[serde(default)]
        narrative: String,
        /// What to do first.
        #[serde(default)]
        immediate_actions: Vec<String>,
    }

    /// How coverage changed.
    pub struct ComplianceTrendList {
        /// The newest first.
        trends: Vec<ComplianceTrend>,
    }

    /// How far a framework was covered when a report on it was written.
    pub struct ComplianceTrend {
        /// Which framework.
        framework: String,
        /// How much was covered, in percent.
        #[serde(default)]
        coverage_percentage: f64,
        /// Controls that were covered in full.
        #[serde(default)]
        covered: i64,
        /// Controls that were covered in part.
        #[serde(default)]
        partial: i64,
        /// Controls that were not covered.
        #[serde(default)]
        gaps: i64,
        /// How great the risk was: `LOW`, `MEDIUM`, `HIGH` or `CRITICAL`.
        #[serde(default)]
        risk_level: Option<String>,
        /// When: ISO-8601, UTC.
        #[serde(default)]
        created_at: String,
    }
}

//! How far policies cover the controls of a framework.

use crate::api::ids::PolicyId;
use serde_json::Value;

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
        #[required]
        frameworks: Vec<ComplianceFramework>,
    }

    /// A set of controls that auditors go by.
    pub struct ComplianceFramework {
        /// Which framework: `soc2`.
        #[required]
        id: String,
        /// What it is called.
        name: String,
        /// Which edition of it.
        version: String,
        /// What it is about.
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<String>,
        /// How many controls it has.
        control_count: i64,
    }

    /// The policies in force beside the controls of a framework.
    pub struct ComplianceMap {
        /// What the framework is called.
        #[required]
        framework: String,
        /// Which edition of it.
        framework_version: String,
        /// Whose policies: `org-` and the id of the organisation.
        project: String,
        /// When this was found: ISO-8601, UTC.
        generated_at: String,
        /// Counts.
        summary: ComplianceCoverage,
        /// Control by control.
        #[required]
        controls: Vec<ComplianceControl>,
    }

    /// How far a framework is covered, counted.
    pub struct ComplianceCoverage {
        /// Controls in all.
        total_controls: i64,
        /// Controls that are covered in full.
        covered: i64,
        /// Controls that are covered in part.
        partial: i64,
        /// Controls that are not covered.
        gaps: i64,
        /// How much is covered, in percent; a part counts as half.
        coverage_percentage: f64,
    }

    /// One control of a framework and what covers it.
    pub struct ComplianceControl {
        /// Which control: `CC6.1`.
        #[required]
        control_id: String,
        /// What it is called.
        title: String,
        /// Which part of the framework it belongs to.
        category: String,
        /// What it demands.
        description: String,
        /// How much it matters for agents: `critical`, `high`, `medium` or `low`.
        agent_relevance: String,
        /// How far it is covered.
        status: ControlStatus,
        /// The policies that cover it.
        matched_policies: Vec<ComplianceMatch>,
        /// What would cover it better.
        gap_recommendations: Vec<String>,
        /// The policies that the framework expects for it, in the server's own form.
        policy_mappings: Vec<Value>,
    }

    /// A policy that covers a control.
    pub struct ComplianceMatch {
        /// Which policy.
        #[required]
        policy_id: PolicyId,
        /// What it is called.
        policy_description: String,
        /// How far it covers the control: `full` or `partial`.
        mapping_coverage: String,
        /// Why.
        rationale: String,
    }

    /// What is missing for a framework.
    pub struct ComplianceGaps {
        /// What the framework is called.
        #[required]
        framework: String,
        /// When this was found: ISO-8601, UTC.
        analysis_date: String,
        /// Counts.
        summary: ComplianceGapSummary,
        /// What should be mended, the most urgent first.
        remediation_plan: Vec<ComplianceRemediation>,
        /// What of it takes two hours at most.
        quick_wins: Vec<ComplianceRemediation>,
        /// How great the risk is.
        risk_assessment: ComplianceRisk,
    }

    /// What is missing for a framework, counted.
    pub struct ComplianceGapSummary {
        /// Controls in all.
        total_controls: i64,
        /// Controls that are covered in full.
        covered: i64,
        /// Controls that are covered in part.
        partial: i64,
        /// Controls that are not covered.
        gaps: i64,
        /// How much is covered, in percent; a part counts as half.
        coverage_percentage: f64,
        /// Controls of critical relevance that are not covered.
        critical_gaps: i64,
        /// Controls of high relevance that are not covered.
        high_gaps: i64,
        /// How many controls should be mended.
        total_remediation_items: i64,
        /// How long that takes, for people: `10-15 hours`.
        estimated_total_effort: String,
    }

    /// A control that should be mended.
    pub struct ComplianceRemediation {
        /// Its place in the plan, from 1.
        priority: i64,
        /// Which control.
        #[required]
        control_id: String,
        /// What it is called.
        title: String,
        /// How far it is covered.
        status: ControlStatus,
        /// How much it matters for agents: `critical`, `high`, `medium` or `low`.
        agent_relevance: String,
        /// What to do.
        recommendations: Vec<String>,
        /// How long it takes, for people: `1-2 hours`.
        estimated_effort: String,
    }

    /// How great the risk is.
    pub struct ComplianceRisk {
        /// In a word: `LOW`, `MEDIUM`, `HIGH` or `CRITICAL`.
        overall_risk: String,
        /// In a sentence.
        narrative: String,
        /// What to do first.
        immediate_actions: Vec<String>,
    }

    /// How coverage changed.
    pub struct ComplianceTrendList {
        /// The newest first.
        #[required]
        trends: Vec<ComplianceTrend>,
    }

    /// How far a framework was covered when a report on it was written.
    pub struct ComplianceTrend {
        /// Which framework.
        #[required]
        framework: String,
        /// How much was covered, in percent.
        coverage_percentage: f64,
        /// Controls that were covered in full.
        covered: i64,
        /// Controls that were covered in part.
        partial: i64,
        /// Controls that were not covered.
        gaps: i64,
        /// How great the risk was: `LOW`, `MEDIUM`, `HIGH` or `CRITICAL`.
        risk_level: Option<String>,
        /// When: ISO-8601, UTC.
        created_at: String,
    }
}

//! What is found out about policies, for people who must prove it.

use serde_json::{Value, json};

use super::same;
use crate::api::compliance::{
    ComplianceBundle, ComplianceEvidence, ComplianceExport, ComplianceExportList, ComplianceExportStatus,
    ComplianceFrameworkList, ComplianceGaps, ComplianceMap, ComplianceReport, ComplianceSchedule,
    ComplianceScheduleList, ComplianceTrendList, ControlStatus, CreatedComplianceExport,
    CreatedComplianceSchedule, DeletedComplianceExport, DeletedComplianceSchedule,
};
use crate::api::policies::{PolicyImport, PolicyProof, PolicyTestReport};

const AT: &str = "2026-06-15T12:00:00.000Z";

#[test]
fn tests_proofs_and_imports_of_policies_keep_all_their_members() {
    let report: PolicyTestReport = same(&json!({
        "results": {
            "total_policies": 1, "total_tests": 1, "passed": 0, "failed": 1, "success": false,
            "details": [{ "policy_id": "gp_1", "policy_name": "No deploys", "tests": [
                { "name": "deploy", "passed": false, "expected": false, "actual": true, "reason": null },
            ] }],
        },
        "generated_at": AT,
    }));
    assert!(report.results.extra.is_empty() && report.results.details[0].tests[0].extra.is_empty());
    for text in [json!("# Proof"), json!({ "policies": [] })] {
        same::<PolicyProof>(&json!({ "report": text, "format": "md", "generated_at": AT }));
        same::<ComplianceReport>(&json!({ "report": text, "format": "json", "generated_at": AT }));
    }
    let import: PolicyImport = same(&json!({
        "imported": 1, "skipped": 1, "skipped_names": ["No deploys"], "errors": [],
        "policies": [{ "id": "gp_2", "name": "No mail", "policy_type": "block_action_type", "active": 1 }],
    }));
    assert!(import.extra.is_empty() && import.policies[0].extra.is_empty());
}

#[test]
fn a_map_and_its_gaps_keep_all_their_members() {
    let map: ComplianceMap = same(&json!({
        "framework": "SOC 2", "framework_version": "2017", "project": "org-o", "generated_at": AT,
        "summary": { "total_controls": 1, "covered": 0, "partial": 1, "gaps": 0, "coverage_percentage": 50.0 },
        "controls": [{
            "control_id": "CC6.1", "title": "Access", "category": "Access", "description": "d",
            "agent_relevance": "critical", "status": "partial", "gap_recommendations": ["Block it."],
            "matched_policies": [{
                "policy_id": "gp_1", "policy_description": "No deploys", "mapping_coverage": "partial", "rationale": "r",
            }],
            "policy_mappings": [{ "policy_pattern": "block", "coverage": "full", "rationale": "r" }],
        }],
    }));
    assert_eq!(map.controls[0].status, ControlStatus::Partial);
    assert!(map.extra.is_empty() && map.summary.extra.is_empty() && map.controls[0].extra.is_empty());

    let item = json!({
        "priority": 1, "control_id": "CC6.1", "title": "Access", "status": "gap", "agent_relevance": "critical",
        "recommendations": ["Block it."], "estimated_effort": "1-2 hours",
    });
    let gaps: ComplianceGaps = same(&json!({
        "framework": "SOC 2", "analysis_date": AT,
        "summary": {
            "total_controls": 1, "covered": 0, "partial": 0, "gaps": 1, "coverage_percentage": 0.0,
            "critical_gaps": 1, "high_gaps": 0, "total_remediation_items": 1, "estimated_total_effort": "1-2 hours",
        },
        "remediation_plan": [item], "quick_wins": [item],
        "risk_assessment": { "overall_risk": "CRITICAL", "narrative": "n", "immediate_actions": ["a"] },
    }));
    assert!(
        gaps.extra.is_empty() && gaps.summary.extra.is_empty() && gaps.remediation_plan[0].extra.is_empty()
    );
}

#[test]
fn whole_percentages_are_read_too() {
    let map: ComplianceMap = serde_json::from_value(json!({
        "framework": "SOC 2", "controls": [], "summary": { "total_controls": 2, "coverage_percentage": 50 },
    }))
    .unwrap();
    assert!((map.summary.coverage_percentage - 50.0).abs() < f64::EPSILON);
}

#[test]
fn frameworks_evidence_and_trends_keep_all_their_members() {
    let frameworks: ComplianceFrameworkList = same(&json!({ "frameworks": [
        { "id": "soc2", "name": "SOC 2", "version": "2017", "description": "d", "control_count": 12 },
    ] }));
    assert!(frameworks.frameworks[0].extra.is_empty());
    let evidence: ComplianceEvidence = same(&json!({
        "window": "30d", "window_days": 30, "generated_at": AT,
        "evidence": {
            "guard_decisions_total": 2, "guard_decisions_blocked": 1, "approval_requests": 1,
            "action_records_total": 1,
            "breakdown": [
                { "action_type": "deploy", "decision": "block", "count": "1" },
                { "action_type": null, "decision": "warn", "count": 1 },
            ],
            "action_breakdown": [{ "action_type": "deploy", "count": "1" }],
        },
    }));
    assert!(evidence.evidence.extra.is_empty() && evidence.evidence.breakdown[0].extra.is_empty());
    let trends: ComplianceTrendList = same(&json!({ "trends": [{
        "framework": "soc2", "coverage_percentage": 50.0, "covered": 6, "partial": 0, "gaps": 6,
        "risk_level": "HIGH", "created_at": AT,
    }] }));
    assert!(trends.trends[0].extra.is_empty());
}

/// An export as it stands in a list.
fn export() -> Value {
    json!({
        "id": "ce_1", "name": "Compliance Export", "frameworks": ["soc2"], "format": "markdown", "window_days": 30,
        "status": "completed", "file_size_bytes": 2048, "error_message": "", "requested_by": "user",
        "started_at": AT, "completed_at": AT, "created_at": AT,
    })
}

#[test]
fn an_export_keeps_all_its_members_alone_and_in_a_list() {
    same::<CreatedComplianceExport>(&json!({ "id": "ce_1" }));
    same::<ComplianceExportList>(&json!({ "exports": [export()] }));
    let mut alone = export();
    let contents = json!({
        "org_id": "o", "include_evidence": true, "include_remediation": true, "include_trends": false,
        "report_content": "{}", "evidence_summary": {}, "snapshot_ids": ["cs_1"],
    });
    alone.as_object_mut().unwrap().extend(contents.as_object().unwrap().clone());
    let read: ComplianceExport = same(&alone);
    assert_eq!(read.status, ComplianceExportStatus::Completed);
    assert!(read.extra.is_empty(), "{:?}", read.extra);
    same::<DeletedComplianceExport>(&json!({ "deleted": true }));
}

#[test]
fn a_download_is_a_bundle_or_a_text() {
    for previous in [Value::Null, json!("sha256:0")] {
        let bundle: ComplianceBundle = same(&json!({
            "version": "dashclaw-compliance-bundle/v1", "issuedAt": AT, "engineVersion": "0.1.0",
            "payloadHash": "sha256:1", "prevBundleHash": previous, "payload": { "report": "# Report" },
            "signature": { "kid": "k", "value": "v" },
        }));
        assert!(bundle.extra.is_empty() && bundle.text.is_none());
    }
    let text: ComplianceBundle = same(&json!({ "text": "# Report", "media_type": "text/markdown" }));
    assert_eq!(text.text.as_deref(), Some("# Report"));
}

#[test]
fn a_schedule_keeps_all_its_members() {
    let schedule = json!({
        "id": "csch_1", "org_id": "o", "name": "Weekly", "frameworks": ["soc2"], "format": "markdown",
        "window_days": 30, "cron_expression": "0 6 * * 1", "include_evidence": true, "include_remediation": true,
        "include_trends": false, "enabled": true, "last_run_at": null, "next_run_at": null, "last_export_id": "",
        "created_at": AT, "updated_at": AT,
    });
    let read: ComplianceSchedule = same(&schedule);
    assert!(read.extra.is_empty(), "{:?}", read.extra);
    same::<ComplianceScheduleList>(&json!({ "schedules": [schedule] }));
    same::<CreatedComplianceSchedule>(&json!({ "id": "csch_1" }));
    same::<DeletedComplianceSchedule>(&json!({ "deleted": true }));
}

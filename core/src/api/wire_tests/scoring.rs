//! Answers of the scoring and evaluations domains.

use serde_json::{Value, json};

use super::same;
use crate::api::evaluations::{CreatedScorer, EvaluationScore, EvaluationScoreList, ScorerPreview};
use crate::api::scoring::{
    CalibrationStatus, DeletedScoringRecord, ProfileScore, ProfileScoreBatch, ProfileScoreList,
    ProfileScoreStats, RiskTemplate, RiskTemplateList, ScaleOperator, ScoringCalibration, ScoringDimension,
    ScoringProfile, ScoringProfileList, ScoringSource,
};

fn dimension() -> Value {
    json!({
        "id": "sd_1", "profile_id": "sp_1", "name": "Speed", "description": "", "weight": 0.4,
        "data_source": "duration_ms", "data_config": {}, "sort_order": 0,
        "scale": [
            { "label": "fast", "operator": "lt", "value": 30000, "score": 100.0 },
            { "label": "ok", "operator": "between", "value": [30000, 120_000], "score": 60.0 },
            { "label": "odd", "operator": "contains", "value": "retry", "score": 20.0 },
        ],
    })
}

#[test]
fn a_profile_keeps_its_dimensions_and_their_scales() {
    let added = json!({
        "id": "sp_1", "name": "Deploy quality", "description": "", "action_type": null,
        "composite_method": "weighted_average", "metadata": {}, "status": "active", "dimensions": [dimension()],
    });
    let read: ScoringProfile = same(&added);
    assert_eq!(read.dimensions[0].data_source, ScoringSource::DurationMs);
    assert_eq!(read.dimensions[0].scale[1].operator, ScaleOperator::Between);
    assert!(read.dimensions[0].extra.is_empty(), "{:?}", read.dimensions[0].extra);
    let mut listed = added;
    for (name, value) in [
        ("org_id", "org_default"),
        ("created_at", "2026-06-15T12:00:00.000Z"),
        ("updated_at", "2026-06-15T12:00:00.000Z"),
    ] {
        listed[name] = json!(value);
    }
    let list: ScoringProfileList = same(&json!({ "profiles": [listed] }));
    assert!(list.profiles[0].extra.is_empty(), "{:?}", list.profiles[0].extra);
    listed["dimensions"] = Value::Null;
    assert!(serde_json::from_value::<ScoringProfile>(listed).unwrap().dimensions.is_empty());
    same::<ScoringDimension>(&dimension());
    same::<DeletedScoringRecord>(&json!({ "deleted": true }));
}

fn score() -> Value {
    json!({
        "id": "ps_1", "profile_id": "sp_1", "profile_name": "Deploy quality", "action_id": null,
        "composite_score": 60.25, "composite_method": "minimum",
        "dimensions": [
            {
                "dimension_id": "sd_1", "dimension_name": "Speed", "weight": 0.4, "raw_value": 42000, "score": 60.0,
                "label": "ok",
            },
            {
                "dimension_id": "sd_2", "dimension_name": "Cost", "weight": 0.6, "raw_value": null, "score": null,
                "label": "no_data",
            },
        ],
    })
}

#[test]
fn scores_are_read_alone_in_batches_and_in_lists() {
    let read: ProfileScore = same(&score());
    assert_eq!((read.composite_score, read.dimensions[1].score), (Some(60.25), None));
    same::<ProfileScoreBatch>(
        &json!({ "results": [score()], "summary": { "total": 1, "scored": 1, "avg_score": 60.25 } }),
    );
    same::<ProfileScoreBatch>(
        &json!({ "results": [], "summary": { "total": 0, "scored": 0, "avg_score": null } }),
    );
    let mut stored = score();
    stored["agent_id"] = Value::Null;
    stored["created_at"] = json!("2026-06-15T12:00:00.000Z");
    let list: ProfileScoreList = same(&json!({ "scores": [stored] }));
    assert_eq!(list.scores[0].agent_id, Some(None));
    same::<ProfileScoreStats>(&json!({
        "total_scores": 1, "avg_score": 60.25, "min_score": 60.25, "max_score": 60.25, "stddev_score": null,
        "unique_agents": 1, "unique_actions": 1,
    }));
}

#[test]
fn risk_templates_and_suggestions_keep_all_their_members() {
    let template = json!({
        "id": "rt_1", "org_id": "org_default", "name": "Deploys", "description": "", "action_type": "deploy",
        "base_risk": 20, "rules": [{ "condition": "metadata.env == production", "add": 30 }], "status": "active",
        "created_at": "2026-06-15T12:00:00.000Z", "updated_at": "2026-06-15T12:00:00.000Z",
    });
    let read: RiskTemplate = same(&template);
    assert_eq!(read.rules[0].add, 30);
    same::<RiskTemplateList>(&json!({ "templates": [template] }));
    same::<ScoringCalibration>(&json!({
        "status": "ok", "count": 42, "action_type": "(all)", "lookback_days": 30,
        "suggestions": [{
            "metric": "duration_ms", "data_source": "duration_ms", "lower_is_better": true, "sample_size": 40,
            "distribution": {
                "p10": 1.0, "p25": 2.0, "p50": 3.0, "p75": 4.0, "p90": 5.0, "min": 0.5, "max": 6.0,
            },
            "suggested_scale": [{ "label": "excellent", "operator": "lte", "value": 2, "score": 100.0 }],
            "suggested_weight": 0.2,
        }],
    }));
    let few: ScoringCalibration = same(&json!({
        "status": "insufficient_data", "message": "need 10 actions", "count": 3, "action_type": "(all)",
        "lookback_days": 30, "suggestions": [],
    }));
    assert_eq!(few.status, CalibrationStatus::InsufficientData);
}

#[test]
fn grades_and_scorers_keep_all_their_members() {
    let mut grade = json!({
        "id": "ev_1", "action_id": "act_1", "scorer_name": "tone", "score": 0.5,
        "created_at": "2026-06-15T12:00:00.000Z",
    });
    same::<EvaluationScore>(&grade);
    // Rows of a list hold what was given besides; it is kept.
    grade["label"] = json!("fair");
    grade["evaluated_by"] = json!("lena");
    let list: EvaluationScoreList = same(&json!({ "scores": [grade], "total": 1 }));
    assert_eq!(list.scores[0].extra["evaluated_by"], "lena");
    same::<CreatedScorer>(&json!({ "id": "es_1", "name": "tone", "scorer_type": "regex" }));
    same::<CreatedScorer>(
        &json!({ "id": "es_2", "name": "judge", "scorer_type": "llm_judge", "warning": "no provider" }),
    );
    same::<ScorerPreview>(&json!({
        "preview": true, "scorer_type": "contains",
        "result": { "score": 1.0, "label": "contains", "reasoning": "found `ok`", "error": null },
    }));
    same::<ScorerPreview>(&json!({
        "preview": true, "scorer_type": "llm_judge",
        "result": { "score": null, "label": null, "reasoning": null, "error": "no provider" },
    }));
}

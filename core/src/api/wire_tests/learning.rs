//! Answers of the learning domain.

use serde_json::{Value, json};

use super::same;
use crate::api::learning::{
    LearningCurveComputation, LearningCurveList, LearningVelocityComputation, LearningVelocityList,
    LessonList, MaturityLevel, RecordedDecision,
};

#[test]
fn a_decision_keeps_its_id_be_it_number_or_text() {
    for id in [json!(7), json!("ld_7")] {
        let read: RecordedDecision = same(&json!({ "decision": {
            "id": id, "decision": "roll back", "context": null, "reasoning": "errors rose", "outcome": "pending",
            "confidence": 80, "agent_id": "my-agent", "timestamp": "2026-06-15T12:00:00.000Z",
        } }));
        assert_eq!(read.decision.id, id);
    }
}

#[test]
fn lessons_keep_hints_that_the_server_leaves_null() {
    let read: LessonList = same(&json!({
        "lessons": [{
            "action_type": "deploy", "confidence": 82.0, "success_rate": 0.9,
            "hints": {
                "risk_cap": null, "prefer_reversible": true, "confidence_floor": 60.0, "expected_duration": null,
                "expected_cost": null,
            },
            "guidance": null, "sample_size": 12,
        }],
        "drift_warnings": [
            { "metric": "risk_score", "severity": "warning", "z_score": "2.4", "direction": "increasing" },
        ],
        "agent_id": "my-agent",
    }));
    assert_eq!(read.lessons[0].hints.prefer_reversible, Some(true));
    assert_eq!(read.drift_warnings[0].z_score, "2.4");
}

fn velocity() -> Value {
    json!({
        "id": "lv_1", "agent_id": "my-agent", "period": "daily", "period_start": "2026-06-14T00:00:00.000Z",
        "period_end": "2026-06-15T00:00:00.000Z", "episode_count": 12, "avg_score": 71.5, "success_rate": 0.75,
        "score_delta": 4.0, "velocity": 1.25, "acceleration": -0.125, "maturity_score": 51.8,
        "maturity_level": "developing", "created_at": "2026-06-15T12:00:00.000Z",
    })
}

#[test]
fn velocity_and_curves_keep_all_their_members() {
    let read: LearningVelocityList = same(&json!({ "velocity": [velocity()] }));
    assert_eq!(read.velocity[0].maturity_level, MaturityLevel::Developing);
    assert!(read.velocity[0].extra.is_empty(), "{:?}", read.velocity[0].extra);
    let read: LearningCurveList = same(&json!({ "curves": [{
        "id": "lc_1", "agent_id": "my-agent", "action_type": "deploy", "window_start": "2026-06-08T00:00:00.000Z",
        "window_end": "2026-06-15T00:00:00.000Z", "episode_count": 5, "avg_score": 70.0, "success_rate": 0.8,
        "avg_duration_ms": 4200.0, "avg_cost": null, "p25_score": 61.0, "p75_score": 83.0,
    }] }));
    assert!(read.curves[0].extra.is_empty(), "{:?}", read.curves[0].extra);
    same::<LearningVelocityComputation>(&json!({ "agents_computed": 1, "results": [velocity()] }));
    same::<LearningCurveComputation>(&json!({ "curves_computed": 0, "results": [] }));
}

#[test]
fn a_level_or_a_period_of_tomorrow_is_kept() {
    let mut wire = velocity();
    wire["maturity_level"] = json!("grandmaster");
    wire["period"] = json!("monthly");
    same::<LearningVelocityList>(&json!({ "velocity": [wire] }));
}

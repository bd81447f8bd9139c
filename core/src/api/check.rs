//! What must hold for the rows together; what holds for each alone is checked when it is compiled.

use std::collections::BTreeSet;

use super::{find, rows};
use crate::catalogue::{Kind, Method};

/// The operations of the governed loop.
const LOOP: &str = "guard get_guard_decisions create_action get_action get_actions update_outcome get_action_trace \
    get_action_graph approve_action get_pending_approvals report_action_outcome get_action_outcome \
    report_action_success report_action_failure report_action_partial record_assumption register_assumption \
    get_assumption validate_assumption get_drift_report register_open_loop resolve_open_loop get_open_loops \
    get_signals list_policies create_policy update_policy delete_policy simulate_policy create_session get_session \
    update_session list_sessions get_session_events verify_integrity get_jwks heartbeat get_recommendations \
    get_learning_recommendations record_recommendation_events get_health";

#[test]
fn every_operation_of_the_governed_loop_is_declared() {
    let missing: Vec<&str> = LOOP.split_whitespace().filter(|name| find(name).is_none()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn names_are_unique_and_found_in_both_spellings() {
    let mut names = BTreeSet::new();
    for row in rows() {
        assert!(names.insert(row.name), "{} is declared twice", row.name);
        assert!(std::ptr::eq(find(row.name).unwrap(), row), "{}", row.name);
    }
    assert_eq!(find("reportActionOutcome").unwrap().name, "report_action_outcome");
    assert!(find("report_action").is_none());
}

#[test]
fn an_iterator_is_named_after_its_list_and_a_confirmation_can_be_read() {
    for row in rows() {
        let plain = row.name.trim_start_matches("get_").trim_start_matches("list_");
        let iterator = row.rules.pages.map(|_| format!("iter_{plain}"));
        assert_eq!(row.iterator, iterator.as_deref(), "{}", row.name);
        if let Some(confirm) = row.rules.confirm {
            let read = find(confirm.operation).expect(confirm.operation);
            assert!(read.method == Method::Get && read.field("action_id").is_some(), "{}", row.name);
            assert!(row.field("status").is_some(), "{}", row.name);
        }
    }
}

#[test]
fn constants_and_defaults_are_values_of_their_field() {
    for row in rows() {
        for field in row.fields {
            let Some(default) = field.default else { continue };
            let value: serde_json::Value = serde_json::from_str(default).expect(default);
            let fits = match field.kind {
                Kind::Text | Kind::Id(_) => value.is_string(),
                Kind::Choice(words) => value.as_str().is_some_and(|word| words.contains(&word)),
                Kind::Integer => value.is_i64(),
                Kind::Boolean => value.is_boolean(),
                _ => true,
            };
            assert!(fits, "{}: {}", row.name, field.name);
        }
    }
}

#[cfg(feature = "schema")]
#[test]
fn an_operation_whose_answer_holds_a_secret_says_so() {
    for row in rows() {
        let mut generator = schemars::SchemaGenerator::default();
        let answer = (row.response_schema)(&mut generator).to_value().to_string();
        let records = serde_json::to_string(generator.definitions()).unwrap();
        let holds_one = [answer, records].iter().any(|schema| schema.contains("\"password\""));
        assert!(!holds_one || row.rules.secret, "{}", row.name);
    }
}

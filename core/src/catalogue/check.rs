//! What must hold for every row of the catalogue.

use std::collections::BTreeSet;

use super::{Call, Field, Kind, Method, Place, Row, find, rows};

/// The operations of the governed loop.
const LOOP: &str = "guard get_guard_decisions create_action get_action get_actions update_outcome get_action_trace \
    get_action_graph approve_action get_pending_approvals report_action_outcome get_action_outcome \
    report_action_success report_action_failure report_action_partial record_assumption register_assumption \
    get_assumption validate_assumption get_drift_report register_open_loop resolve_open_loop get_open_loops \
    get_signals list_policies create_policy update_policy delete_policy simulate_policy create_session get_session \
    update_session list_sessions get_session_events verify_integrity get_jwks heartbeat get_recommendations \
    get_learning_recommendations record_recommendation_events get_health";

/// The names in braces of a path.
fn path_names(path: &str) -> BTreeSet<&str> {
    path.split('{').skip(1).map(|rest| rest.split_once('}').expect("a closing brace").0).collect()
}

fn path_fields(row: &'static Row) -> BTreeSet<&'static str> {
    row.fields.iter().filter(|field| field.place == Place::Path).map(|field| field.name).collect()
}

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
fn every_name_in_a_path_is_a_required_text_and_aliases_name_the_same() {
    for row in rows() {
        assert_eq!(path_names(row.path), path_fields(row), "{}", row.name);
        for alias in row.rules.aliases {
            assert_eq!(path_names(alias), path_fields(row), "{}: {alias}", row.name);
        }
        for field in row.fields.iter().filter(|field| field.place == Place::Path) {
            assert!(
                field.required && matches!(field.kind, Kind::Text | Kind::Id(_)),
                "{}: {}",
                row.name,
                field.name
            );
        }
    }
}

#[test]
fn fields_are_unique_and_those_named_by_rules_exist() {
    for row in rows() {
        let names: BTreeSet<&str> = row.fields.iter().map(|field| field.name).collect();
        assert_eq!(names.len(), row.fields.len(), "{}", row.name);
        let also: Vec<&str> = row.fields.iter().filter_map(|field| field.also).collect();
        assert!(also.iter().all(|name| !names.contains(name)), "{}: {also:?}", row.name);
        let argument = |name: &str| row.arguments().any(|field| field.name == name);
        if let Call::Positional(positional) = row.rules.call {
            for name in positional {
                assert!(argument(name), "{}: {name}", row.name);
            }
        }
        if let Some(flag) = row.rules.key_when {
            assert!(argument(flag), "{}: {flag}", row.name);
        }
        if row.rules.pages.is_some() {
            assert!(argument("limit") && argument("offset"), "{}", row.name);
        }
        let plain = row.name.trim_start_matches("get_").trim_start_matches("list_");
        let iterator = row.rules.pages.map(|_| format!("iter_{plain}"));
        // `=> SomeList, each SomeRecord as iter_…` in its declaration.
        assert_eq!(row.iterator, iterator.as_deref(), "{}", row.name);
        if let Some(confirm) = row.rules.confirm {
            let read = find(confirm.operation).expect(confirm.operation);
            assert!(read.method == Method::Get && read.field("action_id").is_some(), "{}", row.name);
            assert!(argument("action_id") && row.field("status").is_some(), "{}", row.name);
        }
    }
}

#[test]
fn an_optional_field_never_stands_before_a_required_one_by_position() {
    for row in rows() {
        let Call::Positional(positional) = row.rules.call else { continue };
        let required: Vec<bool> = positional.iter().map(|name| row.field(name).unwrap().required).collect();
        assert!(required.is_sorted_by(|before, after| before >= after), "{}", row.name);
    }
}

#[test]
fn a_form_without_names_holds_every_id_of_the_path_and_every_required_argument() {
    for row in rows() {
        let Some(shape) = row.rules.node else { continue };
        let (rest, positional): (Vec<&str>, Vec<&str>) =
            shape.iter().partition(|name| name.starts_with(".."));
        assert!(rest.is_empty() || rest == shape[shape.len() - 1..], "{}: {shape:?}", row.name);
        for name in &positional {
            assert!(row.arguments().any(|field| field.name == *name), "{}: {name}", row.name);
        }
        let is_given = |field: &Field| positional.contains(&field.name);
        assert!(row.fields.iter().filter(|field| field.place == Place::Path).all(is_given), "{}", row.name);
        let missing = row.arguments().find(|field| field.required && rest.is_empty() && !is_given(field));
        assert!(missing.is_none(), "{}: {}", row.name, missing.unwrap().name);
    }
}

#[test]
fn constants_and_defaults_are_values_of_their_field() {
    for row in rows() {
        for field in row.fields {
            assert!(!field.constant || field.default.is_some(), "{}: {}", row.name, field.name);
            let Some(default) = field.default else { continue };
            let value: serde_json::Value = serde_json::from_str(default).expect(default);
            let fits = match field.kind {
                Kind::Text | Kind::Id(_) => value.is_string(),
                Kind::Choice(words) => value.as_str().is_some_and(|word| words.contains(&word)),
                Kind::Integer => value.is_i64(),
                Kind::Boolean => value.is_boolean(),
                _ => true,
            };
            assert!(fits && !field.required, "{}: {}", row.name, field.name);
        }
    }
}

#[test]
fn fields_of_the_query_are_scalars() {
    for row in rows() {
        for field in row.fields.iter().filter(|field| field.place == Place::Query) {
            assert!(
                !matches!(
                    field.kind,
                    Kind::Object | Kind::List | Kind::Texts | Kind::ObjectOrText | Kind::ObjectOrList
                ),
                "{}: {}",
                row.name,
                field.name
            );
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

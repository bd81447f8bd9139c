use proptest::prelude::*;
use serde_json::json;

use super::*;

fn problems(text: &str) -> Vec<String> {
    parse_policy_file("p.yaml", text, false).unwrap_err()
}

#[test]
fn flat_and_nested_rules_read_alike() {
    let text = "
policies:
  - name: no risky deploys
    type: risk_threshold
    threshold: 80
    action: block
  - name: ask before refunds
    policy_type: require_approval
    rules: { action_types: [refund] }
    agents: [billing-bot]
    active: 0
  - { name: everyone, type: rate_limit, agent_ids: null }
";
    let policies = parse_policy_file("p.yaml", text, false).unwrap();
    assert_eq!(policies.len(), 3);
    let rules = |index: usize| serde_json::from_str::<Value>(&policies[index].rules).unwrap();
    assert_eq!(rules(0), json!({"threshold": 80, "action": "block"}));
    assert_eq!(rules(1), json!({"action_types": ["refund"]}));
    assert_eq!(rules(2), json!({}));
    assert_eq!((policies[0].active, policies[1].active), (true, false));
    assert_eq!(policies[1].agent_ids, ["billing-bot"]);
    assert_eq!(policies[1].policy_type, "require_approval");
}

#[test]
fn every_problem_names_file_policy_and_field() {
    let text = "
polices: []
policies:
  - name: first
    type: risk_threshold
    treshold: 80
  - name: second
    type: risk_treshold
  - type: rate_limit
    max_actions: none
  - name: fourth
    type: protected_path
    rules: { paths: ['.env'], acton: warn }
    agent: [a]
  - name: first
    type: rate_limit
    active: often
    agents: me
  - 5
";
    assert_eq!(
        problems(text),
        [
            "p.yaml: unknown key `polices`, did you mean `policies`?",
            "p.yaml: policy `first`: unknown key `treshold`, did you mean `threshold`?",
            "p.yaml: policy `first`: `threshold` is required",
            "p.yaml: policy `second`: `type`: unknown policy type `risk_treshold`, did you mean `risk_threshold`?",
            "p.yaml: policy number 3: `name` is required",
            "p.yaml: policy number 3: `max_actions` must be an integer",
            "p.yaml: policy `fourth`: unknown key `agent`, did you mean `agents`?",
            "p.yaml: policy `fourth`: unknown key `acton`, did you mean `action`?",
            "p.yaml: policy `first`: `active` must be a boolean",
            "p.yaml: policy `first`: `agents` must be an array of strings",
            "p.yaml: policy `first`: `name` is already used by an earlier policy",
            "p.yaml: policy number 6: must be a mapping",
        ]
    );
}

#[test]
fn a_mistake_has_a_place() {
    let places = |text: &str| {
        let mistakes = check_policy_text(text, false).unwrap_err();
        mistakes.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let yaml = "policies:
  - name: first
    type: risk_threshold
    treshold: 80
  - type: rate_limt
  - name: third
    policy_type: protected_path
    rules:
      paths: ['.env', 5]
polices: []
";
    assert_eq!(
        places(yaml),
        [
            "2:5: policy `first`: `threshold` is required",
            "4:5: policy `first`: unknown key `treshold`, did you mean `threshold`?",
            "5:5: policy number 2: `name` is required",
            "5:5: policy number 2: `type`: unknown policy type `rate_limt`, did you mean `rate_limit`?",
            "9:23: policy `third`: `paths[1]` must be a string",
            "10:1: unknown key `polices`, did you mean `policies`?",
        ]
    );
    let json = "{\"policies\": [\n  {\"name\": \"a\", \"type\": \"rate_limit\", \"max_actions\": \"x\"}]}";
    assert_eq!(places(json), ["2:39: policy `a`: `max_actions` must be an integer"]);
    assert!(places("policies: [\n  {name: a")[0].starts_with("3:1: did not find"));
    assert!(places("policies:\n  - name: 'é\u{1b}'\n")[0].starts_with("2:13: control characters"));
    assert!(places("policies:\n  - { name: a, name: b, type: rate_limit }\n")[0].starts_with("2:"));
}

#[test]
fn documents_that_are_not_policy_files() {
    assert_eq!(problems(""), ["p.yaml: `policies` is required"]);
    assert_eq!(problems("- a"), ["p.yaml: `policies` is required"]);
    assert_eq!(problems("policies: 5"), ["p.yaml: `policies` must be an array"]);
    let syntax = problems("policies: [");
    assert!(
        syntax.len() == 1 && syntax[0].starts_with("p.yaml: ") && syntax[0].contains("line"),
        "{syntax:?}"
    );
    let repeated = problems("policies:\n  - { name: a, name: b, type: rate_limit }\n");
    assert!(repeated[0].contains("duplicate"), "{repeated:?}");
}

#[test]
fn a_file_that_is_not_there_is_one_line() {
    let refused = read_policy_file(Path::new("no/such/policies.yaml"), false).unwrap_err();
    assert!(refused.len() == 1 && refused[0].starts_with("no/such/policies.yaml: "), "{refused:?}");
}

#[test]
fn an_empty_list_is_no_policies() {
    assert_eq!(parse_policy_file("p.yaml", "policies: []", false), Ok(Vec::new()));
}

#[test]
fn the_example_file_is_valid() {
    let text = include_str!("../../../examples/policies.yaml");
    assert_eq!(parse_policy_file("policies.yaml", text, false).map(|policies| policies.len()), Ok(4));
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "[-a-z:{}\\[\\], \n\"'&*!|>%@0-9]{0,200}") {
        let _ = parse_policy_file("p.yaml", &text, false);
    }
}

#[test]
fn the_starter_policies_come_with_the_program() {
    let names = |path: &str| {
        read_policy_file(Path::new(path), false)
            .map(|read| read.into_iter().map(|policy| policy.name).collect::<Vec<_>>())
    };
    assert_eq!(names("starter").unwrap().len(), 4);
    // A file of that name is still a file.
    assert!(names("./starter").unwrap_err()[0].starts_with("./starter: "));
}

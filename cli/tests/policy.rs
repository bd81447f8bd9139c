//! `dashclaw policy`, as a process.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod process;

use process::{Connection, Folder, Server, client, dashclaw, ended};
use serde_json::{Value, json};

const POLICIES: &str = "policies:
  - {name: ask, type: require_approval, action_types: [deploy]}
  - {name: often, type: rate_limit, max_actions: 2, window_minutes: 5, action: block}
";

fn file(folder: &Folder, name: &str, text: &str) -> String {
    let path = folder.path(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn run(folder: &Folder, arguments: &[&str]) -> (i32, String, String) {
    ended(&mut dashclaw(folder, arguments))
}

#[test]
fn every_mistake_has_a_line_and_a_column() {
    let folder = Folder::new("policy-check");
    let good = file(&folder, "good.yaml", POLICIES);
    assert_eq!(
        run(&folder, &["policy", "check", &good]),
        (0, format!("{good}: valid, 2 policies\n"), String::new())
    );
    let bad = file(
        &folder,
        "bad.yaml",
        "policies:\n  - name: a\n    type: rate_limit\n    max_action: 5\n  - {name: b}\n",
    );
    let (code, out, problem) = run(&folder, &["policy", "check", &bad]);
    let told = format!(
        "{bad}:4:5: policy `a`: unknown key `max_action`, did you mean `max_actions`?\n\
         {bad}:5:5: policy `b`: `type` is required\n"
    );
    assert_eq!((code, &*out, &*problem), (1, &*told, ""));
    let hostile = file(&folder, "hostile.yaml", "policies:\n  - {name: \"\\e[2J\"}\n");
    let (_, out, _) = run(&folder, &["policy", "check", &hostile]);
    assert!(out.contains(r"\u{1b}[2J") && !out.contains('\u{1b}'), "{out}");
    let json = file(
        &folder,
        "bad.json",
        "{\"policies\": [\n{\"name\": \"a\", \"type\": \"rate_limit\", \"max_actions\": \"x\"}]}",
    );
    let (code, out, _) = run(&folder, &["policy", "check", "--json", &json]);
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &answer["valid"]), (1, &json!(false)));
    assert_eq!((&answer["mistakes"][0]["line"], &answer["mistakes"][0]["column"]), (&json!(2), &json!(37)));
    // What the server refuses and what the check refuses is the same.
    for (name, valid) in [(&good, true), (&json, false)] {
        let mut command = dashclaw(&folder, &["up", "--port", "65536", "--policies", name]);
        assert_eq!(ended(&mut command).0, 1);
        assert_eq!(run(&folder, &["policy", "check", name]).0 == 0, valid);
    }
    let (code, _, problem) = run(&folder, &["policy", "check", "/nowhere/policies.yaml"]);
    assert_eq!((code, problem.lines().count()), (2, 1), "{problem}");
    assert_eq!(run(&folder, &["policy", "check"]).0, 2);
}

#[test]
fn cases_say_what_is_wanted() {
    let folder = Folder::new("policy-test");
    let policies = file(&folder, "policies.yaml", POLICIES);
    let cases = |text: &str| file(&folder, "cases.yaml", text);
    let good = cases(
        "cases:
  - {name: deploys wait, ask: {action_type: deploy}, want: require_approval}
  - {ask: {action_type: monitor}, want: allow}
  - {name: too often, ask: {action_type: monitor}, want: block}
",
    );
    let (code, out, problem) = run(&folder, &["policy", "test", &policies, &good]);
    assert_eq!(code, 0, "{out}{problem}");
    assert_eq!(
        out,
        format!("ok   deploys wait\nok   case 2\nok   too often\n{policies}: 3 passed, 0 failed\n")
    );
    let bad = cases("cases:\n  - {name: passes, ask: {action_type: deploy}, want: allow}\n");
    let (code, out, _) = run(&folder, &["policy", "test", &policies, &bad]);
    assert_eq!(code, 1);
    assert!(out.starts_with("FAIL passes: wanted allow, got require_approval (ask: "), "{out}");
    for wrong in ["cases: 5", "cases:\n  - {ask: {}, want: maybe}", "cases:\n  - {ask: {}, want: allow}"] {
        let wrong = cases(wrong);
        let (code, out, problem) = run(&folder, &["policy", "test", &policies, &wrong]);
        assert_eq!((code, &*out, problem.lines().count()), (2, "", 1), "{problem}");
    }
    let (code, _, problem) =
        run(&folder, &["policy", "test", &file(&folder, "x.yaml", "policies: 5"), &good]);
    assert_eq!(code, 2);
    assert!(problem.contains("x.yaml:1:1: "), "{problem}");
}

#[test]
fn files_are_tried_on_what_is_on_record() {
    let folder = Folder::new("policy-history");
    let server = Server::start(&folder, &["--api-key", "key"]);
    let mut connection = Connection::open(server.address, "key");
    for action_type in ["deploy", "monitor", "monitor"] {
        let ask = json!({ "action_type": action_type, "declared_goal": "g", "agent_id": "agent-1" });
        assert_eq!(connection.call("POST", "/api/actions", &ask).0, 201);
    }
    let old = file(&folder, "old.yaml", "policies: []\n");
    let new = file(&folder, "new.yaml", POLICIES);
    let asked = |arguments: &[&str]| ended(&mut client(&folder, server.address, "key", arguments));
    let (code, out, problem) = asked(&["policy", "simulate", &new, "--json"]);
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, 0, "{problem}");
    assert_eq!(told["policies"][0]["simulation"]["summary"]["require_approval"], 1);
    let (code, out, _) = asked(&["policy", "diff", &old, &new]);
    assert_eq!(code, 1);
    assert!(
        out.contains("require_approval")
            && out.ends_with("2 of 3 recorded actions would be decided differently.\n"),
        "{out}"
    );
    let (_, out, _) = asked(&["policy", "diff", &old, &new, "--json"]);
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&told["changed"][0]["old"], &told["changed"][0]["new"]), (&json!("allow"), &json!("block")));
    assert_eq!(asked(&["policy", "diff", &new, &new]).0, 0);
    let (code, _, problem) =
        ended(&mut client(&folder, "127.0.0.1:1".parse().unwrap(), "key", &["policy", "diff", &old, &new]));
    assert_eq!((code, problem.lines().count()), (2, 1), "{problem}");
}

#[test]
fn the_published_schema_is_the_programs() {
    let folder = Folder::new("policy-schema");
    let (code, out, _) = run(&folder, &["policy", "schema"]);
    assert_eq!(code, 0);
    let published = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/policies.schema.json");
    if std::env::var_os("DASHCLAW_WRITE_SCHEMA").is_some() {
        std::fs::write(published, &out).unwrap();
    }
    let is_current = out == std::fs::read_to_string(published).unwrap_or_default();
    assert!(is_current, "write docs/policies.schema.json with DASHCLAW_WRITE_SCHEMA=1");
}

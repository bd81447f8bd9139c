//! The examples of `docs/command.md`, as a reader would type them.
#![cfg(unix)]

mod process;

use std::process::Command;

use process::{Connection, Folder, Server, ended};
use serde_json::{Value, json};

const POLICIES: &str = "policies:
  - {name: ask, type: require_approval, action_types: [deploy]}
  - {name: facts, type: non_fabrication}
";
const CASES: &str = "cases:\n  - {ask: {action_type: deploy, content: hello}, want: block}\n";
const TEXT: &str = "We will refund $1,500.00.";

#[test]
fn the_documented_examples_work() {
    let folder = Folder::new("documented");
    let policies = folder.path("policies.yaml");
    std::fs::write(&policies, POLICIES).unwrap();
    let server = Server::start(&folder, &["--policies", policies.to_str().unwrap()]);
    let (operator, agent) = (server.key.clone().unwrap(), server.agent_key.clone().unwrap());
    let mut connection = Connection::open(server.address, &agent);
    let source = json!({ "allowedFacts": [{ "value": "$1,500.00" }], "requiredFacts": [] });
    let mut ask = |goal: &str| {
        let ask = json!({
            "action_type": "deploy", "declared_goal": goal, "agent_id": "agent-1",
            "content": TEXT, "source_of_truth": source,
        });
        let (status, made) = connection.call("POST", "/api/actions", &ask);
        assert_eq!(status, 202, "{made}");
        made
    };
    let (made, other) = (ask("ship"), ask("ship more"));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let receipt = made["decision"]["non_fabrication"][0]["receipt"].to_string();
    let mut connection = Connection::open(server.address, &operator);
    let keys = connection.call("GET", "/api/integrity/jwks", &Value::Null).1.to_string();
    for (name, content) in
        [("receipt.json", &*receipt), ("keys.json", &keys), ("mail.txt", TEXT), ("cases.yaml", CASES)]
    {
        std::fs::write(folder.path(name), content).unwrap();
    }
    // A cursor behind which there is something.
    let mut stream = Connection::open(server.address, &operator);
    stream.send("GET", "/api/stream", "");
    let mut seen = String::new();
    while !seen.contains("event: connected") {
        seen += &stream.read_some();
    }
    connection.call("POST", "/api/halt", &json!({ "halted": false }));
    ask("ship again");
    while !seen.contains("action.created") {
        seen += &stream.read_some();
    }
    let event = seen.lines().find_map(|line| line.strip_prefix("id: ")).unwrap_or_default().to_owned();
    ask("ship once more");

    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/command.md")).unwrap();
    let examples: Vec<&str> =
        page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(examples.len() > 8, "{examples:?}");
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_dashclaw"));
    let path =
        format!("{}:{}", binary.parent().unwrap().display(), std::env::var_os("PATH").unwrap().display());
    for example in examples {
        let mut shell = Command::new("sh");
        shell.args(["-e", "-c", example]).current_dir(folder.path("")).env_clear();
        shell
            .env("PATH", &path)
            .env("HOME", folder.path("home"))
            .env("PORT", server.address.port().to_string());
        shell
            .env("DASHCLAW_BASE_URL", format!("http://{}", server.address))
            .env("DASHCLAW_API_KEY", &operator);
        shell
            .env("ACTION", text(&made["action_id"]))
            .env("OTHER", text(&other["action_id"]))
            .env("EVENT", &event);
        shell.stdin(std::process::Stdio::null());
        shell.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        let (code, out, problem) = ended(&mut shell);
        assert_eq!((code, &*problem), (0, ""), "{example}{out}");
    }
}

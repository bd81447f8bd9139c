//! `dashclaw verify` and `dashclaw export`: what is on record, and what it proves.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod process;

use process::{Connection, Folder, Server, client, dashclaw, ended};
use serde_json::{Value, json};

const TEXT: &str = "We will refund $1,500.00.";

fn file(folder: &Folder, name: &str, text: &str) -> String {
    let path = folder.path(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A server that has signed a receipt about a text: the server, the receipt, the keys.
fn signed(folder: &Folder) -> (Server, String, String) {
    let policies = file(folder, "p.yaml", "policies:\n  - {name: facts, type: non_fabrication}\n");
    let server = Server::start(folder, &["--api-key", "key", "--policies", &policies]);
    let mut connection = Connection::open(server.address, "key");
    let ask = json!({
        "action_type": "message", "agent_id": "agent-1", "content": TEXT,
        "source_of_truth": { "allowedFacts": [{ "value": "$1,500.00" }], "requiredFacts": [] },
    });
    let (status, told) = connection.call("POST", "/api/guard", &ask);
    assert_eq!(status, 200, "{told}");
    let receipt = told["non_fabrication"][0]["receipt"].to_string();
    let keys = connection.call("GET", "/api/integrity/jwks", &Value::Null).1.to_string();
    (server, receipt, keys)
}

#[test]
fn a_receipt_is_verified_without_a_server() {
    let folder = Folder::new("verify");
    let (mut server, receipt, keys) = signed(&folder);
    let url = format!("http://{}", server.address);
    let receipt_file = file(&folder, "receipt.json", &receipt);
    let keys_file = file(&folder, "keys.json", &keys);
    let text = file(&folder, "text.txt", TEXT);
    let other = file(&folder, "other.txt", "We will refund $9.");
    let run = |arguments: &[&str]| ended(&mut dashclaw(&folder, &[&["verify"], arguments].concat()));
    // The keys of an instance, by its address and by theirs, and of the one that is configured.
    for keys in [&url, &format!("{url}/api/integrity/jwks"), &format!("{url}/.well-known/jwks.json")] {
        assert_eq!(run(&[&receipt_file, "--jwks", keys]).0, 0, "{keys}");
    }
    assert_eq!(ended(&mut client(&folder, server.address, "key", &["verify", &receipt_file])).0, 0);
    assert!(server.terminate().success());
    // Without any server.
    let (code, out, problem) = run(&[&receipt_file, "--jwks", &keys_file, "--content", &text]);
    assert_eq!((code, &*problem), (0, ""));
    assert!(
        out.starts_with("Valid: non fabrication, signed by the key ") && out.ends_with(", about this text\n"),
        "{out}"
    );
    let (code, out, _) = run(&[&receipt_file, "--jwks", &keys_file, "--content", &other, "--json"]);
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &answer["valid"], &answer["reason"]), (1, &json!(false), &json!("content_mismatch")));
    let altered = file(&folder, "altered.json", &receipt.replace("\"pass\"", "\"block\""));
    let (code, out, _) = run(&[&altered, "--jwks", &keys_file]);
    assert_eq!((code, &*out), (1, "Not valid: non fabrication: the signature does not fit the document\n"));
    assert_eq!(run(&[&text, "--jwks", &keys_file]).0, 1);
    // No answer is another exit code than no.
    let nobody = "http://127.0.0.1:1";
    for arguments in [
        &["/nowhere.json"][..],
        &[&receipt_file, "--jwks", "/nowhere.json"],
        &[&receipt_file, "--jwks", &text],
        &[&receipt_file, "--jwks", nobody],
        &[&receipt_file],
        &[],
    ] {
        let (code, out, problem) = run(arguments);
        assert_eq!((code, &*out), (2, ""), "{arguments:?} {problem}");
    }
}

#[test]
fn what_is_on_record_is_exported() {
    let folder = Folder::new("export");
    let (server, ..) = signed(&folder);
    let mut connection = Connection::open(server.address, "key");
    for _ in 0..3 {
        let ask = json!({ "action_type": "api", "declared_goal": "look", "agent_id": "agent-1" });
        assert_eq!(connection.call("POST", "/api/actions", &ask).0, 201);
    }
    let run = |arguments: &[&str]| {
        ended(&mut client(&folder, server.address, "key", &[&["export"], arguments].concat()))
    };
    let (code, out, problem) = run(&[]);
    assert_eq!((code, &*problem), (0, ""));
    let kinds: Vec<Value> =
        out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["kind"].take()).collect();
    let count = |kind: &str| kinds.iter().filter(|known| *known == kind).count();
    assert_eq!((count("action"), count("decision")), (3, 4), "{out}");
    let to = folder.path("out.jsonl");
    let path = to.to_str().unwrap();
    let (code, out, _) = run(&["--what", "actions", "--output", path]);
    assert_eq!((code, out), (0, format!("Exported 3 lines to {path}\n")));
    assert_eq!(std::fs::read_to_string(&to).unwrap().lines().count(), 3);
    let (code, _, problem) = run(&["--output", path]);
    assert_eq!((code, problem.lines().count()), (1, 1), "{problem}");
    assert!(problem.contains("exists already"));
    let (code, _, problem) = run(&["--output", "/nowhere/out.jsonl"]);
    assert_eq!((code, problem.lines().count()), (1, 1), "{problem}");
}

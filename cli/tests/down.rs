//! `dashclaw down`, a second `up`, and policies that are read again.
#![cfg(unix)]

mod process;

use std::time::{Duration, Instant};

use process::{Connection, Folder, Server, dashclaw, ended, run};
use serde_json::json;

#[test]
fn the_server_on_the_same_data_is_stopped() {
    let folder = Folder::new("down");
    let data = folder.data().to_str().unwrap().to_owned();
    let down = || ended(&mut dashclaw(&folder, &["down", "--data", &data]));
    assert_eq!(down(), (0, format!("Nothing runs on {data}\n"), String::new()));
    let mut server = Server::start(&folder, &[]);
    // A second one is refused in one line, which says where the first is.
    let (status, out, problem) = run(&folder, &["--port", "0"]);
    assert!(!status.success() && out.is_empty());
    assert_eq!(problem.lines().count(), 1);
    assert!(
        problem.contains(&format!("at http://{}; `dashclaw down` stops it", server.address)),
        "{problem}"
    );
    assert_eq!(down(), (0, "Stopped.\n".to_owned(), String::new()));
    assert!(server.wait().success());
    assert_eq!(down().1, format!("Nothing runs on {data}\n"));
    // After a kill nothing is left that could be taken for a server.
    Server::start(&folder, &[]).kill();
    assert_eq!(down().1, format!("Nothing runs on {data}\n"));
}

#[test]
fn changed_policies_are_read_again_all_or_nothing() {
    let folder = Folder::new("reload");
    let file = folder.path("policies.yaml");
    let write = |kind: &str| {
        let text = format!("policies:\n  - {{name: one, type: {kind}, action_types: [deploy]}}\n");
        // As editors do it.
        std::fs::write(folder.path("new"), text).unwrap();
        std::fs::rename(folder.path("new"), &file).unwrap();
    };
    write("require_approval");
    let mut server = Server::start(&folder, &["--api-key", "key", "--policies", file.to_str().unwrap()]);
    let mut connection = Connection::open(server.address, "key");
    let mut verdict = || {
        let ask = json!({ "action_type": "deploy", "agent_id": "agent-1" });
        connection.call("POST", "/api/guard", &ask).1["decision"].as_str().unwrap().to_owned()
    };
    assert_eq!(verdict(), "require_approval");
    write("block_action_type");
    let begin = Instant::now();
    while verdict() != "block" {
        assert!(begin.elapsed() < Duration::from_secs(20), "the change is not seen");
        std::thread::sleep(Duration::from_millis(20));
    }
    // A mistake is told, and changes nothing.
    write("nonsense");
    server.wait_until_said("the policies stay as they are");
    assert_eq!(verdict(), "block");
    std::fs::remove_file(&file).unwrap();
    server.wait_until_said("policies.yaml: No such file");
    assert_eq!(verdict(), "block");
    write("warn_action_type");
    let begin = Instant::now();
    while verdict() != "warn" {
        assert!(begin.elapsed() < Duration::from_secs(20), "the change is not seen");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(server.terminate().success());
}

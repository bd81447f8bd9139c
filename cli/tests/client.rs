//! The commands that ask a server, as processes against a real one.

mod process;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;

use process::office::Office;
use process::{Connection, Folder, client, dashclaw, ended, wait};
use serde_json::{Value, json};

const HOSTILE: &str = "ship \u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}it\r\n";

impl Office {
    fn status_of(&self, action: &str) -> Value {
        self.record(action)["status"].take()
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        ended(&mut client(&self.folder, self.address(), &self.operator, arguments))
    }

    fn run_as_agent(&self, arguments: &[&str]) -> (i32, String, String) {
        ended(&mut client(&self.folder, self.address(), &self.agent, arguments))
    }
}

fn assert_one_line(problem: &str, told: &str) {
    assert!(problem.contains(told), "{problem}");
    assert!(problem.starts_with("dashclaw: ") && problem.trim_end().lines().count() == 1, "{problem}");
}

#[test]
fn an_action_is_approved_denied_and_decided_once() {
    let office = Office::open("decide");
    let action = office.ask("ship");
    let (code, out, problem) = office.run(&["approve", &action, "--reason=looks good"]);
    assert_eq!((code, &*problem), (0, ""));
    let link = format!("http://{}/replay/{action}", office.address());
    assert_eq!(out, format!("\nApproved: {action}\nReplay: {link}\n\n"));
    assert_eq!(office.status_of(&action), "running");
    // Somebody was faster: it says who, and changes nothing.
    let (code, out, problem) = office.run(&["deny", &action, "--reason", "no"]);
    assert_eq!((code, &*out), (1, ""));
    assert_one_line(&problem, &format!("{action} was approved by key_"));
    assert!(problem.trim_end().ends_with(": looks good"), "{problem}");
    assert_eq!(office.status_of(&action), "running");

    let other = office.ask("ship more");
    let (code, out, _) = office.run(&["deny", &other, "--reason", "not today", "--json"]);
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (code, &answer["action"]["decision"], &answer["answer_lost"]),
        (0, &json!("deny"), &json!(false))
    );
    assert_eq!(answer["action"]["decision_reason"], "not today");
}

#[test]
fn who_may_not_decide_is_told_in_one_line() {
    let office = Office::open("refused");
    let action = office.ask("ship");
    for (run, told) in [
        (office.run_as_agent(&["approve", &action]), "admin"),
        (office.run(&["approve", "act_gd_0123456789abcdef"]), "act_gd_"),
        (office.run(&["approve", "act_none"]), "not found"),
        (
            ended(&mut client(&office.folder, office.address(), "oc_live_wrong", &["approve", &action])),
            "API key",
        ),
    ] {
        let (code, out, problem) = run;
        assert_eq!((code, &*out), (1, ""), "{problem}");
        assert!(problem.to_lowercase().contains(&told.to_lowercase()), "{told}: {problem}");
        assert_one_line(&problem, "");
    }
    assert_eq!(office.status_of(&action), "pending_approval");
    let (code, _, problem) = office.run(&["approve"]);
    assert_eq!(code, 1);
    assert!(problem.contains("Usage: dashclaw approve"), "{problem}");
    let (_, _, problem) = office.run_as_agent(&["approve", &action, "--json"]);
    assert_eq!(serde_json::from_str::<Value>(&problem).unwrap()["error"]["status"], 403);
}

/// The answer to a decision never comes: the action is read again.
#[test]
fn a_lost_answer_is_looked_up_and_not_decided_again() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let record =
        json!({ "action_id": "act_1", "status": "running", "decision": "allow", "decision_by": "key_me" });
    let server = std::thread::spawn(move || {
        let mut asked = Vec::new();
        // A decision, cut off, and the look at the record.
        for answer in [None, Some(json!({ "action": record }).to_string())] {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream);
            let (mut line, mut length) = (String::new(), 0);
            reader.read_line(&mut line).unwrap();
            asked.push(line.split(" HTTP").next().unwrap().to_owned());
            loop {
                let mut header = String::new();
                reader.read_line(&mut header).unwrap();
                if let Some(given) = header.to_lowercase().strip_prefix("content-length:") {
                    length = given.trim().parse().unwrap();
                }
                if header.trim().is_empty() {
                    break;
                }
            }
            std::io::Read::read_exact(&mut reader, &mut vec![0; length]).unwrap();
            if let Some(body) = answer {
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                    body.len()
                );
                reader.get_mut().write_all((head + &body).as_bytes()).unwrap();
            }
        }
        asked
    });
    let folder = Folder::new("lost");
    let (code, out, problem) = ended(&mut client(&folder, address, "key", &["approve", "act_1"]));
    assert_eq!((code, &*problem), (0, ""));
    assert!(out.contains("The server's answer was lost; act_1 was approved by key_me"), "{out}");
    assert_eq!(server.join().unwrap(), ["POST /api/actions/act_1/approve", "GET /api/actions/act_1"]);
}

#[test]
fn what_is_foreign_cannot_write_to_the_terminal() {
    let office = Office::open("hostile");
    let action = office.ask(HOSTILE);
    for arguments in [&["show", &*action][..], &["show", &action, "--json"]] {
        let (code, out, _) = office.run(arguments);
        assert_eq!(code, 0);
        assert!(
            !out.contains(|char: char| char.is_control() && char != '\n' || char == '\u{202e}'),
            "{out:?}"
        );
        assert!(out.contains("owned"), "{out}");
    }
}

#[test]
fn the_halt_is_switched_and_told() {
    let office = Office::open("halt");
    assert!(office.run(&["halt", "status"]).1.starts_with("Not halted:"));
    let (code, out, _) = office.run(&["halt", "on", "--reason", "strange"]);
    assert_eq!(code, 0);
    assert!(
        out.starts_with("Halted: everything is blocked since ") && out.ends_with("\nReason: strange\n"),
        "{out}"
    );
    let (_, out, _) = office.run(&["halt", "status", "--json"]);
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["halt"]["halted"], true);
    assert_eq!(office.run(&["halt", "off"]).0, 0);
    let (code, _, problem) = office.run_as_agent(&["halt", "on"]);
    assert_eq!(code, 1);
    assert_one_line(&problem, "Admin access");
    assert_eq!(office.run(&["halt"]).0, 1);
}

#[test]
fn keys_are_made_listed_and_revoked() {
    let office = Office::open("keys");
    let (code, out, _) = office.run(&["keys", "create", "--label", "bot", "--agent", "bot-1", "--json"]);
    let made: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &made["role"], &made["agent_id"]), (0, &json!("member"), &json!("bot-1")));
    let (id, key) = (made["id"].as_str().unwrap(), made["key"].as_str().unwrap());
    assert_eq!(Connection::open(office.address(), key).call("GET", "/api/actions", &Value::Null).0, 200);
    let (_, out, _) = office.run(&["keys", "list"]);
    assert!(out.lines().any(|line| line.starts_with(id) && line.contains("bot-1")), "{out}");
    assert!(!out.contains(key));
    assert_eq!(office.run(&["keys", "revoke", id]).1, format!("Revoked {id}\n"));
    assert_eq!(Connection::open(office.address(), key).call("GET", "/api/actions", &Value::Null).0, 401);
    assert_eq!(office.run(&["keys", "revoke", "key_none"]).0, 1);
}

/// Nobody sees the new key, so nobody may use it.
#[test]
fn a_key_that_nobody_could_see_is_revoked() {
    let office = Office::open("unseen-key");
    let mut child =
        client(&office.folder, office.address(), &office.operator, &["keys", "create"]).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(wait(&mut child).code(), Some(1));
    let (_, out, _) = office.run(&["keys", "list", "--json"]);
    let list: Value = serde_json::from_str(&out).unwrap();
    let newest = &list["keys"][0];
    assert!(newest["revoked_at"].is_string(), "{newest}");
}

#[test]
fn a_reader_that_is_gone_ends_it_quietly() {
    let office = Office::open("gone");
    let action = office.ask("ship");
    for arguments in
        [&["keys", "list"][..], &["show", &action], &["completions", "bash"], &["halt", "status", "--json"]]
    {
        let mut child =
            client(&office.folder, office.address(), &office.operator, arguments).spawn().unwrap();
        drop(child.stdout.take());
        let mut said = String::new();
        std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut said).unwrap();
        assert_eq!((wait(&mut child).code(), &*said), (Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn an_action_has_a_timeline() {
    let office = Office::open("show");
    let action = office.ask("ship");
    office.run(&["approve", &action, "--reason", "fine"]);
    let outcome = json!({ "status": "completed", "summary": "shipped" });
    let path = format!("/api/actions/{action}/outcome");
    let (status, told) = Connection::open(office.address(), &office.agent).call("POST", &path, &outcome);
    assert_eq!(status, 200, "{told}");
    let (code, out, _) = office.run(&["show", &action]);
    assert_eq!(code, 0);
    let place = |part: &str| out.find(part).unwrap_or_else(|| panic!("no `{part}` in {out}"));
    assert!(place("created") < place("decided") && place("decided") < place("reported"), "{out}");
    assert!(out.contains("was approved by key_") && out.contains(": fine"), "{out}");
    let (_, out, _) = office.run(&["show", &action, "--json"]);
    let whole: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(whole["timeline"][0]["what"], "created");
}

#[test]
fn events_are_one_line_each() {
    let office = Office::open("watch");
    let mut child =
        client(&office.folder, office.address(), &office.operator, &["watch", "--json"]).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = || serde_json::from_str::<Value>(&lines.next().unwrap().unwrap()).unwrap();
    assert_eq!(next()["event"], "connected");
    let action = office.ask("ship");
    let created = loop {
        let event = next();
        if event["event"] == "action.created" {
            break event;
        }
    };
    assert!(created["data"].to_string().contains(&action));
    child.kill().unwrap();
    wait(&mut child);
    // A reader that goes away ends it.
    let after = created["id"].as_str().unwrap().to_owned();
    office.run(&["approve", &action]);
    let (code, out, _) = office.run(&["watch", "--after", &after, "--count", "1"]);
    assert_eq!((code, out.lines().count()), (0, 1), "{out}");
}

#[test]
fn a_server_that_is_away_or_no_server_is_one_line() {
    let folder = Folder::new("away");
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (code, out, problem) = ended(&mut client(&folder, closed, "key", &["halt", "status"]));
    assert_eq!((code, &*out), (1, ""));
    assert_one_line(&problem, &format!("http://{closed} cannot be reached"));

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = std::io::Read::read(&mut stream, &mut [0; 4096]);
        let body = "<html>\u{1b}[2J</html>";
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        stream.write_all(head.as_bytes()).unwrap();
    });
    let (code, _, problem) = ended(&mut client(&folder, address, "key", &["halt", "status"]));
    server.join().unwrap();
    assert_eq!(code, 1);
    assert_one_line(&problem, "answers what is no answer");
    assert!(!problem.contains('\u{1b}'), "{problem:?}");
}

#[test]
fn no_program_runs_without_its_secrets() {
    let office = Office::open("env");
    let mark = office.folder.path("ran");
    let touch = ["env", "--agent", "agent-1", "--", "touch", mark.to_str().unwrap()];
    let mut away = client(&office.folder, "127.0.0.1:1".parse().unwrap(), "key", &touch);
    let (code, out, problem) = ended(&mut away);
    assert_eq!((code, &*out), (1, ""));
    assert_one_line(&problem, "`touch` was not run");
    assert!(!mark.exists());
    let (code, _, problem) = office.run(&["env", "--print"]);
    assert_eq!(code, 1);
    assert_one_line(&problem, "never shown");
}

/// The server's part is scripted, so that the secret is known.
#[test]
fn a_program_gets_its_secrets_and_ends_as_itself() {
    let folder = Folder::new("env-run");
    let body = json!({ "env": { "TOKEN": "s3cret" }, "count": 1, "delivered": ["TOKEN"] }).to_string();
    let bundle = |arguments: &[&str]| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, body) = (listener.local_addr().unwrap(), body.clone());
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut asked = [0; 4096];
            let count = std::io::Read::read(&mut stream, &mut asked).unwrap();
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            stream.write_all((head + &body).as_bytes()).unwrap();
            String::from_utf8_lossy(&asked[..count]).into_owned()
        });
        let ran = ended(&mut client(&folder, address, "key", arguments));
        (ran, server.join().unwrap())
    };
    let ((code, out, problem), asked) =
        bundle(&["env", "--agent=a 1", "--", "sh", "-c", "echo \"$TOKEN $0\"; exit 7", "--print"]);
    assert_eq!((code, &*out, &*problem), (7, "s3cret --print\n", ""));
    assert!(asked.starts_with("GET /api/secrets/env?agent_id=a+1 "), "{asked}");
    // Killed by a signal, as a shell tells it.
    let ((code, _, _), _) = bundle(&["env", "--", "sh", "-c", "kill -TERM $$"]);
    assert_eq!(code, -1);
    let ((code, out, _), _) = bundle(&["env"]);
    assert_eq!(code, 0);
    assert!(out.starts_with("TOKEN\n1 secrets.") && !out.contains("s3cret"), "{out}");
    let ((code, _, problem), _) = bundle(&["env", "--", "/nonexistent/program"]);
    assert_eq!(code, 1);
    assert_one_line(&problem, "cannot be run");
}

#[test]
fn costs_are_summed_or_refused_in_one_line() {
    let office = Office::open("cost");
    let (code, out, problem) = office.run(&["cost", "--lens", "fleet"]);
    if code == 0 {
        assert!(out.contains("No agent has spent anything in 7d"), "{out}");
    } else {
        assert_one_line(&problem, "does not serve this");
    }
    let (code, _, problem) = office.run(&["cost", "--period", "1d"]);
    assert_eq!(code, 1);
    assert!(problem.contains("7d, 30d, 90d"), "{problem}");
    let (code, _, problem) = ended(&mut dashclaw(&office.folder, &["cost"]));
    assert_eq!(code, 1);
    assert_one_line(&problem, "DASHCLAW_BASE_URL");
}

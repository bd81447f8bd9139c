//! `dashclaw doctor`, as a process: what it finds, what it mends, and what it leaves alone.
#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot be set up has failed")]

mod process;

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::sync::{Arc, Mutex};

use process::terminal::Terminal;
use process::{Folder, client, dashclaw, ended};
use serde_json::{Value, json};

/// An instance whose doctor is scripted: it answers each request by the first of these whose beginning fits, until the test ends.
/// Answers its address and the requests that came.
fn instance(answers: Vec<(&'static str, u16, Value)>) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, asked) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(Vec::new())));
    let seen = Arc::clone(&asked);
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let mut request = vec![0; 8192];
            let count = stream.read(&mut request).unwrap();
            let request = String::from_utf8_lossy(&request[..count]).into_owned();
            let found = answers.iter().find(|(start, ..)| request.starts_with(start));
            let (status, body) = found
                .map_or((404, json!({ "error": "Not found" })), |(_, status, body)| (*status, body.clone()));
            let body = body.to_string();
            seen.lock().unwrap().push(request);
            let head = format!(
                "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all((head + &body).as_bytes());
        }
    });
    (address, asked)
}

/// The command in a working folder and with a path of its own, so that it finds nothing of this machine.
fn doctor(folder: &Folder, address: SocketAddr, arguments: &[&str]) -> Command {
    std::fs::create_dir_all(folder.path("work")).unwrap();
    std::fs::create_dir_all(folder.path("home")).unwrap();
    let mut command = client(folder, address, "key", &[&["doctor"], arguments].concat());
    command.current_dir(folder.path("work")).env("PATH", "/usr/bin:/bin");
    command
}

fn report(folder: &Folder, address: SocketAddr, arguments: &[&str]) -> (i32, Value) {
    let (code, out, problem) = ended(&mut doctor(folder, address, &[arguments, &["--json"]].concat()));
    (code, serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{problem}")))
}

fn check<'a>(report: &'a Value, id: &str) -> &'a Value {
    let checks = report["checks"].as_array().unwrap();
    checks.iter().find(|check| check["id"] == id).unwrap_or_else(|| panic!("no {id} in {report}"))
}

fn well() -> Value {
    json!({ "status": "healthy", "checks": [
        { "id": "db_connection", "category": "database", "status": "pass", "title": "Database answers", "message": "", "fix": null },
    ]})
}

#[test]
fn a_machine_and_an_instance_that_are_well_are_healthy() {
    let folder = Folder::new("doctor-well");
    let (address, asked) = instance(vec![("GET /api/doctor", 200, well())]);
    let (code, told) = report(&folder, address, &["--category", "database,config"]);
    assert_eq!((code, &told["status"], &told["summary"]["pass"]), (0, &json!("healthy"), &json!(2)));
    let request = asked.lock().unwrap()[0].clone();
    assert!(
        request.starts_with("GET /api/doctor?category=database%2Cconfig&include_fixes=true HTTP"),
        "{request}"
    );
    let (code, out, problem) = ended(&mut doctor(&folder, address, &[]));
    assert_eq!((code, &*problem), (0, ""));
    assert!(out.contains("✓ Database answers") && out.contains("2 pass, 0 warn, 0 fail"), "{out}");
}

#[test]
fn an_instance_that_does_not_answer_is_a_finding() {
    let folder = Folder::new("doctor-away");
    let page = json!({ "error": "x".repeat(500) });
    for (answers, id) in [
        (vec![], "remote_unreachable"),
        (vec![("GET /api/doctor", 401, json!({ "error": "no" }))], "remote_auth"),
        (vec![("GET /api/doctor", 403, json!({ "error": "no" }))], "remote_auth"),
        (vec![("GET /api/doctor", 500, page)], "remote_unreachable"),
        (vec![("GET /api/doctor", 200, json!({ "hello": 1 }))], "remote_unreachable"),
    ] {
        let (address, _) = instance(answers);
        let (code, told) = report(&folder, address, &[]);
        let found = check(&told, id);
        assert_eq!((code, &told["status"], &found["status"]), (1, &json!("unhealthy"), &json!("fail")));
        assert!(found["message"].as_str().unwrap().chars().count() < 250, "{found}");
    }
    let (_, told) = report(&folder, "127.0.0.1:1".parse().unwrap(), &[]);
    check(&told, "remote_unreachable");
    // A report comes with 503, too.
    let sick = json!({ "checks": [{ "id": "db_connection", "category": "database", "status": "fail", "title": "t", "message": "m" }] });
    let (address, _) = instance(vec![("GET /api/doctor", 503, sick)]);
    assert_eq!(check(&report(&folder, address, &[]).1, "db_connection")["message"], "m");
    // Without any server, and with a broken setting, this machine is looked at all the same.
    let mut nowhere = dashclaw(&folder, &["doctor", "--json"]);
    let (code, out, _) = ended(nowhere.current_dir(folder.path("work")).env("PATH", "/usr/bin:/bin"));
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, 1);
    check(&told, "remote_unreachable");
}

#[test]
fn this_machine_is_looked_at_and_no_value_is_told() {
    let folder = Folder::new("doctor-machine");
    let home = folder.path("home");
    std::fs::create_dir_all(home.join(".claude")).unwrap();
    std::fs::create_dir_all(home.join(".dashclaw")).unwrap();
    std::fs::write(home.join(".bashrc"), "export DASHCLAW_API_KEY=oc_live_s3cret\n# DASHCLAW_X=1\n").unwrap();
    let hooks =
        json!({ "hooks": { "PreToolUse": [{ "hooks": [{ "command": "python3 ~/.dashclaw/gone.py" }] }] } });
    std::fs::write(home.join(".claude/settings.json"), hooks.to_string()).unwrap();
    let config = home.join(".dashclaw/config.json");
    std::fs::write(&config, "{}").unwrap();
    std::fs::set_permissions(&config, std::fs::Permissions::from_mode(0o644)).unwrap();
    let (address, _) = instance(vec![("GET /api/doctor", 200, well())]);
    let (code, told) = report(&folder, address, &[]);
    assert_eq!((code, &check(&told, "local_env_leak")["status"]), (1, &json!("warn")));
    assert!(
        check(&told, "local_env_leak")["message"].as_str().unwrap().contains("DASHCLAW_API_KEY in ~/.bashrc")
    );
    assert!(!told.to_string().contains("s3cret") && !told.to_string().contains("DASHCLAW_X"), "{told}");
    assert!(check(&told, "local_hooks_trust")["message"].as_str().unwrap().ends_with("gone.py"));
    assert_eq!(check(&told, "local_config_mode")["status"], "fail");
    // Nothing was changed, until that is asked for.
    assert_eq!(config.metadata().unwrap().permissions().mode() & 0o777, 0o644);
    let (_, told) = report(&folder, address, &["--fix"]);
    assert_eq!(
        (&told["fixes"][0]["action"], &told["fixes"][0]["applied"]),
        (&json!("close_config"), &json!(true))
    );
    assert_eq!(check(&told, "local_config_mode")["status"], "pass");
    assert_eq!(config.metadata().unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn env_is_shown_asked_for_and_backed_up_before_it_is_written() {
    let folder = Folder::new("doctor-env");
    let (address, _) = instance(vec![("GET /api/doctor", 200, well())]);
    let work = folder.path("work");
    std::fs::create_dir_all(&work).unwrap();
    let file = work.join(".env");
    let old =
        "# mine\nexport DASHCLAW_BASE_URL=\"http://127.0.0.1:1\"\r\nDASHCLAW_API_KEY=oc_live_s3cret\nTAIL=1";
    std::fs::write(&file, old).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let backups = || -> Vec<_> {
        let names = std::fs::read_dir(&work).unwrap().map(|entry| entry.unwrap().path());
        names.filter(|path| path != &file).collect()
    };
    let (code, told) = report(&folder, address, &[]);
    assert_eq!((code, &check(&told, "local_env_file")["status"]), (1, &json!("warn")));
    // At a terminal Enter is a no.
    let url = format!("http://{address}");
    let home = folder.path("home");
    let variables = [
        ("DASHCLAW_BASE_URL", &*url),
        ("DASHCLAW_API_KEY", "key"),
        ("HOME", home.to_str().unwrap()),
        ("PAGER", ""),
    ];
    let cd = format!("cd {} && exec {} doctor --fix", work.display(), env!("CARGO_BIN_EXE_dashclaw"));
    let mut terminal = Terminal::start("sh", &["-c", &cd], &variables);
    terminal.until_shown("Do that? [y/N]");
    terminal.until_shown(&format!("becomes DASHCLAW_BASE_URL={url}"));
    terminal.type_keys("\n");
    assert_eq!(terminal.ended(), 1);
    assert_eq!((std::fs::read_to_string(&file).unwrap(), backups().len()), (old.to_owned(), 0));
    // Without one, --fix is the answer.
    let (code, out, problem) = ended(&mut doctor(&folder, address, &["--fix"]));
    assert_eq!(code, 0, "{out}{problem}");
    assert!(problem.contains("becomes DASHCLAW_BASE_URL="), "{problem}");
    let backup = backups().pop().unwrap();
    assert_eq!(std::fs::read_to_string(&backup).unwrap(), old);
    assert_eq!(backup.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), old.replace("http://127.0.0.1:1", &url));
    assert!(!(out + &problem).contains("s3cret"));
}

#[test]
fn the_instance_is_mended_where_it_fails_and_says_how() {
    let folder = Folder::new("doctor-fix");
    let checks = |status: &str| {
        json!({ "status": "unhealthy", "checks": [
            { "id": "a", "category": "config", "status": status, "title": "t", "message": "m",
              "fix": { "type": "auto", "description": "makes it", "action": "make_it" } },
            { "id": "b", "category": "config", "status": "warn", "title": "t", "message": "m",
              "fix": { "type": "auto", "description": "on the host", "action": "other" } },
        ]})
    };
    let mended = json!({ "applied": true, "description": "it was made" });
    let (address, asked) =
        instance(vec![("GET /api/doctor", 200, checks("fail")), ("POST /api/doctor/fix", 200, mended)]);
    let (code, told) = report(&folder, address, &["--fix"]);
    assert_eq!((code, &told["fixes"][0]["description"]), (1, &json!("it was made")));
    let requests = asked.lock().unwrap().clone();
    let posted: Vec<&String> = requests.iter().filter(|request| request.starts_with("POST")).collect();
    assert!(posted.len() == 1 && posted[0].ends_with(r#"{"action":"make_it"}"#), "{posted:?}");
    // The report is read again.
    assert_eq!(requests.iter().filter(|request| request.starts_with("GET")).count(), 2);
    // An agent's key may not, and a report without --fix changes nothing.
    let refused = json!({ "error": "Admin access required" });
    let (address, asked) =
        instance(vec![("GET /api/doctor", 200, checks("fail")), ("POST /api/doctor/fix", 403, refused)]);
    let (_, told) = report(&folder, address, &["--fix"]);
    assert_eq!(told["fixes"][0]["applied"], false);
    report(&folder, address, &[]);
    assert_eq!(asked.lock().unwrap().iter().filter(|request| request.starts_with("POST")).count(), 1);
    let (_, out, _) = ended(&mut doctor(&folder, address, &[]));
    assert!(out.contains("would do: makes it; run dashclaw doctor --fix"), "{out}");
    assert!(
        out.contains("on the host of the instance: on the host") && out.contains("1 can be mended"),
        "{out}"
    );
}

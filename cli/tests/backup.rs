//! `dashclaw backup` while the server is written to, and what a server makes of the copy.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod process;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use process::{Connection, Folder, Server};
use rusqlite::Connection as Database;
use serde_json::{Value, json};

const KEY: &str = "test-key";

fn backup(data: &Path, to: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dashclaw"));
    command.arg("backup").arg("--data").arg(data).arg(to).output().unwrap()
}

/// What it says about why there is no backup: one line.
fn refused(data: &Path, to: &Path) -> String {
    let done = backup(data, to);
    let problem = String::from_utf8(done.stderr).unwrap();
    assert!(
        done.status.code() == Some(1) && done.stdout.is_empty() && problem.lines().count() == 1,
        "{problem}"
    );
    problem
}

#[test]
fn a_backup_of_a_server_under_load_is_restored_with_all_that_was_acknowledged() {
    let folder = Folder::new("backup");
    let mut server = Server::start(&folder, &["--api-key", KEY]);
    let (address, over) = (server.address, Arc::new(AtomicBool::new(false)));
    let known = Arc::new(Mutex::new(Vec::new()));
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let (known, over) = (Arc::clone(&known), Arc::clone(&over));
            std::thread::spawn(move || {
                let mut connection = Connection::open(address, KEY);
                for n in 0.. {
                    let goal = format!("{writer} {n}");
                    let action = json!({ "agent_id": "a", "action_type": "work", "declared_goal": goal });
                    let (status, made) = connection.call("POST", "/api/actions", &action);
                    assert_eq!(status, 201, "{made}");
                    known.lock().unwrap().push(made["action_id"].as_str().unwrap().to_owned());
                    if over.load(Ordering::SeqCst) {
                        return;
                    }
                }
            })
        })
        .collect();
    let acknowledged = |more_than: usize| {
        let begin = std::time::Instant::now();
        while known.lock().unwrap().len() <= more_than {
            assert!(begin.elapsed() < Duration::from_secs(20), "there is no load");
            std::thread::sleep(Duration::from_millis(5));
        }
        known.lock().unwrap().clone()
    };
    let before: Vec<String> = acknowledged(10);
    let copy = folder.path("copy.db");
    let done = backup(&folder.data(), &copy);
    assert!(done.status.success(), "{done:?}");
    assert!(String::from_utf8(done.stdout).unwrap().starts_with("Backed up "));
    acknowledged(before.len());
    over.store(true, Ordering::SeqCst);
    for writer in writers {
        writer.join().unwrap();
    }
    server.kill();

    // Another one to the same place changes nothing, and nothing is left beside it.
    let bytes = fs::read(&copy).unwrap();
    assert!(refused(&folder.data(), &copy).contains("exists already"));
    assert_eq!(fs::read(&copy).unwrap(), bytes);
    let beside = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().contains("partial");
    assert!(!fs::read_dir(folder.path("")).unwrap().any(|entry| beside(&entry.unwrap())));
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&copy).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600, "it holds secrets");
    }

    let restored = Folder::new("restored");
    fs::create_dir_all(restored.data()).unwrap();
    fs::copy(&copy, restored.data().join("dashclaw.db")).unwrap();
    let mut server = Server::start(&restored, &["--api-key", KEY]);
    let mut connection = Connection::open(server.address, KEY);
    for id in &before {
        let (status, _) = connection.call("GET", &format!("/api/actions/{id}"), &Value::Null);
        assert_eq!(status, 200, "{id}");
    }
    server.terminate();
    let database = Database::open(restored.data().join("dashclaw.db")).unwrap();
    let one = |sql: &str| -> String { database.query_row(sql, [], |row| row.get(0)).unwrap() };
    assert_eq!(one("PRAGMA integrity_check"), "ok");
    let origin = Database::open(folder.data().join("dashclaw.db")).unwrap();
    let epoch: String = origin.query_row("SELECT epoch FROM event_epochs", [], |row| row.get(0)).unwrap();
    assert_ne!(one("SELECT epoch FROM event_epochs"), epoch, "ids would be taken for those of the original");
    let events = "SELECT count(*) || ' ' || max(position) || ' ' || (SELECT position FROM heads) FROM events";
    let events = one(events);
    assert!(events.split(' ').all(|number| number == events.split(' ').next().unwrap()), "{events}");
}

#[test]
fn of_twenty_backups_to_one_file_at_once_one_is_made_and_it_is_whole() {
    let folder = Folder::new("backups");
    let mut server = Server::start(&folder, &["--api-key", KEY]);
    let action = json!({ "agent_id": "a", "action_type": "work", "declared_goal": "g" });
    assert_eq!(Connection::open(server.address, KEY).call("POST", "/api/actions", &action).0, 201);
    let (data, copy) = (folder.data(), folder.path("copy.db"));
    let backups: Vec<_> = (0..20)
        .map(|_| {
            let (data, copy) = (data.clone(), copy.clone());
            std::thread::spawn(move || backup(&data, &copy).status.success())
        })
        .collect();
    let made = backups.into_iter().map(|one| one.join().unwrap()).filter(|made| *made).count();
    assert_eq!(made, 1);
    server.terminate();
    let database = Database::open(&copy).unwrap();
    let count: i64 = database.query_row("SELECT count(*) FROM actions", [], |row| row.get(0)).unwrap();
    assert_eq!(count, 1);
    let names = fs::read_dir(folder.path("")).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(names.filter(|name| name.to_string_lossy().starts_with("copy.db")).count(), 1);
}

#[test]
fn what_cannot_be_backed_up_is_told_in_one_line_and_leaves_nothing() {
    let folder = Folder::new("no-backup");
    let copy = folder.path("copy.db");
    assert!(refused(&folder.path("nowhere"), &copy).contains("cannot read"));
    fs::write(folder.path("notes.txt"), "not a database, and longer than the head of one would be").unwrap();
    assert!(refused(&folder.path("notes.txt"), &copy).contains("is not a database"));
    let foreign = folder.path("foreign.db");
    Database::open(&foreign).unwrap().execute_batch("CREATE TABLE t (n)").unwrap();
    assert!(refused(&foreign, &copy).contains("another program"));
    Server::start(&folder, &["--api-key", KEY]).terminate();
    assert!(refused(&folder.data(), &folder.path("no/such/folder/copy.db")).contains("cannot create"));
    assert!(!copy.exists());
    // Of a server that does not run.
    assert!(backup(&folder.data(), &copy).status.success());
}

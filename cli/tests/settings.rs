//! Where the command looks for the server and the key, and what it does with what it finds.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod process;

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;

use process::{Folder, Server, client, dashclaw, ended};

fn config(folder: &Folder, text: &str) -> PathBuf {
    let path = folder.path("home/.dashclaw/config.json");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn the_environment_comes_before_the_file_field_by_field() {
    let folder = Folder::new("order");
    let server = Server::start(&folder, &["--api-key", "right-key"]);
    let url = format!("http://{}", server.address);
    let saved =
        |url: &str, key: &str| config(&folder, &format!(r#"{{"baseUrl":"{url}/","apiKey":"{key}"}}"#));
    let status = |variables: &[(&str, &str)]| {
        ended(dashclaw(&folder, &["halt", "status"]).envs(variables.iter().copied()))
    };
    saved(&url, "right-key");
    assert_eq!(status(&[]).0, 0);
    assert_eq!(status(&[("DASHCLAW_API_KEY", "wrong-key")]).0, 1);
    assert_eq!(status(&[("DASHCLAW_BASE_URL", "http://127.0.0.1:1")]).0, 1);
    saved(&url, "wrong-key");
    assert_eq!(status(&[]).0, 1);
    assert_eq!(status(&[("DASHCLAW_API_KEY", "right-key")]).0, 0);
    // An empty variable says nothing.
    saved(&url, "right-key");
    assert_eq!(status(&[("DASHCLAW_API_KEY", ""), ("DASHCLAW_BASE_URL", "")]).0, 0);
}

#[test]
fn a_broken_file_is_told_where_it_is_needed_and_left_as_it_is() {
    let folder = Folder::new("broken");
    let server = Server::start(&folder, &["--api-key", "right-key"]);
    for broken in ["{\"apiKey\": \"s3cret\"", "[]", "\u{0}"] {
        let path = config(&folder, broken);
        let (code, out, problem) = ended(&mut dashclaw(&folder, &["halt", "status"]));
        assert_eq!((code, &*out), (1, ""));
        assert!(problem.contains("config.json` is not a JSON object"), "{problem}");
        assert!(!problem.contains("s3cret") && problem.lines().count() == 1, "{problem}");
        assert_eq!(std::fs::read_to_string(path).unwrap(), broken);
        assert_eq!(ended(&mut client(&folder, server.address, "right-key", &["halt", "status"])).0, 0);
    }
}

#[test]
fn nothing_is_asked_without_a_terminal() {
    let folder = Folder::new("unasked");
    for arguments in [&["halt", "status"][..], &["approve", "act_1"], &["env", "--", "true"], &["watch"]] {
        let (code, out, problem) = ended(&mut dashclaw(&folder, arguments));
        assert_eq!((code, &*out), (1, ""), "{arguments:?}");
        assert!(problem.contains("set DASHCLAW_BASE_URL and DASHCLAW_API_KEY"), "{problem}");
    }
}

#[test]
fn logout_removes_what_is_saved_and_nothing_else() {
    let folder = Folder::new("logout");
    let path = config(&folder, "nonsense");
    let other = path.with_file_name("other");
    std::fs::write(&other, "").unwrap();
    let (code, out, _) = ended(&mut dashclaw(&folder, &["logout"]));
    assert_eq!((code, out), (0, format!("Removed {}\n", path.display())));
    assert!(!path.exists() && other.exists());
    assert_eq!(ended(&mut dashclaw(&folder, &["logout"])).1, "There was nothing saved.\n");
}

#[test]
fn clear_text_is_warned_of_beyond_this_machine() {
    let folder = Folder::new("clear");
    let first_line = |url: &str| {
        let mut command = dashclaw(&folder, &["halt", "status"]);
        command.env("DASHCLAW_BASE_URL", url).env("DASHCLAW_API_KEY", "k").env("NO_PROXY", "*");
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
        // Whether the name has an address, and when that is known, is of no interest.
        child.kill().unwrap();
        child.wait().unwrap();
        line
    };
    assert!(!first_line("http://127.0.0.1:1").contains("clear text"));
    // It is said before anything is sent.
    assert!(first_line("http://nowhere.invalid:1").contains("clear text"));
}

#[test]
fn the_version_and_completions_are_there() {
    let folder = Folder::new("version");
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(ended(&mut dashclaw(&folder, &["version"])).1, format!("{version}\n"));
    assert_eq!(ended(&mut dashclaw(&folder, &["--version"])).1, format!("dashclaw {version}\n"));
    for shell in ["bash", "zsh", "fish"] {
        let (code, out, _) = ended(&mut dashclaw(&folder, &["completions", shell]));
        assert_eq!(code, 0);
        assert!(out.contains("dashclaw") && out.contains("approve"), "{shell}");
    }
    let (code, _, problem) = ended(&mut dashclaw(&folder, &["nonsense"]));
    assert_eq!(code, 1);
    assert!(problem.contains("unrecognized subcommand"), "{problem}");
}

//! `dashclaw approvals` in a pseudo-terminal, against a real server.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod process;

use std::time::Duration;

use process::office::Office;
use process::terminal::Terminal;
use process::{Connection, client, ended};
use serde_json::{Value, json};

const DOWN: &str = "\u{1b}[B";
/// Longer than a question must stand before it is answered.
const LOOK: Duration = Duration::from_millis(500);

impl Office {
    fn variables(&self) -> Vec<(String, String)> {
        vec![
            ("DASHCLAW_BASE_URL".into(), format!("http://{}", self.server.address)),
            ("DASHCLAW_API_KEY".into(), self.operator.clone()),
            ("HOME".into(), self.folder.path("home").to_str().unwrap().into()),
            ("PS1".into(), "shell$ ".into()),
        ]
    }

    fn terminal(&self, program: &str, arguments: &[&str], more: &[(&str, &str)]) -> Terminal {
        let own = self.variables();
        let mut variables: Vec<(&str, &str)> = own.iter().map(|(name, value)| (&**name, &**value)).collect();
        variables.extend(more);
        Terminal::start(program, arguments, &variables)
    }

    fn inbox(&self) -> Terminal {
        self.terminal(env!("CARGO_BIN_EXE_dashclaw"), &["approvals"], &[])
    }
}

#[test]
fn a_human_approves_and_denies() {
    let office = Office::open("inbox-decide");
    let first = office.ask("ship the first");
    let mut terminal = office.inbox();
    terminal.until("first", |terminal| terminal.selected().contains("ship the first"));
    // What comes later appears by itself, and the selection stays with its action.
    let second = office.ask("ship the second");
    terminal.until_shown("2 waiting, live");
    assert!(terminal.selected().contains("ship the first"), "{}", terminal.screen());
    terminal.type_keys("a");
    terminal.until_shown(&format!("APPROVE {first}?"));
    std::thread::sleep(LOOK);
    terminal.type_keys("y");
    terminal.until_shown(&format!("{first} was approved by key_"));
    assert_eq!(office.record(&first)["status"], "running");
    terminal.until_shown("1 waiting");
    terminal.until("second", |terminal| terminal.selected().contains("ship the second"));
    // The selection has moved by itself: a key that moves shows that the user has seen it.
    terminal.type_keys(DOWN);
    terminal.type_keys("d");
    terminal.until_shown("Why is");
    terminal.type_keys("not todax\u{7f}y\r");
    terminal.until_shown(&format!("DENY {second}?"));
    std::thread::sleep(LOOK);
    terminal.type_keys("y");
    terminal.until_shown("Nothing waits.");
    let record = office.record(&second);
    assert_eq!((&record["decision"], &record["decision_reason"]), (&json!("deny"), &json!("not today")));
    terminal.type_keys("q");
    assert_eq!(terminal.ended(), 0);
    terminal.until("given back", Terminal::is_given_back);
}

#[test]
fn keys_that_are_no_decision_decide_nothing() {
    let office = Office::open("inbox-nothing");
    let action = office.ask("ship");
    let mut terminal = office.inbox();
    // Typed ahead, before anything is shown.
    terminal.type_keys("ay\ry");
    terminal.until_shown("1 waiting");
    terminal.type_keys("\r\r");
    terminal.type_keys("\u{1b}[200~ay\ray\u{1b}[201~");
    terminal.type_keys("nayay");
    std::thread::sleep(LOOK);
    // Whatever question stands now, Enter does not answer it.
    terminal.type_keys("\r");
    terminal.type_keys("a");
    terminal.until_shown(&format!("APPROVE {action}?"));
    std::thread::sleep(LOOK);
    terminal.type_keys("\r");
    terminal.until_shown("Nothing was decided.");
    assert_eq!(office.record(&action)["status"], "pending_approval");
    // Somebody else decides while the question stands.
    terminal.type_keys("a");
    terminal.until_shown(&format!("APPROVE {action}?"));
    let path = format!("/api/actions/{action}/approve");
    let deny = json!({ "decision": "deny", "reasoning": "mine" });
    assert_eq!(Connection::open(office.server.address, &office.operator).call("POST", &path, &deny).0, 200);
    terminal.until_shown("no longer waits");
    terminal.type_keys("y");
    std::thread::sleep(LOOK);
    assert_eq!(office.record(&action)["decision_reason"], "mine");
    terminal.type_keys("\u{3}");
    assert_eq!(terminal.ended(), 130);
    terminal.until("given back", Terminal::is_given_back);
}

#[test]
fn hostile_text_and_any_size_leave_the_frame_whole() {
    let office = Office::open("inbox-hostile");
    office.ask("ship \u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}it 日本語 \u{200b}");
    let mut terminal = office.inbox();
    terminal.until_shown("1 waiting");
    terminal.until_shown("\\u{202e}");
    let raw = String::from_utf8_lossy(&terminal.raw()).into_owned();
    assert!(!raw.contains("\u{1b}]0;") && !raw.contains('\u{202e}'), "{raw:?}");
    for (rows, columns) in [(8, 40), (30, 160), (12, 60)] {
        terminal.resize(rows, columns);
        terminal.until("drawn anew", |terminal| {
            let screen = terminal.screen();
            screen.contains("1 waiting")
                && screen.contains("up/down move")
                && screen.lines().count() == usize::from(rows)
        });
    }
    terminal.resize(4, 20);
    terminal.until_shown("Too small.");
    terminal.resize(24, 100);
    terminal.until_shown("1 waiting");
    terminal.type_keys("q");
    assert_eq!(terminal.ended(), 0);
}

#[test]
fn every_way_out_gives_the_terminal_back() {
    let office = Office::open("inbox-out");
    office.ask("ship");
    for (signal, code) in [("TERM", 143), ("HUP", 129), ("INT", 130)] {
        let mut terminal = office.inbox();
        terminal.until_shown("1 waiting");
        let id = terminal.process_id().to_string();
        assert!(
            std::process::Command::new("kill")
                .args([&format!("-{signal}"), &*id])
                .status()
                .unwrap()
                .success()
        );
        assert_eq!(terminal.ended(), code, "{signal}");
        terminal.until("given back", Terminal::is_given_back);
    }
}

#[test]
fn a_window_that_is_closed_ends_it_and_decides_nothing() {
    let office = Office::open("inbox-closed");
    let action = office.ask("ship");
    // With the signal of a closing window, and where that is ignored.
    let binary = env!("CARGO_BIN_EXE_dashclaw");
    let deaf = format!("trap '' HUP; exec {binary} approvals");
    for mut terminal in [office.inbox(), office.terminal("sh", &["-c", &deaf], &[])] {
        terminal.until_shown("1 waiting");
        terminal.type_keys("a");
        terminal.until_shown("APPROVE");
        terminal.close();
        assert_eq!(terminal.ended(), 129);
    }
    assert_eq!(office.record(&action)["status"], "pending_approval");
}

#[test]
fn a_shell_stops_it_and_lets_it_go_on() {
    let office = Office::open("inbox-stop");
    office.ask("ship");
    let mut terminal = office.terminal("bash", &["--norc", "-i"], &[]);
    terminal.until_shown("shell$");
    terminal.type_keys(&format!("{} approvals\n", env!("CARGO_BIN_EXE_dashclaw")));
    terminal.until_shown("1 waiting");
    terminal.type_keys("\u{1a}");
    terminal.until_shown("Stopped");
    terminal.type_keys("echo he''re\n");
    terminal.until_shown("here");
    office.ask("ship more");
    terminal.type_keys("fg\n");
    terminal.until_shown("2 waiting");
    terminal.type_keys("q");
    terminal.until("at the shell", |terminal| !terminal.screen().contains("waiting"));
    terminal.type_keys("echo code $?\n");
    terminal.until_shown("code 0");
}

#[test]
fn without_a_full_terminal_it_is_a_list() {
    let office = Office::open("inbox-plain");
    let action = office.ask("ship\u{1b}[2J");
    let (code, out, _) =
        ended(&mut client(&office.folder, office.server.address, &office.operator, &["approvals"]));
    assert_eq!(code, 0);
    assert!(out.contains(&action) && out.contains(r"ship\u{1b}[2J") && !out.contains('\u{1b}'), "{out}");
    let (_, out, _) =
        ended(&mut client(&office.folder, office.server.address, &office.operator, &["approvals", "--json"]));
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["actions"][0]["action_id"], json!(action));
    let mut dumb = office.terminal(env!("CARGO_BIN_EXE_dashclaw"), &["approvals"], &[("TERM", "dumb")]);
    assert_eq!(dumb.ended(), 0);
    dumb.until_shown(&action);
    assert!(!dumb.raw().contains(&0x1b));
}

#[test]
fn colours_are_a_terminals_and_not_for_everybody() {
    let office = Office::open("inbox-colour");
    office.ask("ship");
    let coloured = |more: &[(&str, &str)]| {
        let mut terminal = office.terminal(env!("CARGO_BIN_EXE_dashclaw"), &["halt", "status"], more);
        assert_eq!(terminal.ended(), 0);
        terminal.until_shown("Not halted:");
        terminal.raw().contains(&0x1b)
    };
    assert!(coloured(&[]) && coloured(&[("NO_COLOR", "")]));
    assert!(!coloured(&[("NO_COLOR", "1")]) && !coloured(&[("TERM", "dumb")]));
}

#[test]
fn what_does_not_fit_goes_through_a_pager() {
    let office = Office::open("inbox-pager");
    let mut connection = Connection::open(office.server.address, &office.operator);
    for number in 0..30 {
        let label = json!({ "label": format!("key number {number}") });
        assert_eq!(connection.call("POST", "/api/keys", &label).0, 201);
    }
    let listed = |pager: &str| {
        let mut terminal =
            office.terminal(env!("CARGO_BIN_EXE_dashclaw"), &["keys", "list"], &[("PAGER", pager)]);
        assert_eq!(terminal.ended(), 0);
        terminal.until_shown("key number 0");
        terminal.screen()
    };
    assert!(listed("sed s/^/paged:/").contains("paged:key_"));
    for none in ["", "cat", "/nowhere/pager"] {
        assert!(listed(none).contains("\nkey_"));
    }
}

#[test]
fn a_server_that_goes_away_is_told_and_q_still_leaves() {
    let mut office = Office::open("inbox-away");
    office.ask("ship");
    let mut terminal = office.inbox();
    terminal.until_shown("1 waiting, live");
    office.server.kill();
    terminal.type_keys("r");
    terminal.until_shown("not live");
    terminal.type_keys("q");
    assert_eq!(terminal.ended(), 0);
    // One that was never there is told in one line, and the terminal is given back.
    let mut terminal = office.inbox();
    assert_eq!(terminal.ended(), 1);
    terminal.until_shown(&format!("dashclaw: http://{} does not answer", office.server.address));
    terminal.until("given back", Terminal::is_given_back);
}

#[test]
fn the_first_run_asks_and_saves_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let office = Office::open("inbox-first");
    let home = office.folder.path("home");
    let path = home.join(".dashclaw/config.json");
    let start = || {
        let home = home.to_str().unwrap();
        Terminal::start(env!("CARGO_BIN_EXE_dashclaw"), &["halt", "status"], &[("HOME", home)])
    };
    // Ctrl-C at the key: nothing is saved, and the terminal echoes again.
    let mut terminal = start();
    terminal.until_shown("URL of the instance");
    terminal.type_keys(&format!("http://{}/\n", office.server.address));
    terminal.until_shown("API key: ");
    terminal.type_keys("oc");
    terminal.until_shown("API key: **");
    terminal.type_keys("\u{3}");
    assert_eq!(terminal.ended(), 130);
    assert!(!path.exists());

    // A file with other members and open to others.
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, r#"{"agentId":"ada","theme":"dark"}"#).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let mut terminal = start();
    terminal.until_shown("URL of the instance");
    terminal.type_keys(&format!("http://{}/\n", office.server.address));
    terminal.until_shown("API key: ");
    terminal.type_keys(&format!("x\u{7f}{}\r", office.operator));
    terminal.until_shown("Save them");
    assert!(!terminal.screen().contains(&office.operator));
    terminal.type_keys("\n");
    assert_eq!(terminal.ended(), 0);
    terminal.until_shown("Not halted:");
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let saved: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let url = format!("http://{}", office.server.address);
    assert_eq!(
        saved,
        json!({ "agentId": "ada", "theme": "dark", "baseUrl": url, "apiKey": office.operator })
    );
    // From now on nothing is asked.
    let mut terminal = start();
    assert_eq!(terminal.ended(), 0);
}

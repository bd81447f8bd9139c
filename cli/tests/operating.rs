//! `docs/operating.md` names every variable that the server and the command read, and no other; and every metric.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What reads a variable, or names one for who does.
const READERS: [&str; 6] = ["variable(", "flag(", "number(", "env = ", "env(", "env::var("];
/// Names of this form are the project's own, whoever reads them.
const OURS: &str = "DASHCLAW_";
/// Where the state of a halt is kept; nobody sets it but the operation.
const HALT: &str = "DASHCLAW_ORG_HALT";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let found = entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] });
    found.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

/// What stands in quotes in the sources, with what stands before it on its line. Tests are left out.
fn quoted() -> Vec<(String, String)> {
    let folders = ["server/src", "cli/src", "core/src/bridge/log"].map(|folder| root().join(folder));
    let mut sources: Vec<_> = folders.iter().flat_map(|folder| files(folder)).collect();
    sources.push(root().join("core/src/bridge/log.rs"));
    let mut found = Vec::new();
    for source in sources.iter().filter(|path| !path.to_string_lossy().ends_with("_tests.rs")) {
        let text = fs::read_to_string(source).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let parts: Vec<&str> = line.split('"').collect();
            found.extend(parts.windows(2).step_by(2).map(|pair| (pair[0].to_owned(), pair[1].to_owned())));
        }
    }
    found
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// The first cells of the tables below a heading.
fn listed(page: &str, heading: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("docs").join(page)).unwrap();
    let section = text.split(&format!("\n## {heading}\n")).nth(1).unwrap().split("\n## ").next().unwrap();
    let cells = section.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    cells
        .flat_map(|cell| cell.split(", ").map(|name| name.trim_matches('`').to_owned()).collect::<Vec<_>>())
        .collect()
}

#[test]
fn every_variable_is_listed_and_no_other() {
    let quoted = quoted();
    let read: BTreeSet<String> = quoted
        .iter()
        .filter(|(before, text)| {
            let is_read = READERS.iter().any(|reader| before.ends_with(reader));
            is_name(text) && text != HALT && text != OURS && (is_read || text.starts_with(OURS))
        })
        .map(|(_, text)| text.clone())
        .collect();
    assert!(read.len() > 15 && read.contains("CRON_SECRET") && read.contains("DASHCLAW_LOG"), "{read:?}");
    // The server's and the command's.
    let mut listed = &listed("operating.md", "Variables") | &listed("command.md", "Variables");
    let missing: Vec<_> = read.difference(&listed).collect();
    assert!(missing.is_empty(), "neither docs/operating.md nor docs/command.md lists {missing:?}");
    listed.retain(|name| !quoted.iter().any(|(_, text)| text == name));
    assert!(listed.is_empty(), "nobody reads {listed:?}");
}

#[test]
fn every_metric_is_listed() {
    let text = fs::read_to_string(root().join("server/src/metrics.rs")).unwrap();
    let listed = listed("operating.md", "Metrics");
    let names = text.split("register(").skip(1).chain(text.split("number(").skip(1));
    let names: BTreeSet<_> =
        names.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next()).collect();
    assert!(names.len() > 8, "{names:?}");
    for name in names {
        let shown =
            [format!("dashclaw_{name}"), format!("dashclaw_{name}_total"), format!("dashclaw_{name}_info")];
        assert!(shown.iter().any(|shown| listed.contains(shown)), "docs/operating.md does not list {name}");
    }
}

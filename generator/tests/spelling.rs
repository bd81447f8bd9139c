//! Doc comments of Swift and Kotlin name what is there as the language spells it.

use std::collections::BTreeSet;
use std::path::Path;

use dashclaw::api::rows;
use dashclaw_generate::{model::Api, outputs};

/// What is no operation and has another name in these languages all the same.
const OTHERS: [&str; 8] = [
    "derive_idempotency_key",
    "pending_approvals",
    "require_valid_receipt",
    "run_governed",
    "sign_action",
    "start_heartbeat",
    "verify_receipt",
    "wait_for_approval",
];

/// The only doc texts about names as they stand on the wire: those of the call by name.
const CALL_BY_NAME: [&str; 2] = [
    "- operation: Its name, such as `create_action`.",
    "@param operation Its name, such as `create_action`.",
];

/// Names that doc comments must not spell so.
fn names() -> BTreeSet<&'static str> {
    let operations = rows().flat_map(|row| [Some(row.name), row.iterator]).flatten();
    operations.chain(OTHERS).filter(|name| name.contains('_')).collect()
}

/// The doc comments of a file that name something in another language's spelling.
fn misspelt(path: &str, text: &str, names: &BTreeSet<&str>) -> Vec<String> {
    let comments = text
        .lines()
        .map(str::trim_start)
        .filter(|line| line.starts_with("///") || line.starts_with(['*', '/']));
    let comments = comments.filter(|line| !CALL_BY_NAME.iter().any(|known| line.ends_with(known)));
    let is_misspelt = |line: &&str| {
        let words = line.split(|char: char| !char.is_ascii_alphanumeric() && char != '_');
        words.into_iter().any(|word| names.contains(word)) || line.contains("::")
    };
    comments.filter(is_misspelt).map(|line| format!("{path}: {line}")).collect()
}

fn is_swift_or_kotlin(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "swift" || extension == "kt")
}

#[test]
fn generated_doc_comments_name_functions_of_their_language() {
    let names = names();
    let outputs = outputs(&Api::read().unwrap()).unwrap();
    let ours = outputs.iter().filter(|output| is_swift_or_kotlin(Path::new(&output.path)));
    let found: Vec<String> = ours.flat_map(|output| misspelt(&output.path, &output.text, &names)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn so_do_those_that_are_written_by_hand() {
    let names = names();
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../bindings-uniffi"));
    let mut checked = 0;
    for folder in [
        "swift/Sources/DashClaw",
        "kotlin/src/main/kotlin/dev/dashclaw",
        "kotlin/src/main/kotlin/dev/dashclaw/api",
    ] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if is_swift_or_kotlin(&path) {
                let text = std::fs::read_to_string(&path).unwrap();
                let found = misspelt(&path.to_string_lossy(), &text, &names);
                assert!(found.is_empty(), "{}", found.join("\n"));
                checked += 1;
            }
        }
    }
    assert!(checked > 20, "{checked}");
}

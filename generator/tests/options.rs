//! Every option of the core is an option in every language.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::Path;

use dashclaw::options::option_names;

const BUILDER: &str = "core/src/client/options/builder.rs";
const PYTHON: &str = "bindings-python/python/dashclaw/_base.py";
const NODE: &str = "bindings-node/types/client.d.ts";
const SWIFT: &str = "bindings-uniffi/swift/Sources/DashClaw/ClientOptions.swift";
const KOTLIN: &str = "bindings-uniffi/kotlin/src/main/kotlin/dev/dashclaw/Options.kt";

/// Options that have another name somewhere: the core's, Python's, and what Node writes in one word.
const RENAMED: [(&str, &str, &str); 3] = [
    ("signing_key", "private_key", "privateKey"),
    ("on_guard", "guard_callback", "guardCallback"),
    ("on_recommendation", "recommendation_callback", "recommendationCallback"),
];
/// Functions, which do not cross as JSON, and are options in every language nevertheless.
const CALLBACKS: [&str; 2] = ["on_guard", "on_recommendation"];
/// What a language does for its users, or another way to give an option.
const OWN: [&str; 5] = ["printer", "transport", "ca_bundle_pem", "extra_roots_pem", "build"];

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).unwrap()
}

fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| name + &word[..1].to_uppercase() + &word[1..])
}

#[test]
fn every_option_of_the_builder_has_a_name_in_the_table() {
    let builder = read(BUILDER);
    let methods =
        builder.lines().filter_map(|line| line.trim().strip_prefix("pub fn ")?.split_once("(mut self"));
    let methods: BTreeSet<&str> = methods.map(|(name, _)| name).filter(|name| !OWN.contains(name)).collect();
    assert_eq!(methods, option_names().chain(CALLBACKS).collect());
}

#[test]
fn every_option_exists_in_every_language() {
    let [python, node, swift, kotlin] = [PYTHON, NODE, SWIFT, KOTLIN].map(read);
    let mut missing = Vec::new();
    for name in option_names().chain(CALLBACKS) {
        let renamed = RENAMED.iter().find(|(core, _, _)| *core == name);
        let (in_python, in_node) = renamed.map_or_else(
            || (name.to_owned(), camel(name)),
            |(_, python, node)| ((*python).to_owned(), (*node).to_owned()),
        );
        let mut wanted = vec![
            (PYTHON, &python, format!("        {in_python}: ")),
            (PYTHON, &python, format!("            {in_python}: ")),
            (NODE, &node, format!("  {in_node}?: ")),
            (SWIFT, &swift, format!("public var {}: ", camel(name))),
            (KOTLIN, &kotlin, format!("    val {}: ", camel(name))),
            (KOTLIN, &kotlin, format!("@property {} ", camel(name))),
        ];
        if !CALLBACKS.contains(&name) {
            // They cross under the core's name.
            let quoted = format!("\"{name}\"");
            wanted.extend([
                (PYTHON, &python, quoted.clone()),
                (SWIFT, &swift, quoted.clone()),
                (KOTLIN, &kotlin, quoted),
            ]);
        }
        missing.extend(
            wanted
                .into_iter()
                .filter(|(_, text, part)| !text.contains(part.as_str()))
                .map(|(path, _, part)| (path, part)),
        );
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

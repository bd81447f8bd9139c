//! One version: the workspace's, which every manifest repeats.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use serde_json::Value;

/// The workspace's version.
const VERSION: &str = env!("CARGO_PKG_VERSION");

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).unwrap()
}

/// What stands between `before` and `after`, at each place.
fn between<'a>(text: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    text.split(before).skip(1).filter_map(|rest| rest.split_once(after)).map(|(found, _)| found).collect()
}

/// Dependents of the official packages ask for `>=4.21` (Python) and `^4.2.0` (npm).
#[test]
fn dependents_of_the_official_packages_may_take_it() {
    let numbers: Vec<u32> = VERSION.split('.').map(|number| number.parse().unwrap()).collect();
    assert!(numbers[0] == 4 && numbers[1] > 21, "{VERSION}");
}

#[test]
fn every_manifest_repeats_the_workspace_s_version() {
    let cargo = read("Cargo.toml");
    let own: Vec<&str> =
        cargo.lines().filter(|line| line.starts_with("dashclaw") && line.contains("path = ")).collect();
    assert!(own.len() >= 3, "{own:?}");
    for line in own {
        assert_eq!(between(line, "version = \"", "\""), [VERSION], "{line}");
    }
    let npm: Value = serde_json::from_str(&read("bindings-node/package.json")).unwrap();
    assert_eq!(npm["version"], VERSION);
    for (name, version) in npm["optionalDependencies"].as_object().unwrap() {
        assert_eq!(version, VERSION, "{name}");
    }
    for path in [
        "bindings-uniffi/kotlin/pom.xml",
        "examples/kotlin/pom.xml",
        "tests/bench/kotlin/pom.xml",
        "tests/conformance/testees/kotlin/pom.xml",
    ] {
        assert_eq!(between(&read(path), "<version>", "</version>")[0], VERSION, "{path}");
    }
    let gradle = read("bindings-uniffi/kotlin/android/build.gradle.kts");
    assert_eq!(between(&gradle, "getOrElse(\"", "\")"), [VERSION]);
    assert_eq!(between(&read("bindings-uniffi/swift/README.md"), "from: \"", "\""), [VERSION]);
    assert!(read("bindings-python/pyproject.toml").contains("dynamic = [\"version\"]"));
    assert!(read("CHANGELOG.md").contains(VERSION));
}

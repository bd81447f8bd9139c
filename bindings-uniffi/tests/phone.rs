//! The library for phones, which is built without the default features, holds no server.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::Command;

/// The crates that the library is made of.
fn crates(features: &[&str]) -> Vec<String> {
    let tree = ["tree", "--locked", "--package", "dashclaw-uniffi", "--edges", "normal", "--prefix", "none"];
    let output = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(tree)
        .args(features)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| line.split(' ').next().map(str::to_owned)).collect()
}

#[test]
fn it_links_neither_the_server_nor_what_only_the_server_needs() {
    let server = ["dashclaw-server", "rusqlite", "libsqlite3-sys", "axum"];
    let desktop = crates(&[]);
    let phone = crates(&["--no-default-features"]);
    for name in server {
        assert!(desktop.iter().any(|one| one == name), "{name} is no crate of the desktop's library");
        assert!(phone.iter().all(|one| one != name), "{name} is a crate of the phone's library");
    }
    assert!(phone.iter().any(|one| one == "dashclaw"));
}

#[cfg(not(feature = "instance"))]
#[test]
fn asking_it_for_an_instance_is_an_error_of_configuration_that_says_what_to_do() {
    let error = dashclaw_ffi::NativeInstance::open(None, None).unwrap_err();
    let fields: serde_json::Value = serde_json::from_str(&error.fields()).unwrap();
    assert_eq!((&fields["kind"], &fields["argument"]), (&"configuration".into(), &"instance".into()));
    assert!(error.to_string().contains("base_url"), "{error}");
}

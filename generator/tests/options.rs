//! Every option that the core's builder has is a row of the table that all languages follow from.

use std::collections::BTreeSet;
use std::path::Path;

use dashclaw::options::CLIENT_OPTIONS;

const BUILDER: &str = "core/src/client/options/builder.rs";
/// What a language does for its users, or another way to give an option.
const OWN: [&str; 5] = ["printer", "transport", "ca_bundle_pem", "extra_roots_pem", "build"];

#[test]
fn every_option_of_the_builder_is_a_row_of_the_table() {
    let builder =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(BUILDER)).unwrap();
    let methods =
        builder.lines().filter_map(|line| line.trim().strip_prefix("pub fn ")?.split_once("(mut self"));
    let methods: BTreeSet<&str> = methods.map(|(name, _)| name).filter(|name| !OWN.contains(name)).collect();
    let rows = CLIENT_OPTIONS.iter().filter(|row| row.only_in.is_none()).map(|row| row.name);
    assert_eq!(methods, rows.collect());
}

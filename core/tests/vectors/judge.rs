//! Reading vectors, and comparing with them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use dashclaw::json::Json;

/// A vector file. Read with our own parser, because the files hold lone surrogates.
pub(crate) fn vectors(file: &str) -> Json {
    Json::parse(&std::fs::read(directory().join(file)).unwrap()).unwrap()
}

fn directory() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "tests", "vectors"].iter().collect()
}

/// The items of a list member, of which there must be exactly `count`, so that none is lost unseen.
pub(crate) fn items<'a>(file: &'a Json, list: &str, count: usize) -> &'a [Json] {
    let Json::Array(items) = at(file, list) else { panic!("`{list}` is not a list") };
    assert_eq!(items.len(), count, "vectors in `{list}`");
    items
}

/// The value at a path of names, separated by dots.
pub(crate) fn at<'a>(value: &'a Json, path: &str) -> &'a Json {
    find(value, path).unwrap_or_else(|| panic!("no `{path}` in {value:?}"))
}

pub(crate) fn find<'a>(value: &'a Json, path: &str) -> Option<&'a Json> {
    path.split('.').try_fold(value, |value, name| value.get(name))
}

/// The text at a path.
pub(crate) fn text<'a>(value: &'a Json, path: &str) -> &'a str {
    at(value, path).as_str().unwrap_or_else(|| panic!("`{path}` is not text"))
}

/// Compares our answers with the official ones of one file, except where `differences.json` says we differ.
pub(crate) struct Judge {
    listed: BTreeMap<String, bool>,
    wrong: Vec<String>,
}

impl Judge {
    pub(crate) fn new(file: &str) -> Self {
        let Json::Array(differences) = vectors("differences.json") else { panic!("not a list") };
        let of_file = differences.iter().filter(|difference| text(difference, "file") == file);
        let listed = of_file.map(|difference| (text(difference, "name").to_owned(), false)).collect();
        Self { listed, wrong: Vec::new() }
    }

    /// A listed vector must differ, any other must not.
    pub(crate) fn compare<T: PartialEq + std::fmt::Debug>(&mut self, name: &str, ours: &T, official: &T) {
        let listed = self.listed.get_mut(name);
        let differs = ours != official;
        if differs != listed.is_some() {
            let listed = if listed.is_some() { "is listed but does not differ" } else { "differs" };
            self.wrong.push(format!("`{name}` {listed}: ours {ours:?}, official {official:?}"));
        } else if let Some(seen) = listed {
            *seen = true;
        }
    }

    pub(crate) fn finish(mut self) {
        let unseen = self.listed.iter().filter(|(_, seen)| !**seen).map(|(name, _)| name);
        self.wrong.extend(unseen.map(|name| format!("`{name}` is listed but was not seen to differ")));
        assert!(self.wrong.is_empty(), "{}", self.wrong.join("\n"));
    }
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles.filter_map(|nibble| char::from_digit(nibble.into(), 16)).collect()
}

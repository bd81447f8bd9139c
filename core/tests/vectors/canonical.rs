//! Canonical JSON and text digests against the official implementation.

use crate::judge::{Judge, at, find, hex, items, text, vectors};
use dashclaw::action_binding::action_binding_hash;
use dashclaw::canonical::{
    CanonicalError, Layer, canonical_json, canonical_text, canonical_value, digest, digest_text,
};
use dashclaw::json::Json;

fn outcome(result: Result<String, CanonicalError>) -> String {
    result.map_or_else(|_| "error".to_owned(), |text| hex(text.as_bytes()))
}

fn expected(vector: &Json, path: &str) -> String {
    let expected = at(vector, path);
    find(expected, "utf8_hex").map_or("error", |hex| hex.as_str().unwrap()).to_owned()
}

#[test]
fn canonical_json_in_every_layer() {
    let file = vectors("canonical-json.json");
    let mut judge = Judge::new("canonical-json.json");
    for vector in items(&file, "vectors", 61) {
        let input = text(vector, "input.json_text").as_bytes();
        for (layer, member) in [
            (Layer::Plain, "expected.plain_canonical"),
            (Layer::Integrity, "expected.integrity_canonical"),
            (Layer::Rfc8785, "expected.rfc8785"),
        ] {
            let name = format!("{} ({layer})", text(vector, "name"));
            judge.compare(&name, &outcome(canonical_json(input, layer)), &expected(vector, member));
        }
        let ours = digest(&Json::parse(input).unwrap()).ok();
        let official = find(vector, "expected.integrity_digest").and_then(Json::as_str).map(str::to_owned);
        judge.compare(text(vector, "name"), &ours, &official);
    }
    judge.finish();
}

#[test]
fn text_digests() {
    let file = vectors("text-digest.json");
    for vector in items(&file, "vectors", 46) {
        // Values that are not text cannot be asked for here.
        let Some(Json::String(input)) = find(vector, "input.text") else {
            assert_eq!(text(vector, "expected.error"), "TypeError");
            continue;
        };
        let Json::String(canonical) = at(vector, "expected.canonical_text") else { panic!("not text") };
        let input = input.to_string_lossy();
        assert_eq!(canonical_text(&input), canonical.to_string_lossy());
        assert_eq!(digest_text(&input), text(vector, "expected.digest"), "{input}");
    }
}

#[test]
fn action_bindings() {
    let file = vectors("act-hashes.json");
    for vector in items(&file, "act_binding", 10) {
        let name = text(vector, "name");
        let hash = at(vector, "expected.hash");
        match action_binding_hash(at(vector, "input")) {
            Ok(ours) => assert_eq!(Some(&*ours), hash.as_str(), "{name}"),
            Err(_) => assert_eq!(text(hash, "error"), "CTX_INCOMPLETE", "{name}"),
        }
    }
    let contents = items(&file, "act_content_hash", 9);
    let objects = contents.iter().filter(|vector| at(vector, "input").members().is_some());
    for vector in objects {
        assert_eq!(digest(at(vector, "input")).unwrap(), text(vector, "expected"));
    }
}

#[test]
fn input_and_output_hashes_of_work_orders() {
    let file = vectors("work-order-receipts.json");
    for vector in items(&file, "input_output_hashes", 5) {
        let input = at(vector, "input");
        assert_eq!(canonical_value(input, Layer::Integrity).unwrap(), text(vector, "expected.canonical"));
        assert_eq!(digest(input).unwrap(), text(vector, "expected.hash"));
    }
}

//! What "valid signature" means, on signatures that libraries disagree about, and the list of differences.

use std::fmt::Write as _;

use dashclaw::json::Json;
use dashclaw::receipt::{Jwks, Reason, verify_receipt};

use crate::judge::{at, items, text, vectors};

/// Made by hand: see `about` in the file.
#[test]
fn unusual_ed25519_signatures() {
    let file = vectors("ed25519-edge-cases.json");
    for vector in items(&file, "vectors", 9) {
        let jwks = Jwks::parse(at(vector, "input.jwks").to_text().as_bytes()).unwrap();
        let answer = verify_receipt(text(vector, "input.document").as_bytes(), &jwks);
        let reason = answer.reason.map(|reason| serde_json::to_value(reason).unwrap());
        let expected = at(vector, "expected.reason").as_str().map(Into::into);
        assert_eq!(reason, expected, "{}", text(vector, "name"));
        assert_eq!(answer.valid, answer.reason.is_none());
    }
}

#[test]
fn a_flipped_bit_anywhere_in_a_signature_is_seen() {
    let file = vectors("ed25519-edge-cases.json");
    let genuine = &items(&file, "vectors", 9)[0];
    let document = text(genuine, "input.document");
    let jwks = Jwks::parse(at(genuine, "input.jwks").to_text().as_bytes()).unwrap();
    let start = document.find("\"sig\":\"").unwrap() + 7;
    for position in start..start + 86 {
        for bit in 0..7 {
            let mut altered = document.as_bytes().to_vec();
            altered[position] ^= 1 << bit;
            let answer = verify_receipt(&altered, &jwks);
            let expected =
                [Reason::BadSignature, Reason::MalformedSignature, Reason::NotJson, Reason::Malformed];
            assert!(
                answer.reason.is_some_and(|reason| expected.contains(&reason)),
                "byte {position}, bit {bit}"
            );
        }
    }
}

/// The page is the list in readable form.
#[test]
fn the_page_of_differences_is_current() {
    let Json::Array(differences) = vectors("differences.json") else { panic!("not a list") };
    let mut table = String::new();
    let mut file = "";
    for difference in &differences {
        let [of, name, reason] = ["file", "name", "reason"].map(|member| text(difference, member));
        let shown = if of == file { String::new() } else { format!("`{of}`") };
        writeln!(table, "| {shown} | {} | {reason} |", name.replace('|', "\\|")).unwrap();
        file = of;
    }
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/differences.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, shown) = page.rsplit_once("|---|---|---|\n").unwrap();
    assert_eq!(shown, table, "docs/differences.md is stale");
}

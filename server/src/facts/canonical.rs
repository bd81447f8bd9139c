//! The text form in which facts are compared.

use unicode_normalization::UnicodeNormalization as _;

/// Unicode NFC, then typographic variants as their plain forms: dashes and the minus sign as `-`, curly quotes as
/// straight ones, the ellipsis as `...`, the no-break space as a space. Nothing is trimmed or case-folded.
pub fn canonical_text(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    for character in text.nfc() {
        match character {
            '\u{2010}'..='\u{2015}' | '\u{2212}' => plain.push('-'),
            '\u{2018}'..='\u{201B}' => plain.push('\''),
            '\u{201C}'..='\u{201F}' => plain.push('"'),
            '\u{2026}' => plain.push_str("..."),
            '\u{00A0}' => plain.push(' '),
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;
    use serde_json::value::RawValue;

    use super::*;

    #[derive(serde::Deserialize)]
    struct File<'a> {
        #[serde(borrow)]
        vectors: Vec<&'a RawValue>,
    }

    #[test]
    fn the_official_vectors() {
        let file: File<'_> =
            serde_json::from_str(include_str!("../../../tests/vectors/text-digest.json")).unwrap();
        let mut checked = 0;
        for vector in file.vectors {
            // Texts with lone surrogates are not Unicode: they cannot reach us.
            let Ok(vector) = serde_json::from_str::<Value>(vector.get()) else { continue };
            let Some(text) = vector["input"]["text"].as_str() else { continue };
            let Some(expected) = vector["expected"]["canonical_text"].as_str() else { continue };
            assert_eq!(canonical_text(text), expected, "{}", vector["name"]);
            checked += 1;
        }
        assert!(checked > 20, "{checked}");
    }

    proptest! {
        #[test]
        fn once_is_enough(text in "\\PC{0,80}") {
            let once = canonical_text(&text);
            prop_assert_eq!(canonical_text(&once), once);
        }
    }
}

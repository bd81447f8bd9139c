//! What servers write and other readers do not take, brought into a form that all of them read alike.
//!
//! A record was written, an approval given or an action blocked, whatever else the answer holds: half a surrogate pair in a
//! goal that was cut, a sum that no double holds, or a byte order mark in front must not make another error of it.

use std::fmt::Write as _;

use super::surrogate::escaped_unit;

/// Digits behind which a number may be too large for a double: 309 in front of the point, or three in the exponent.
pub(super) const MANY_DIGITS: usize = 300;
pub(super) const LONG_EXPONENT: usize = 3;

/// The text without a byte order mark, each lone surrogate as U+FFFD, and each number beyond the doubles as the largest of
/// them. Nothing when it is so already. It need not be JSON.
pub(crate) fn mended(text: &str) -> Option<String> {
    let unmarked = text.trim_start_matches('\u{feff}');
    let changed = unmarked.len() < text.len();
    let mut mender = Mender { rest: unmarked, out: String::with_capacity(unmarked.len()), changed };
    mender.run();
    mender.changed.then_some(mender.out)
}

struct Mender<'a> {
    rest: &'a str,
    out: String,
    changed: bool,
}

impl<'a> Mender<'a> {
    fn run(&mut self) {
        while let Some(at) = self.rest.find(|char: char| char == '"' || char == '-' || char.is_ascii_digit())
        {
            self.copy(at);
            if self.rest.starts_with('"') { self.string() } else { self.number() }
        }
        self.copy(self.rest.len());
    }

    fn string(&mut self) {
        self.copy(1);
        while let Some(at) = self.rest.find(['"', '\\']) {
            self.copy(at);
            if self.rest.starts_with('"') {
                return self.copy(1);
            }
            match (escaped_unit(self.rest), self.rest.get(6..).and_then(escaped_unit)) {
                (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => self.copy(12),
                (Some(0xd800..=0xdfff), _) => {
                    self.take(6);
                    self.replace("\\ufffd");
                }
                _ => self.copy(1 + self.rest[1..].chars().next().map_or(0, char::len_utf8)),
            }
        }
        self.copy(self.rest.len());
    }

    fn number(&mut self) {
        let is_part = |char: char| char.is_ascii_digit() || matches!(char, '-' | '+' | '.' | 'e' | 'E');
        let end = self.rest.find(|char| !is_part(char)).unwrap_or(self.rest.len());
        let literal = self.take(end);
        if literal.parse::<f64>().is_ok_and(f64::is_infinite) {
            let largest = if literal.starts_with('-') { f64::MIN } else { f64::MAX };
            self.changed = true;
            // Writing to a String cannot fail.
            let _ = write!(self.out, "{largest:e}");
        } else {
            self.out.push_str(literal);
        }
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    fn copy(&mut self, length: usize) {
        let taken = self.take(length);
        self.out.push_str(taken);
    }

    fn replace(&mut self, text: &str) {
        self.changed = true;
        self.out.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    #[test]
    fn what_readers_disagree_about_is_mended() {
        let table = [
            (r#"{"a":"\ud800"}"#, r#"{"a":"\ufffd"}"#),
            (r#"{"a":"x\uDC00y\ud83e"}"#, r#"{"a":"x\ufffdy\ufffd"}"#),
            (r#"["\ud800\ud83e\udd8a","\ud800\n"]"#, r#"["\ufffd\ud83e\udd8a","\ufffd\n"]"#),
            (r#"{"\udfff":1}"#, r#"{"\ufffd":1}"#),
            (r#"{"a":1e400,"b":-1E+999}"#, r#"{"a":1.7976931348623157e308,"b":-1.7976931348623157e308}"#),
            ("\u{feff}{}", "{}"),
            (r#"{"a":"\\\ud800"}"#, r#"{"a":"\\\ufffd"}"#),
            (r#"{"a":"1e400","b":1e400}"#, r#"{"a":"1e400","b":1.7976931348623157e308}"#),
            (r#""\ud800"#, r#""\ufffd"#),
            (r#"{"a":"\"","b":2e308}"#, r#"{"a":"\"","b":1.7976931348623157e308}"#),
            ("\u{feff}\u{feff}[]", "[]"),
        ];
        for (text, expected) in table {
            assert_eq!(mended(text).as_deref(), Some(expected), "{text}");
        }
        let long = format!("[{}]", "9".repeat(4301));
        assert_eq!(mended(&long).as_deref(), Some("[1.7976931348623157e308]"));
    }

    #[test]
    fn what_all_read_alike_stays_as_it_is() {
        for text in [
            r#"{"a":"\ud83e\udd8a \\ud800 \u00e9","b":[1.50,-0,1e-400,1.7976931348623157e308],"c":"1e400"}"#,
            "",
            "<html>",
            r#""\"#,
            r#""\u12"#,
            "- 1e",
        ] {
            assert_eq!(mended(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn once_is_enough(text in ".{0,64}") {
            if let Some(text) = mended(&text) {
                prop_assert_eq!(mended(&text), None);
            }
        }

        #[test]
        fn a_mended_text_is_read(units in prop::collection::vec(any::<u16>(), 0..8), exponent in 300..500_i32) {
            let escaped = units.iter().map(|unit| format!("\\u{unit:04x}")).collect::<Vec<_>>().concat();
            let text = format!(r#"{{"t":"{escaped}","n":1e{exponent}}}"#);
            let read = mended(&text).unwrap_or(text);
            let value: Value = serde_json::from_str(&read).unwrap();
            prop_assert_eq!(value["t"].as_str(), Some(&*String::from_utf16_lossy(&units)));
            prop_assert!(value["n"].as_f64().unwrap().is_finite());
        }
    }
}

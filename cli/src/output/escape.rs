//! JSON that a terminal can show.

use std::fmt::Write as _;

use dashclaw::terminal::printable;

/// The same JSON, in which what a terminal would obey or hide is written as an escape. Outside of strings JSON is plain ASCII.
pub(super) fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for char in json.chars() {
        if char == '\n' || (' '..='~').contains(&char) || is_plain(char) {
            text.push(char);
        } else {
            for unit in char.encode_utf16(&mut [0; 2]) {
                let _ = write!(text, "\\u{unit:04x}");
            }
        }
    }
    text
}

fn is_plain(char: char) -> bool {
    printable(char.encode_utf8(&mut [0; 4])).chars().eq([char])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_an_escape_and_means_the_same() {
        let value = serde_json::json!({ "a": "日本 ü \u{9b}2J \u{202e} \u{e0041} \u{7f} \u{1b}[2J \"" });
        let text = escaped(&serde_json::to_string_pretty(&value).unwrap());
        assert!(text.contains("日本 ü \\u009b2J \\u202e \\udb40\\udc41 \\u007f \\u001b[2J"), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}

//! Text from outside on its way to a terminal.
//!
//! What a server sends was written by others: by agents, by operators, by whoever they read. A terminal obeys some of it
//! (control codes move the cursor, colour, retitle, paste) and shows some of it other than it is (direction marks, invisible
//! characters). Everything that the SDK prints for a person, and that it did not write itself, goes through [`printable`].

/// How many characters of one text are shown.
const LONGEST: usize = 1000;

/// `text` on one line of a terminal, as it is: what a terminal would obey, hide or turn around is written as an escape
/// (`\\n`, `\\u{1b}`), and what is longer than 1000 characters is cut, which `…` shows.
///
/// ```
/// use dashclaw::terminal::printable;
///
/// assert_eq!(printable("ship\u{1b}[2K\r it"), r"ship\u{1b}[2K\r it");
/// ```
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len().min(LONGEST));
    let mut chars = text.chars();
    for char in chars.by_ref().take(LONGEST) {
        match char {
            '\0' | '\t' | '\n' | '\r' => shown.extend(char.escape_debug()),
            _ if is_plain(char) => shown.push(char),
            _ => shown.extend(char.escape_unicode()),
        }
    }
    if chars.next().is_some() {
        shown.push('…');
    }
    shown
}

/// Whether `char` shows what it is. The standard library knows what is printable: neither control (C0, C1, DEL) nor format
/// characters (direction marks, joiners, tags), no separators but the space, nothing private or unassigned.
fn is_plain(char: char) -> bool {
    match char {
        ' '..='~' => true,
        // Letters by their category, and invisible.
        '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{3164}' | '\u{ffa0}' | '\u{2800}' => false,
        // Behind a letter a combining mark is plain, which alone it is not.
        _ => !['a', char].iter().collect::<String>().escape_debug().skip(1).any(|escaped| escaped == '\\'),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_of_any_language_are_shown_as_they_are() {
        for text in [
            "",
            "ship it",
            r#"a\b "c" 'd'"#,
            "Bücher",
            "Bu\u{308}cher",
            "日本語",
            "русский",
            "עברית",
            "🚀 done",
            "❤\u{fe0f}",
        ] {
            assert_eq!(printable(text), text);
        }
    }

    #[test]
    fn what_a_terminal_obeys_or_hides_is_escaped() {
        let table = [
            ("a\nb\r\tc", r"a\nb\r\tc"),
            ("\u{1b}]0;title\u{7}", r"\u{1b}]0;title\u{7}"),
            ("\u{9b}31m", r"\u{9b}31m"),
            ("\u{7f}\0\u{8}", r"\u{7f}\0\u{8}"),
            ("\u{202e}txt.exe\u{202c}", r"\u{202e}txt.exe\u{202c}"),
            ("\u{2066}\u{2069}\u{61c}\u{200f}", r"\u{2066}\u{2069}\u{61c}\u{200f}"),
            ("\u{2028}\u{2029}\u{85}", r"\u{2028}\u{2029}\u{85}"),
            ("\u{200b}\u{feff}\u{ad}\u{3164}", r"\u{200b}\u{feff}\u{ad}\u{3164}"),
            ("\u{a0}\u{3000}", r"\u{a0}\u{3000}"),
            ("\u{e0041}\u{e000}", r"\u{e0041}\u{e000}"),
        ];
        for (text, expected) in table {
            assert_eq!(printable(text), expected);
        }
    }

    #[test]
    fn a_long_text_is_cut() {
        assert_eq!(printable(&"é".repeat(LONGEST)), "é".repeat(LONGEST));
        assert_eq!(printable(&"é".repeat(LONGEST + 1)), "é".repeat(LONGEST) + "…");
    }

    proptest! {
        #[test]
        fn nothing_that_a_terminal_obeys_gets_through(text in any::<String>()) {
            let shown = printable(&text);
            prop_assert!(!shown.contains(char::is_control));
            prop_assert!(shown.chars().count() <= LONGEST * 10 + 1);
        }
    }
}

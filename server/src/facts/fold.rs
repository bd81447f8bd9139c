//! The form in which a text is read: what a person sees, in plain characters. Receipts never cover this form.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::characters::{digit_value, is_invisible};

/// A text without invisible characters and marks, in compatibility form, with plain digits, dashes, quotes and spaces.
#[derive(Debug)]
pub(super) struct Folded<'a> {
    original: &'a str,
    text: String,
    /// For every byte of the text, where its character begins in the original; empty when both are the same.
    origins: Vec<usize>,
}

impl<'a> Folded<'a> {
    pub(super) fn new(original: &'a str) -> Self {
        let mut folded = Self { original, text: String::with_capacity(original.len()), origins: Vec::new() };
        if original.bytes().all(|byte| byte == b'\n' || byte == b' ' || byte.is_ascii_graphic()) {
            folded.text.push_str(original);
            return folded;
        }
        for (origin, character) in original.char_indices() {
            folded.push(origin, character);
        }
        folded
    }

    fn push(&mut self, origin: usize, character: char) {
        if is_invisible(character) {
            return;
        }
        if let Some(plain) = plain(character) {
            self.text.push(plain);
        } else if character.is_numeric() {
            // A fraction or a circled digit in compatibility form would join the digits beside it.
            self.text.push(character);
        } else {
            let parts = std::iter::once(character).nfkc();
            self.text.extend(parts.filter(|part| !is_combining_mark(*part)));
        }
        self.origins.resize(self.text.len(), origin);
    }

    /// What is read.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Where a part of the text was read from.
    pub(super) fn origin(&self, part: &Range<usize>) -> Range<usize> {
        if self.origins.is_empty() {
            return part.clone();
        }
        let start = self.origins.get(part.start).copied().unwrap_or(self.original.len());
        let Some(&last) = part.end.checked_sub(1).and_then(|end| self.origins.get(end)) else {
            return start..start;
        };
        let width = self.original[last..].chars().next().map_or(0, char::len_utf8);
        start..(last + width).max(start)
    }

    /// The part of the original that a part of the text was read from.
    pub(super) fn original(&self, part: &Range<usize>) -> &'a str {
        &self.original[self.origin(part)]
    }
}

/// A character that is written in many ways, in the way that the readers know.
fn plain(character: char) -> Option<char> {
    Some(match character {
        '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
        // The empty braille pattern looks like a space.
        '\u{2800}' => ' ',
        space if space.is_whitespace() => ' ',
        '\u{2010}'..='\u{2015}'
        | '\u{2212}'
        | '\u{58A}'
        | '\u{2D7}'
        | '\u{2043}'
        | '\u{2E3A}'
        | '\u{2E3B}'
        | '\u{FE58}'
        | '\u{FE63}'
        | '\u{FF0D}'
        | '\u{207B}' => '-',
        '\u{2018}'..='\u{201B}' | '\u{2BC}' | '\u{2B9}' | '\u{2032}' | '\u{B4}' | '`' | '\u{FF07}' => '\'',
        '\u{2044}' | '\u{2215}' | '\u{29F8}' => '/',
        '\u{B7}' | '\u{66B}' | '\u{2219}' | '\u{22C5}' => '.',
        '\u{66C}' | '\u{60C}' => ',',
        '\u{66A}' => '%',
        digit => return digit_value(digit).map(|value| char::from(b'0' + value)),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn folded(text: &str) -> String {
        Folded::new(text).text
    }

    #[test]
    fn a_text_is_read_as_it_is_seen() {
        assert_eq!(folded("guar\u{AD}an\u{200B}tee"), "guarantee");
        assert_eq!(folded("\u{FF04}\u{FF19}\u{FF0C}\u{669}9\u{336}9 \u{FF05}"), "$9,999 %");
        assert_eq!(folded("a\u{A0}b\u{3000}c\td\re"), "a b c d\ne");
        assert_eq!(folded("2027\u{2011}01\u{2212}02"), "2027-01-02");
        assert_eq!(folded("$1\u{BD} \u{2460}"), "$1\u{BD} \u{2460}", "no digit appears from a fraction");
        assert_eq!(folded("caf\u{E9}"), "caf\u{E9}");
    }

    #[test]
    fn a_part_is_found_in_the_original() {
        let original = "pay \u{FF04}9\u{200B},999 now";
        let text = Folded::new(original);
        let start = text.text().find('$').unwrap();
        assert_eq!(text.original(&(start..start + 6)), "\u{FF04}9\u{200B},999");
        assert_eq!(Folded::new("abc").original(&(1..2)), "b");
    }

    proptest! {
        #[test]
        fn every_part_has_an_original(text in "\\PC{0,60}", start in 0_usize..200, length in 0_usize..200) {
            let folded = Folded::new(&text);
            let end = (start + length).min(folded.text().len());
            let start = start.min(end);
            if folded.text().is_char_boundary(start) && folded.text().is_char_boundary(end) {
                prop_assert!(text.contains(folded.original(&(start..end))));
            }
        }
    }
}

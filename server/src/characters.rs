//! Sets of characters by their Unicode properties, with the tables of the regular-expression library.

use std::sync::LazyLock;

use regex_syntax::hir::{Class, ClassUnicodeRange, Hir, HirKind};

/// Characters that show nothing: format characters, controls that are no white space, and what stands for an object.
static INVISIBLE: LazyLock<CharacterSet> =
    LazyLock::new(|| CharacterSet::new(r"[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}\x{FFFC}--\s]"));

/// Signs of currencies.
pub(crate) static CURRENCY: LazyLock<CharacterSet> = LazyLock::new(|| CharacterSet::new(r"\p{Sc}"));

static DECIMAL: LazyLock<CharacterSet> = LazyLock::new(|| CharacterSet::new(r"\p{Nd}"));

/// A sorted list of ranges.
pub(crate) struct CharacterSet(Vec<ClassUnicodeRange>);

impl CharacterSet {
    #[expect(clippy::panic, reason = "the classes are literals, parsed by every test")]
    fn new(class: &str) -> Self {
        match regex_syntax::parse(class).map(Hir::into_kind) {
            Ok(HirKind::Class(Class::Unicode(class))) => Self(class.ranges().to_vec()),
            other => panic!("`{class}` is no class of characters: {other:?}"),
        }
    }

    fn range(&self, character: char) -> Option<&ClassUnicodeRange> {
        let after = self.0.partition_point(|range| range.start() <= character);
        self.0[..after].last().filter(|range| character <= range.end())
    }

    pub(crate) fn contains(&self, character: char) -> bool {
        self.range(character).is_some()
    }
}

/// Whether a character shows nothing: it hides between others, or makes two texts look like one.
pub(crate) fn is_invisible(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_control() && !character.is_whitespace();
    }
    INVISIBLE.contains(character)
}

/// The value of a decimal digit of any script. Unicode keeps the ten digits of a script together and in order.
pub(crate) fn digit_value(character: char) -> Option<u8> {
    let range = DECIMAL.range(character)?;
    u8::try_from((u32::from(character) - u32::from(range.start())) % 10).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_every_script_have_their_value() {
        for (zero, name) in
            [('0', "ascii"), ('\u{660}', "arabic"), ('\u{966}', "devanagari"), ('\u{FF10}', "wide")]
        {
            for value in 0..10_u8 {
                let digit = char::from_u32(u32::from(zero) + u32::from(value)).unwrap();
                assert_eq!(digit_value(digit), Some(value), "{name}");
            }
        }
        assert_eq!((digit_value('x'), digit_value('\u{BD}'), digit_value('\u{2460}')), (None, None, None));
    }

    #[test]
    fn what_shows_nothing() {
        for shown in ['a', ' ', '\n', '\t', '\u{A0}', '\u{3000}', '$'] {
            assert!(!is_invisible(shown), "{shown:?}");
        }
        for hidden in
            ['\u{AD}', '\u{200B}', '\u{2063}', '\u{FEFF}', '\u{0}', '\u{FE0F}', '\u{E0041}', '\u{202E}']
        {
            assert!(is_invisible(hidden), "{hidden:?}");
        }
    }
}

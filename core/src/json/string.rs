//! Text that may hold what UTF-8 cannot.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// A JavaScript string: UTF-16 code units, surrogates not necessarily paired.
///
/// Well-formed text is kept as UTF-8, anything else as code units; so each string has one representation.
/// The order is that of UTF-16 code units, which RFC 8785 and JavaScript sort member names by.
#[derive(Clone, PartialEq, Eq)]
pub struct JsonString(Repr);

#[derive(Clone, PartialEq, Eq)]
enum Repr {
    Text(String),
    /// Only for ill-formed UTF-16, else equality would break.
    Units(Vec<u16>),
}

impl JsonString {
    /// A string of these code units.
    pub fn from_units(units: Vec<u16>) -> Self {
        match String::from_utf16(&units) {
            Ok(text) => Self(Repr::Text(text)),
            Err(_) => Self(Repr::Units(units)),
        }
    }

    /// The text, unless it holds a lone surrogate.
    pub fn as_str(&self) -> Option<&str> {
        match &self.0 {
            Repr::Text(text) => Some(text),
            Repr::Units(_) => None,
        }
    }

    /// The text with every lone surrogate replaced by U+FFFD, as JavaScript's UTF-8 encoder does.
    pub fn to_string_lossy(&self) -> Cow<'_, str> {
        match &self.0 {
            Repr::Text(text) => Cow::Borrowed(text),
            Repr::Units(units) => Cow::Owned(String::from_utf16_lossy(units)),
        }
    }

    /// The bytes or code units as bytes, so that the memory of a secret can be wiped.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        match self.0 {
            Repr::Text(text) => text.into_bytes(),
            Repr::Units(units) => units.into_iter().flat_map(u16::to_ne_bytes).collect(),
        }
    }

    /// The characters in order; a lone surrogate is an error that holds it.
    pub fn scalars(&self) -> Box<dyn Iterator<Item = Result<char, u16>> + '_> {
        match &self.0 {
            Repr::Text(text) => Box::new(text.chars().map(Ok)),
            Repr::Units(units) => Box::new(
                char::decode_utf16(units.iter().copied())
                    .map(|unit| unit.map_err(|error| error.unpaired_surrogate())),
            ),
        }
    }

    /// The UTF-16 code units.
    pub fn units(&self) -> Box<dyn Iterator<Item = u16> + '_> {
        match &self.0 {
            Repr::Text(text) => Box::new(text.encode_utf16()),
            Repr::Units(units) => Box::new(units.iter().copied()),
        }
    }

    /// The string in Unicode normalization form C. Lone surrogates stay and separate what is beside them.
    pub fn nfc(&self) -> Cow<'_, Self> {
        if self.is_nfc() {
            return Cow::Borrowed(self);
        }
        if let Repr::Text(text) = &self.0 {
            return Cow::Owned(Self(Repr::Text(text.nfc().collect())));
        }
        let mut units = Vec::new();
        let mut run = String::new();
        for scalar in self.scalars() {
            match scalar {
                Ok(character) => run.push(character),
                Err(surrogate) => {
                    units.extend(run.nfc().collect::<String>().encode_utf16());
                    run.clear();
                    units.push(surrogate);
                }
            }
        }
        units.extend(run.nfc().collect::<String>().encode_utf16());
        Cow::Owned(Self::from_units(units))
    }

    /// Whether [`JsonString::nfc`] would change nothing.
    pub fn is_nfc(&self) -> bool {
        match &self.0 {
            Repr::Text(text) => text.is_ascii() || is_nfc(text),
            // U+FFFD is a starter that composes with nothing, just as a lone surrogate.
            Repr::Units(units) => is_nfc(&String::from_utf16_lossy(units)),
        }
    }
}

/// How many bytes from the start stand in a JSON string as they are: not `"`, not `\`, no control character.
pub(crate) fn plain_prefix(bytes: &[u8]) -> usize {
    const EACH: u64 = u64::from_ne_bytes([1; 8]);
    // The highest bit of the first byte below `limit`, at least, is set.
    let below = |word: u64, limit: u8| word.wrapping_sub(EACH * u64::from(limit)) & !word;
    let (words, rest) = bytes.as_chunks();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let same = |byte: u8| below(word ^ (EACH * u64::from(byte)), 1);
        let special = (below(word, 0x20) | same(b'"') | same(b'\\')) & (EACH << 7);
        if special != 0 {
            return index * 8 + special.trailing_zeros() as usize / 8;
        }
    }
    let special = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
    words.len() * 8 + special.unwrap_or(rest.len())
}

impl From<&str> for JsonString {
    fn from(text: &str) -> Self {
        Self(Repr::Text(text.to_owned()))
    }
}

impl From<String> for JsonString {
    fn from(text: String) -> Self {
        Self(Repr::Text(text))
    }
}

impl PartialOrd for JsonString {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for JsonString {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Repr::Text(left), Repr::Text(right)) => left.encode_utf16().cmp(right.encode_utf16()),
            _ => self.units().cmp(other.units()),
        }
    }
}

impl fmt::Debug for JsonString {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut quoted = String::new();
        super::write::write_quoted(self, &mut quoted);
        formatter.write_str(&quoted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_that_of_utf_16() {
        let [astral, private] = ["😀", "\u{e000}"].map(JsonString::from);
        assert!(astral < private, "code point order would say otherwise");
        let lone = JsonString::from_units(vec![0xd83d]);
        assert!(lone < astral);
    }

    #[test]
    fn the_plain_prefix_ends_at_the_first_special_byte() {
        for length in 0..20 {
            for first in 0..=length {
                for byte in 0..=u8::MAX {
                    // Behind the first one and in the neighbourhood of others, special bytes change nothing.
                    let mut bytes = [[0x80, b'!', b'#', 0x20][first % 4]].repeat(length);
                    bytes.extend([byte, b'"', 0, b'\\']);
                    bytes.swap(first, length);
                    let plain = |byte: &&u8| !matches!(byte, b'"' | b'\\' | 0..0x20);
                    assert_eq!(plain_prefix(&bytes), bytes.iter().take_while(plain).count(), "{bytes:?}");
                }
            }
        }
    }

    #[test]
    fn nfc_works_around_lone_surrogates() {
        let units = |text: &str| text.encode_utf16().collect::<Vec<_>>();
        let raw = [units("e\u{301}"), vec![0xd800], units("\u{301}e")].concat();
        let composed = [units("é"), vec![0xd800], units("\u{301}e")].concat();
        let string = JsonString::from_units(raw);
        assert!(!string.is_nfc());
        assert_eq!(string.nfc().into_owned(), JsonString::from_units(composed.clone()));
        assert!(JsonString::from_units(composed).is_nfc());
    }
}

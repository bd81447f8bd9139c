//! The names of months in six languages, and the endings of ordinals.

use super::lex::Pieces;

/// Names in lower case; of those with an English abbreviation, that one too.
const NAMES: [&[&str]; 12] = [
    &["january", "jan", "januar", "j\u{E4}nner", "janvier", "janv", "enero", "gennaio", "januari"],
    &["february", "feb", "febr", "februar", "f\u{E9}vrier", "fevrier", "febrero", "febbraio", "februari"],
    &["march", "mar", "m\u{E4}rz", "maerz", "mars", "marzo", "maart"],
    &["april", "apr", "avril", "abril", "aprile"],
    &["may", "mai", "mayo", "maggio", "mei"],
    &["june", "jun", "juni", "juin", "junio", "giugno"],
    &["july", "jul", "juli", "juillet", "julio", "luglio"],
    &["august", "aug", "ao\u{FB}t", "aout", "agosto", "augustus"],
    &["september", "sep", "sept", "septembre", "septiembre", "settembre"],
    &["october", "oct", "oktober", "okt", "octobre", "octubre", "ottobre"],
    &["november", "nov", "novembre", "noviembre"],
    &["december", "dec", "dezember", "dez", "d\u{E9}cembre", "decembre", "diciembre", "dicembre"],
];

/// The number of a month from its name in lower case.
pub(super) fn month(name: &str) -> Option<u32> {
    let at = NAMES.iter().position(|names| names.contains(&name))?;
    u32::try_from(at + 1).ok()
}

/// Whether the ending of an ordinal stands at a piece.
pub(super) fn ordinal_suffix(pieces: &Pieces<'_>, index: usize) -> bool {
    pieces
        .lower(index)
        .is_some_and(|word| matches!(word.as_str(), "st" | "nd" | "rd" | "th" | "er" | "e" | "o"))
}

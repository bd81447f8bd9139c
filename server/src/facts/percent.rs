//! Percentages, and their neighbours: per mille and basis points.

use std::collections::BTreeSet;
use std::ops::Range;

use super::lex::Pieces;
use super::number::Number;
use super::stated::Token;
use super::unit::{self, is_range_dash};

const WORDS: [&str; 13] = [
    "percent",
    "percents",
    "pct",
    "percentage",
    "percentages",
    "pc",
    "prozent",
    "pourcent",
    "procent",
    "procents",
    "prosent",
    "porcento",
    "pp",
];

/// Whether a word in lower case is a unit that touches its number, as in `10pct`.
pub(super) fn is_unit(word: &str) -> bool {
    WORDS.contains(&word) || matches!(word, "bp" | "bps" | "per" | "permille")
}

/// The percentages of a text, in order.
pub(super) fn percentages(pieces: &Pieces<'_>, numbers: &[Number]) -> Vec<Token> {
    let mut found: Vec<(usize, Range<usize>, i64)> = Vec::new();
    for (index, number) in numbers.iter().enumerate() {
        if let Some((end, power)) = unit(pieces, number.run.end) {
            found.push((index, number.run.start..end, power));
        } else if let Some(start) = sign_before(pieces, number.run.start) {
            found.push((index, start..number.run.end, 0));
        }
    }
    let taken: BTreeSet<usize> = found.iter().map(|(index, ..)| *index).collect();
    let firsts = found.iter().filter_map(|(index, run, power)| {
        let (at, number) = index.checked_sub(1).and_then(|at| Some((at, numbers.get(at)?)))?;
        let is_range = !taken.contains(&at) && is_range_dash(pieces, &(number.run.end..run.start));
        (is_range && !unit::has_currency(pieces, number)).then(|| (at, number.run.clone(), *power))
    });
    let firsts: Vec<_> = firsts.collect();
    found.extend(firsts);
    found.sort_by_key(|(index, ..)| *index);
    found.into_iter().map(|(index, run, power)| token(pieces, &numbers[index], run, power)).collect()
}

fn token(pieces: &Pieces<'_>, number: &Number, run: Range<usize>, power: i64) -> Token {
    let minus = unit::minus(pieces, run.start);
    let signed = if minus.is_some() { number.negated() } else { number.clone() };
    let readings = signed.values.into_iter().map(|value| value.shifted(power).compared()).collect();
    Token { bytes: pieces.bytes(&(minus.unwrap_or(run.start)..run.end)), readings }
}

/// The end of a unit behind a number, and its power of ten in percent.
pub(super) fn unit(pieces: &Pieces<'_>, end: usize) -> Option<(usize, i64)> {
    let gap = (end..end + 3).take_while(|at| is_gap(pieces, *at)).count();
    let at = end + gap;
    match pieces.mark(at) {
        Some('%') => return Some((at + 1, 0)),
        Some('\u{2030}') => return Some((at + 1, -1)),
        Some('\u{2031}') => return Some((at + 1, -2)),
        _ => {}
    }
    let word = pieces.lower(at)?;
    let next = pieces.skip_blank(at + 1);
    let second = pieces.lower(next).unwrap_or_default();
    match (word.as_str(), second.as_str()) {
        ("per" | "por" | "pour" | "pro", "cent" | "cents" | "ciento") => Some((next + 1, 0)),
        ("per" | "pro", "mille" | "mil" | "mill") => Some((next + 1, -1)),
        ("permille" | "promille", _) => Some((at + 1, -1)),
        ("basis", "point" | "points") => Some((next + 1, -2)),
        ("bp" | "bps", _) => Some((at + 1, -2)),
        (word, _) if WORDS.contains(&word) => Some((at + 1, 0)),
        _ => None,
    }
}

fn is_gap(pieces: &Pieces<'_>, index: usize) -> bool {
    let mark = pieces.mark(index).is_some_and(|mark| ")]*_~-\"'.".contains(mark));
    mark || pieces.is_blank(index) || pieces.word(index) == Some("a")
}

/// Where the sign of `%10` stands, when it is no other number's.
fn sign_before(pieces: &Pieces<'_>, start: usize) -> Option<usize> {
    let sign = start.checked_sub(1).filter(|at| pieces.mark(*at) == Some('%'))?;
    let before = sign.checked_sub(1).and_then(|at| pieces.kind(at));
    (!matches!(before, Some(super::lex::Kind::Digits | super::lex::Kind::Word))).then_some(sign)
}

//! What amounts and percentages have in common: signs and ranges.

use std::ops::Range;

use super::lex::Pieces;
use super::number::Number;
use super::{currency, percent};

/// Where the minus sign of a number that begins at `start` stands. A dash behind a word or a number joins the two, and
/// one before a space begins an item of a list.
pub(super) fn minus(pieces: &Pieces<'_>, start: usize) -> Option<usize> {
    let at = start.checked_sub(1)?;
    let before = at.checked_sub(1);
    let opens =
        |at: usize| pieces.is_blank(at) || pieces.mark(at).is_some_and(|mark| "([{\"'*_=:~|>".contains(mark));
    if pieces.mark(at) == Some('-') && before.is_none_or(opens) {
        return Some(at);
    }
    let word = before.filter(|_| pieces.is_blank(at))?;
    let says = pieces.lower(word).is_some_and(|word| word == "minus" || word == "negative");
    says.then_some(word)
}

/// Whether a run is what stands between the two ends of a range: a dash, or `to`, with or without spaces.
pub(super) fn is_range_dash(pieces: &Pieces<'_>, gap: &Range<usize>) -> bool {
    gap.len() <= 3
        && gap.start < gap.end
        && matches!(pieces.run(gap).trim(), "-" | "~" | "/" | "to" | "bis" | "--")
}

/// Whether a number is a percentage.
pub(super) fn is_percentage(pieces: &Pieces<'_>, number: &Number) -> bool {
    percent::unit(pieces, number.run.end).is_some()
}

/// Whether a currency touches the number.
pub(super) fn has_currency(pieces: &Pieces<'_>, number: &Number) -> bool {
    let before = number.run.start.checked_sub(1).and_then(|at| currency::before_number(pieces, at));
    before.is_some() || currency::behind_number(pieces, pieces.skip_blank(number.run.end)).is_some()
}

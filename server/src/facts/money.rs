//! Amounts of money: a number with a currency before or behind it.

use std::collections::BTreeSet;
use std::ops::Range;

use super::currency::{self, Currency};
use super::lex::{Kind, Pieces};
use super::number::Number;
use super::stated::Token;
use super::unit::{self, is_range_dash};

/// Most pieces between a currency and its number.
const MAX_GAP: usize = 6;

/// The amounts of a text, in order. Numbers that are part of a date are none.
pub(super) fn amounts(pieces: &Pieces<'_>, numbers: &[Number]) -> Vec<Token> {
    let mut found: Vec<(usize, Amount)> = Vec::new();
    for (index, number) in numbers.iter().enumerate() {
        let previous = index.checked_sub(1).map_or(0, |before| numbers[before].run.end);
        if let Some(amount) = Amount::read(pieces, number, previous) {
            found.push((index, amount));
        }
    }
    let partners = partners(pieces, numbers, &found);
    found.extend(partners);
    found.sort_by_key(|(index, _)| *index);
    found.into_iter().map(|(index, amount)| amount.token(pieces, &numbers[index])).collect()
}

#[derive(Clone, Debug)]
struct Amount {
    /// The pieces of currency, sign and number.
    run: Range<usize>,
    negative: bool,
    currencies: Vec<Currency>,
}

impl Amount {
    fn read(pieces: &Pieces<'_>, number: &Number, previous: usize) -> Option<Self> {
        let before = before(pieces, number.run.start, previous);
        let behind = behind(pieces, number.run.end);
        let start = before.as_ref().map_or(number.run.start, |(_, start, _)| *start);
        let end = behind.as_ref().map_or(number.run.end, |(_, end)| *end);
        let in_gap = before.as_ref().is_some_and(|(_, _, minus)| *minus);
        let currencies = match (before.map(|(currency, _, _)| currency), behind.map(|(currency, _)| currency))
        {
            (None, None) => return None,
            // `$1,500 CAD` says which dollars.
            (Some(sign), Some(code)) if sign.code == "USD" && code.code.ends_with('D') => vec![code],
            (before, behind) => before.into_iter().chain(behind).collect(),
        };
        let minus = unit::minus(pieces, start);
        let run = minus.unwrap_or(start)..end;
        Some(Self { run, negative: in_gap || minus.is_some(), currencies })
    }

    fn token(self, pieces: &Pieces<'_>, number: &Number) -> Token {
        let signed = if self.negative { number.negated() } else { number.clone() };
        let readings: BTreeSet<String> = self
            .currencies
            .iter()
            .flat_map(|Currency { code, power, .. }| {
                let values = signed.values.iter().map(|value| value.clone().shifted(*power));
                values.map(move |value| format!("{code} {}", value.compared()))
            })
            .collect();
        Token { bytes: pieces.bytes(&self.run), readings }
    }
}

/// The currency before a number, where it begins, and whether a minus sign stands between them.
fn before(pieces: &Pieces<'_>, start: usize, previous: usize) -> Option<(Currency, usize, bool)> {
    let mut at = start;
    for _ in 0..MAX_GAP {
        at = at.checked_sub(1).filter(|at| *at >= previous)?;
        if let Some((currency, begins)) = currency::before_number(pieces, at) {
            let own = belongs_before(pieces, &currency, at, begins, previous);
            let minus =
                at + 1 < start && pieces.mark(start - 1) == Some('-') && pieces.mark(at + 1) == Some('-');
            return own.then_some((currency, begins.max(previous), minus));
        }
        if !is_gap_before(pieces, at) {
            return None;
        }
    }
    None
}

/// Whether a currency belongs to the number behind it: not when it is the unit of the number before. A name is, when
/// there is such a number; a sign or a code is when only that side touches it.
fn belongs_before(
    pieces: &Pieces<'_>,
    currency: &Currency,
    at: usize,
    begins: usize,
    previous: usize,
) -> bool {
    let number_before = previous > 0 && begins >= previous && begins - previous <= 1;
    if !number_before || (begins > previous && !pieces.is_blank(previous)) {
        return true;
    }
    let touches_before = begins == previous;
    let touches_behind = !pieces.is_blank(at + 1);
    !currency.is_name && (touches_behind || !touches_before)
}

fn is_gap_before(pieces: &Pieces<'_>, index: usize) -> bool {
    let mark = pieces.mark(index);
    pieces.is_blank(index)
        || mark.is_some_and(|mark| ":=([*_~-+\"'|<>.".contains(mark))
        // Of marks that end a sentence only those of `Fr.` and `Rs.` are no gap.
        && (mark != Some('.') || index.checked_sub(1).is_some_and(|word| pieces.word(word).is_some()))
}

/// The currency behind a number, and where it ends.
fn behind(pieces: &Pieces<'_>, end: usize) -> Option<(Currency, usize)> {
    for at in end..end + MAX_GAP {
        if let Some((currency, ends)) = currency::behind_number(pieces, at) {
            let touches = at == end;
            let touches_next = pieces.kind(ends) == Some(Kind::Digits);
            let sign = !currency.is_name && pieces.word(at).is_none();
            let next_owns = sign && touches_next && !touches;
            return (!next_owns).then_some((currency, ends));
        }
        if !is_gap_behind(pieces, at, end) {
            return None;
        }
    }
    None
}

fn is_gap_behind(pieces: &Pieces<'_>, index: usize, end: usize) -> bool {
    match pieces.kind(index) {
        Some(Kind::Space) => true,
        // `1,500.- Fr.` and `1.500,- EUR`
        Some(Kind::Mark('.' | ',')) if pieces.mark(index + 1) == Some('-') => index == end,
        Some(Kind::Mark('.')) => index == end && pieces.word(index + 1).is_some(),
        Some(Kind::Mark(mark)) => ")]*_~-\"'|/([".contains(mark),
        Some(Kind::Word) => {
            pieces.lower(index).is_some_and(|word| matches!(word.as_str(), "of" | "in" | "a"))
        }
        _ => false,
    }
}

/// The other ends of ranges: in `$1,500-9,999` both numbers are amounts.
fn partners(pieces: &Pieces<'_>, numbers: &[Number], found: &[(usize, Amount)]) -> Vec<(usize, Amount)> {
    let taken: BTreeSet<usize> = found.iter().map(|(index, _)| *index).collect();
    let mut partners = Vec::new();
    for (index, amount) in found {
        let mut other = |at: Option<usize>, gap: &dyn Fn(&Number) -> Range<usize>| {
            let Some((at, number)) = at.and_then(|at| Some((at, numbers.get(at)?))) else { return };
            if !taken.contains(&at)
                && is_range_dash(pieces, &gap(number))
                && !unit::is_percentage(pieces, number)
            {
                let run = number.run.clone();
                partners.push((at, Amount { run, negative: false, currencies: amount.currencies.clone() }));
            }
        };
        other(index.checked_sub(1), &|number| number.run.end..amount.run.start);
        // `$1,500 to 3 customers` is no range.
        other(
            Some(index + 1).filter(|_| pieces.word(pieces.skip_blank(amount.run.end)).is_none()),
            &|number| amount.run.end..number.run.start,
        );
    }
    partners
}

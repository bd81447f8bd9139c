//! Numbers in figures: which values may a run of digits and separators stand for?

use std::collections::BTreeSet;
use std::ops::Range;

use super::decimal::Decimal;
use super::lex::{Kind, Pieces};
use super::scale;
use super::words;

/// What a number may stand for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Value {
    Exact(Decimal),
    /// Cannot be read with certainty: equal only to what is written in the same way.
    AsWritten(String),
}

impl Value {
    /// Multiplied by a power of ten.
    pub(super) fn shifted(self, power: i64) -> Self {
        match self {
            Self::Exact(number) => Self::Exact(number.shifted(power)),
            Self::AsWritten(text) if power == 0 => Self::AsWritten(text),
            Self::AsWritten(text) => Self::AsWritten(format!("{text} e{power}")),
        }
    }

    fn negated(self) -> Self {
        match self {
            Self::Exact(number) => Self::Exact(number.negated()),
            Self::AsWritten(text) => Self::AsWritten(format!("-{text}")),
        }
    }

    /// The value as it is compared; what is no number starts with `~`.
    pub(super) fn compared(&self) -> String {
        match self {
            Self::Exact(number) => number.to_string(),
            Self::AsWritten(text) => format!("~{text}"),
        }
    }
}

/// A number in a text, in figures or in words, with the words that scale it.
#[derive(Clone, Debug)]
pub(super) struct Number {
    /// Its pieces, with scale words, without a sign.
    pub(super) run: Range<usize>,
    /// Every plausible value.
    pub(super) values: BTreeSet<Value>,
}

impl Number {
    pub(super) fn negated(&self) -> Self {
        Self { run: self.run.clone(), values: self.values.iter().cloned().map(Value::negated).collect() }
    }
}

/// Every number of a text, in order, but for those in `dates`, which are in order as well.
pub(super) fn numbers(pieces: &Pieces<'_>, dates: &[Range<usize>]) -> Vec<Number> {
    let mut found = Vec::new();
    let mut dates = dates.iter().peekable();
    let mut index = 0;
    while index < pieces.len() {
        if let Some(date) = dates.next_if(|date| date.start <= index) {
            index = index.max(date.end);
            continue;
        }
        let Some(number) = figures(pieces, index).or_else(|| words::number(pieces, index)) else {
            index += 1;
            continue;
        };
        let number = scale::scaled(pieces, number);
        index = number.run.end;
        found.push(number);
    }
    found
}

/// Groups of digits, each but the first with the separator before it.
struct Groups<'a> {
    first: &'a str,
    rest: Vec<(char, &'a str)>,
}

fn figures(pieces: &Pieces<'_>, start: usize) -> Option<Number> {
    let (groups, end) = groups(pieces, start)?;
    let run = start..end;
    let exact = groups.values().filter(|_| !is_glued(pieces, end));
    let values = exact.unwrap_or_else(|| [Value::AsWritten(pieces.run(&run).to_owned())].into());
    Some(Number { run, values })
}

fn groups<'a>(pieces: &Pieces<'a>, start: usize) -> Option<(Groups<'a>, usize)> {
    let (first, mut rest, mut end) = if let Some(digits) = pieces.digits(start) {
        (digits, Vec::new(), start + 1)
    } else {
        let point = pieces.mark(start).filter(|mark| matches!(mark, '.' | ','))?;
        ("", vec![(point, pieces.digits(start + 1)?)], start + 2)
    };
    while let Some(separator) = separator(pieces, end) {
        let spaced = first.len() <= 3 && rest.iter().all(|(before, _)| *before == ' ');
        // `1 010%` is one number; `$1,500 100%` and `in 2026 100%` are two.
        if separator == ' ' && !spaced && pieces.mark(end + 2) == Some('%') {
            break;
        }
        rest.push((separator, pieces.text(end + 1)));
        end += 2;
    }
    Some((Groups { first, rest }, end))
}

/// The separator at a position when a group of digits follows it. A space separates three digits only: in
/// `$1,500 10 times` it is the space between two numbers.
fn separator(pieces: &Pieces<'_>, index: usize) -> Option<char> {
    let next = pieces.digits(index + 1)?;
    match pieces.kind(index)? {
        Kind::Mark(mark) => matches!(mark, ',' | '.' | '\'' | '_').then_some(mark),
        Kind::Space if next.len() == 3 => Some(' '),
        _ => None,
    }
}

/// Whether letters that mean nothing to us touch the end of the number, as in `9e3`.
fn is_glued(pieces: &Pieces<'_>, end: usize) -> bool {
    let Some(word) = pieces.lower(end) else { return false };
    let known =
        scale::power(&word).is_some() || super::currency::is_named(&word) || super::percent::is_unit(&word);
    !known || (pieces.digits(end + 1).is_some())
}

impl Groups<'_> {
    /// Every plausible value, or nothing when the groups make no number.
    fn values(&self) -> Option<BTreeSet<Value>> {
        let digits = self.rest.iter().map(|(_, digits)| *digits).chain([self.first]);
        if !digits.into_iter().all(|digits| digits.bytes().all(|byte| byte.is_ascii_digit())) {
            return None;
        }
        let Some((&(last, fraction), whole)) = self.rest.split_last() else {
            return Some(exact([Decimal::new(self.first, "")]));
        };
        let joined = || Decimal::new(&self.joined(self.rest.len()), "");
        let decimal = || Decimal::new(&self.joined(whole.len()), fraction);
        let is_point = matches!(last, '.' | ',');
        match whole.first() {
            None if is_point => Some(self.two_groups(last, fraction)),
            _ if self.is_grouped(self.rest.len()) => Some(exact([joined()])),
            Some((other, _)) if is_point && *other != last && self.is_grouped(whole.len()) => {
                // `1.500,000` has a fraction in one country and none in another.
                let ambiguous = fraction.len() == 3 && *other != ' ';
                Some(exact(if ambiguous { vec![decimal(), joined()] } else { vec![decimal()] }))
            }
            _ => None,
        }
    }

    fn two_groups(&self, separator: char, second: &str) -> BTreeSet<Value> {
        let decimal = Decimal::new(self.first, second);
        let joined = Decimal::new(&format!("{}{second}", self.first), "");
        let groups = self.is_grouped(1);
        match separator {
            ',' if groups => exact([joined]),
            ',' if second.len() > 3 => exact([decimal, joined]),
            '.' if groups => exact([decimal, joined]),
            _ => exact([decimal]),
        }
    }

    fn joined(&self, groups: usize) -> String {
        let rest = self.rest.iter().take(groups).map(|(_, digits)| *digits);
        std::iter::once(self.first).chain(rest).collect()
    }

    /// Whether the first `count` separators are of one kind and stand where thousands (in India, hundreds above the
    /// thousands) are separated.
    fn is_grouped(&self, count: usize) -> bool {
        let Some(((separator, last), inner)) = self.rest.get(..count).and_then(|groups| groups.split_last())
        else {
            return false;
        };
        let starts = !self.first.is_empty() && !self.first.starts_with('0') && self.first.len() <= 3;
        let width = |digits: &str| digits.len() == 3 || (*separator == ',' && digits.len() == 2);
        // A space joins whatever stands before it: nobody can tell where the number begins.
        (starts || *separator == ' ')
            && last.len() == 3
            && inner.iter().all(|(other, digits)| other == separator && width(digits))
    }
}

fn exact(numbers: impl IntoIterator<Item = Decimal>) -> BTreeSet<Value> {
    numbers.into_iter().map(Value::Exact).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<String> {
        let pieces = Pieces::new(text);
        numbers(&pieces, &[]).iter().flat_map(|number| number.values.iter().map(Value::compared)).collect()
    }

    #[test]
    fn figures_are_read_in_every_country() {
        for text in
            ["1500", "1,500", "1,500.00", "1.500,00", "1'500.00", "1 500,00", "1_500", "1500.0", "1500,0"]
        {
            assert_eq!(values(text), ["15e2"], "{text}");
        }
        for text in ["1,500,000", "1.500.000", "1 500 000", "15,00,000", "1500 000", "1.5 million"] {
            assert_eq!(values(text), ["15e5"], "{text}");
        }
        assert_eq!(values("$.99 and 0,5"), ["99e-2", "5e-1"]);
        assert_eq!(values("007"), ["7"]);
    }

    #[test]
    fn what_has_two_meanings_has_two_values() {
        assert_eq!(values("1.500"), ["15e-1", "15e2"]);
        assert_eq!(values("1,5000"), ["15e-1", "15e3"]);
        assert_eq!(values("1,500.000"), ["15e2", "15e5"]);
        assert_eq!(values("0.500 12.5"), ["5e-1", "125e-1"]);
    }

    #[test]
    fn what_is_no_number_is_compared_as_written() {
        for text in ["1,500.001,999", "1.2.3", "1,50,0", "1'50", "9e3", "1\u{BD}", "5x", ".5.5", "1.5k5"] {
            let found = values(text);
            assert!(found[0].starts_with('~'), "{text}: {found:?}");
        }
    }
}

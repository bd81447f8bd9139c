//! The facts that a text states: amounts, dates and percentages.

use std::collections::BTreeSet;
use std::ops::Range;

use super::fold::Folded;
use super::lex::Pieces;
use super::number::numbers;
use super::{date, money, percent};

/// A fact in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// Where it stands in the text that was read.
    pub(super) bytes: Range<usize>,
    /// Everything it may mean, as compared.
    pub(super) readings: BTreeSet<String>,
}

/// A fact as written and as compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    pub(super) raw: String,
    pub(super) readings: BTreeSet<String>,
}

/// What one text states.
#[derive(Clone, Debug, Default)]
pub(super) struct Stated {
    pub(super) money: Vec<Fact>,
    pub(super) dates: Vec<Fact>,
    pub(super) percentages: Vec<Fact>,
}

impl Stated {
    /// Takes in what another text states.
    pub(super) fn add(&mut self, other: Self) {
        self.money.extend(other.money);
        self.dates.extend(other.dates);
        self.percentages.extend(other.percentages);
    }

    /// Reads a text.
    pub(super) fn read(text: &str) -> Self {
        let folded = Folded::new(text);
        let pieces = Pieces::new(folded.text());
        let dates = date::dates(&pieces);
        let runs: Vec<Range<usize>> = dates.iter().map(|(run, _)| run.clone()).collect();
        let numbers = numbers(&pieces, &runs);
        let fact =
            |token: Token| Fact { raw: folded.original(&token.bytes).to_owned(), readings: token.readings };
        Self {
            money: money::amounts(&pieces, &numbers).into_iter().map(fact).collect(),
            dates: dates.into_iter().map(|(_, token)| fact(token)).collect(),
            percentages: percent::percentages(&pieces, &numbers).into_iter().map(fact).collect(),
        }
    }
}

/// Whether a text is one amount and nothing else.
pub(super) fn is_amount(text: &str) -> bool {
    let stated = Stated::read(text);
    matches!(stated.money.as_slice(), [only] if only.raw.len() == text.len())
}

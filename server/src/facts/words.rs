//! Numbers and ordinals in English words.

use super::decimal::Decimal;
use super::lex::Pieces;
use super::number::{Number, Value};

const SMALL: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const ORDINALS: [&str; 20] = [
    "zeroth",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
];
const SCALES: [(&str, u128); 5] = [
    ("thousand", 1_000),
    ("million", 1_000_000),
    ("billion", 1_000_000_000),
    ("trillion", 1_000_000_000_000),
    ("quadrillion", 1_000_000_000_000_000),
];
/// Words for no certain number, alone or before a scale word.
const VAGUE: [&str; 10] = [
    "hundreds",
    "thousands",
    "millions",
    "billions",
    "trillions",
    "dozens",
    "half",
    "quarter",
    "several",
    "couple",
];

#[derive(Clone, Copy)]
enum Part {
    Below100(u128),
    Hundred,
    Scale(u128),
}

fn part(word: &str) -> Option<Part> {
    let place =
        |list: &[&str]| list.iter().position(|known| *known == word).and_then(|at| u128::try_from(at).ok());
    if let Some(value) = place(&SMALL) {
        return Some(Part::Below100(value));
    }
    if let Some(tens) = place(&TENS) {
        return Some(Part::Below100(10 * (tens + 2)));
    }
    if word == "hundred" {
        return Some(Part::Hundred);
    }
    SCALES.iter().find(|(name, _)| *name == word).map(|(_, value)| Part::Scale(*value))
}

/// A number in words that begins at a piece.
pub(super) fn number(pieces: &Pieces<'_>, start: usize) -> Option<Number> {
    let word = pieces.lower(start)?;
    if VAGUE.contains(&word.as_str()) {
        return Some(as_written(pieces, start, start + 1));
    }
    let mut sum = Sum::default();
    // `a thousand` is one thousand.
    let article = (word == "a" || word == "an") && pieces.is_blank(start + 1);
    let mut end = if article { start + 2 } else { start };
    let mut at = end;
    while let Some(part) = pieces.lower(at).and_then(|word| part(&word)) {
        if (article && at == end && matches!(part, Part::Below100(_))) || !sum.add(part) {
            break;
        }
        end = at + 1;
        at = next_word(pieces, end, sum.began_group());
    }
    if !sum.any {
        return None;
    }
    let exact = sum.value().filter(|_| !has_fraction(pieces, end));
    let Some(value) = exact else { return Some(as_written(pieces, start, end)) };
    let value = Value::Exact(Decimal::new(&value.to_string(), ""));
    Some(Number { run: start..end, values: [value].into() })
}

fn as_written(pieces: &Pieces<'_>, start: usize, end: usize) -> Number {
    let text = pieces.run(&(start..end)).to_lowercase();
    Number { run: start..end, values: [Value::AsWritten(text)].into() }
}

/// Where the next word of a number may stand: behind a space or hyphen, and behind `and` when hundreds came before.
fn next_word(pieces: &Pieces<'_>, end: usize, and: bool) -> usize {
    let next =
        if pieces.is_blank(end) || pieces.mark(end) == Some('-') { end + 1 } else { return pieces.len() };
    if and && pieces.lower(next).is_some_and(|word| word == "and") {
        pieces.skip_blank(next + 1)
    } else {
        next
    }
}

/// Whether `point five` or `and a half` follows.
fn has_fraction(pieces: &Pieces<'_>, end: usize) -> bool {
    let word = |index| pieces.lower(index).unwrap_or_default();
    let next = pieces.skip_blank(end);
    word(next) == "point" || (word(next) == "and" && word(next + 2) == "a" && word(next + 4) == "half")
}

#[derive(Default)]
struct Sum {
    any: bool,
    total: u128,
    group: u128,
    overflow: bool,
    last: u128,
}

impl Sum {
    /// Takes in one word; `false` when it begins another number.
    fn add(&mut self, part: Part) -> bool {
        match part {
            Part::Below100(value) => {
                let free = !self.any || self.last >= 100 || (self.last >= 20 && value < 10 && value > 0);
                if !free {
                    return false;
                }
                self.group += value;
                self.last = value;
            }
            Part::Hundred => {
                self.group = self.multiplied(self.group, 100);
                self.last = 100;
            }
            Part::Scale(scale) => {
                let group = self.multiplied(self.group, scale);
                self.total = self.total.checked_add(group).unwrap_or_else(|| self.too_large());
                (self.group, self.last) = (0, scale);
            }
        }
        self.any = true;
        true
    }

    fn multiplied(&mut self, group: u128, by: u128) -> u128 {
        // `thousand` alone is one thousand; a second scale word multiplies all before it.
        let factor = match (group, self.total) {
            (0, 0) => 1,
            (0, _) => std::mem::take(&mut self.total),
            _ => group,
        };
        factor.checked_mul(by).unwrap_or_else(|| self.too_large())
    }

    fn too_large(&mut self) -> u128 {
        self.overflow = true;
        0
    }

    fn began_group(&self) -> bool {
        self.last >= 100
    }

    fn value(&self) -> Option<u128> {
        self.total.checked_add(self.group).filter(|_| !self.overflow)
    }
}

/// The day of the month that an ordinal at a piece names, and the position behind it.
pub(super) fn ordinal_day(pieces: &Pieces<'_>, start: usize) -> Option<(u32, usize)> {
    let word = pieces.lower(start)?;
    let place =
        |word: &str| ORDINALS.iter().position(|known| *known == word).and_then(|at| u32::try_from(at).ok());
    if let Some(day) = place(&word) {
        return Some((day, start + 1));
    }
    let tens = match word.as_str() {
        "twentieth" => return Some((20, start + 1)),
        "thirtieth" => return Some((30, start + 1)),
        "twenty" => 20,
        "thirty" => 30,
        _ => return None,
    };
    let unit = pieces.lower(start + 2).and_then(|word| place(&word)).filter(|unit| (1..10).contains(unit))?;
    Some((tens + unit, start + 3))
}

#[cfg(test)]
mod tests {
    use super::super::number::numbers;
    use super::*;

    fn values(text: &str) -> Vec<String> {
        let found = numbers(&Pieces::new(text), &[]);
        found.iter().flat_map(|number| number.values.iter().map(Value::compared)).collect()
    }

    #[test]
    fn words_are_numbers() {
        assert_eq!(values("nine thousand, nine hundred and ninety-nine")[0], "9e3");
        assert_eq!(values("nine thousand nine hundred and ninety-nine"), ["9999"]);
        assert_eq!(values("fifteen hundred"), ["15e2"]);
        assert_eq!(values("One Million"), ["1e6"]);
        assert_eq!(values("a thousand, a cat"), ["1e3"]);
        assert_eq!(values("two hundred thousand five"), ["200005"]);
        assert_eq!(values("a thousand million"), ["1e9"]);
        assert_eq!(values("one two three"), ["1", "2", "3"]);
        assert_eq!(values("nine point five million"), ["~nine", "5e6"]);
        assert!(values("millions of cats")[0].starts_with('~'));
        assert!(values("nothing here").is_empty());
    }

    #[test]
    fn a_number_without_end_is_no_panic() {
        let text = "million ".repeat(40);
        assert!(values(&text)[0].starts_with('~'));
    }

    #[test]
    fn ordinals_are_days() {
        let day = |text| ordinal_day(&Pieces::new(text), 0).map(|(day, _)| day);
        assert_eq!(
            (day("second of"), day("Twenty-first"), day("thirty first")),
            (Some(2), Some(21), Some(31))
        );
        assert_eq!((day("thirtieth"), day("twenty cats"), day("two")), (Some(30), None, None));
    }
}

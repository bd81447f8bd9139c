//! Words and letters that multiply the number before them.

use super::lex::{Kind, Pieces};
use super::number::{Number, Value};

/// More scale words than this after one number are no way of writing one.
const MAX_WORDS: usize = 4;

/// Most pieces between a number and its scale word.
const MAX_GAP: usize = 4;

/// Words in lower case, and the power of ten that each stands for.
const POWERS: [(&[&str], i64); 8] = [
    (&["hundred", "hundreds", "hundert", "cien", "cientos"], 2),
    (
        &["k", "thousand", "thousands", "thou", "grand", "tsd", "tausend", "mille", "mil", "mila", "duizend"],
        3,
    ),
    (&["lakh", "lakhs", "lac", "lacs"], 5),
    (
        &[
            "m",
            "mm",
            "mn",
            "mln",
            "mio",
            "mill",
            "million",
            "millions",
            "millionen",
            "millon",
            "millones",
            "mill\u{F3}n",
            "milione",
            "milioni",
            "milh\u{F5}es",
            "miljoen",
        ],
        6,
    ),
    (&["crore", "crores", "cr"], 7),
    (
        &[
            "b",
            "bn",
            "bln",
            "bil",
            "billion",
            "billions",
            "mrd",
            "mia",
            "md",
            "milliard",
            "milliards",
            "milliarde",
            "milliarden",
            "miliardi",
            "miljard",
        ],
        9,
    ),
    (&["t", "tn", "trn", "trillion", "trillions", "bio", "billionen"], 12),
    (&["quadrillion", "quadrillions"], 15),
];

/// Letters of other scripts: they stand before the currency without a space.
const LETTERS: [(char, i64); 12] = [
    ('\u{5341}', 1),
    ('\u{767E}', 2),
    ('\u{5343}', 3),
    ('\u{CC9C}', 3),
    ('\u{4E07}', 4),
    ('\u{842C}', 4),
    ('\u{B9CC}', 4),
    ('\u{4EBF}', 8),
    ('\u{5104}', 8),
    ('\u{C5B5}', 8),
    ('\u{5146}', 12),
    ('\u{C870}', 12),
];

/// Russian and its neighbours, by their beginnings.
const STEMS: [(&str, i64); 4] = [
    ("\u{442}\u{44B}\u{441}", 3),
    ("\u{43C}\u{43B}\u{43D}", 6),
    ("\u{43C}\u{438}\u{43B}\u{43B}\u{438}\u{43E}\u{43D}", 6),
    ("\u{43C}\u{43B}\u{440}\u{434}", 9),
];

/// The power of ten of a word in lower case.
pub(super) fn power(word: &str) -> Option<i64> {
    POWERS.iter().find(|(words, _)| words.contains(&word)).map(|(_, power)| *power)
}

/// Whether a letter of another script scales the number before it.
pub(super) fn is_scale_letter(letter: char) -> bool {
    LETTERS.iter().any(|(known, _)| *known == letter)
}

/// The number with the scale words behind it.
pub(super) fn scaled(pieces: &Pieces<'_>, mut number: Number) -> Number {
    for _ in 0..MAX_WORDS {
        let Some((power, end)) = next(pieces, number.run.end) else { break };
        number.values = number.values.into_iter().map(|value| value.shifted(power)).collect();
        number.run.end = end;
    }
    if number.run.end < pieces.len() && continues(pieces, number.run.end) {
        number.values = [Value::AsWritten(pieces.run(&number.run).to_owned())].into();
    }
    number
}

fn next(pieces: &Pieces<'_>, end: usize) -> Option<(i64, usize)> {
    if let Some(power) = letters(pieces, end).or_else(|| letters(pieces, pieces.skip_blank(end))) {
        return Some((power, pieces.skip_blank(end) + 1));
    }
    let at = end + (end..end + MAX_GAP).take_while(|at| is_gap(pieces, *at)).count();
    let joined = at > end;
    let word = pieces.lower(at)?;
    let power = power(&word)?;
    let apart = at > end + 1 || pieces.mark(end).is_some_and(|mark| mark != '-');
    if apart && word.len() < 3 {
        return None;
    }
    // The letter of `$5 T-shirts` and `$5 m'` begins a word.
    let begins = word.len() == 1 && joined && matches!(pieces.mark(at + 1), Some('-' | '\''));
    (!begins).then_some((power, at + 1))
}

/// What may stand before a scale word, as in `$5 (in millions)`.
fn is_gap(pieces: &Pieces<'_>, index: usize) -> bool {
    let mark = matches!(pieces.mark(index), Some('-' | ',' | '('));
    mark || pieces.is_blank(index) || pieces.word(index) == Some("in")
}

fn letters(pieces: &Pieces<'_>, index: usize) -> Option<i64> {
    if pieces.kind(index) != Some(Kind::Letters) {
        return None;
    }
    let text = pieces.text(index).to_lowercase();
    let first = text.chars().next()?;
    let stem = STEMS.iter().find(|(stem, _)| text.starts_with(stem)).map(|(_, power)| *power);
    stem.or_else(|| LETTERS.iter().find(|(letter, _)| *letter == first).map(|(_, power)| *power))
}

/// Whether more digits touch a scale word, or one that multiplies by no power of ten follows.
fn continues(pieces: &Pieces<'_>, end: usize) -> bool {
    let scaled = end.checked_sub(1).and_then(|last| pieces.kind(last)) != Some(Kind::Digits);
    let dozen = pieces.lower(pieces.skip_blank(end)).is_some_and(|word| word == "dozen" || word == "dozens");
    dozen || (scaled && pieces.digits(end).is_some())
}

#[cfg(test)]
mod tests {
    use super::super::number::numbers;
    use super::*;

    fn value(text: &str) -> String {
        let found = numbers(&Pieces::new(text), &[]);
        found[0].values.iter().map(Value::compared).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_scale_word_is_part_of_the_number() {
        for text in ["1.5k", "1.5K", "1.5 k", "1.5 thousand", "1.5-thousand", "1,5 Tsd.", "15 hundred"] {
            assert_eq!(value(text), "15e2", "{text}");
        }
        for text in [
            "2M",
            "2 Mio",
            "2mn",
            "2 million",
            "2 Millionen",
            "20 lakh",
            "2 thousand thousand",
            "200\u{4E07}",
        ] {
            assert_eq!(value(text), "2e6", "{text}");
        }
        assert_eq!(value("3bn"), "3e9");
        assert_eq!(value("5 T-shirts"), "5");
        assert_eq!(value("5 kittens"), "5");
        assert_eq!(value("3 dozen"), "~3");
    }

    #[test]
    fn endless_scale_words_end() {
        let text = format!("1{}", " million".repeat(50));
        assert_eq!(value(&text), "1e24");
    }
}

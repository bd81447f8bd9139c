//! Dates in figures and with the names of months, as year, month and day.

use std::ops::Range;

use super::lex::{Kind, Pieces};
use super::month::{month, ordinal_suffix};
use super::stated::Token;
use super::words::ordinal_day;

/// Most pieces between two parts of a date.
const MAX_GAP: usize = 6;

/// The dates of a text, in order: their pieces and what they may mean.
pub(super) fn dates(pieces: &Pieces<'_>) -> Vec<(Range<usize>, Token)> {
    let mut found = Vec::new();
    let mut index = 0;
    while index < pieces.len() {
        let Some((end, readings)) = numeric(pieces, index).or_else(|| named(pieces, index)) else {
            index += 1;
            continue;
        };
        let readings = readings.into_iter().map(Date::compared).collect();
        found.push((index..end, Token { bytes: pieces.bytes(&(index..end)), readings }));
        index = end;
    }
    found
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Date {
    year: u32,
    month: u32,
    day: u32,
}

impl Date {
    fn compared(self) -> String {
        let Self { year, month, day } = self;
        format!("{year:04}-{month:02}-{day:02}")
    }

    fn is_possible(self) -> bool {
        (1..=12).contains(&self.month) && (1..=31).contains(&self.day)
    }
}

/// A part of a date in figures: its value and its number of digits.
type Part = (u32, usize);

fn part(pieces: &Pieces<'_>, index: usize) -> Option<Part> {
    let digits = pieces.digits(index).filter(|digits| digits.len() <= 4)?;
    Some((digits.parse().ok()?, digits.len()))
}

/// Three numbers with the same separator between them.
fn numeric(pieces: &Pieces<'_>, start: usize) -> Option<(usize, Vec<Date>)> {
    if let Some(date) = compact(pieces, start) {
        return Some((start + 1, vec![date]));
    }
    let first = part(pieces, start)?;
    let (separator, second_at) = separator(pieces, start + 1)?;
    let second = part(pieces, second_at)?;
    let (other, third_at) = self::separator(pieces, second_at + 1)?;
    let third = part(pieces, third_at)?;
    let mut end = third_at + 1;
    if pieces.text(end) == "\u{65E5}" {
        end += 1;
    }
    let same = separator == other || matches!((separator, other), ('\u{5E74}', '\u{6708}'));
    let spaced = second_at > start + 2 || third_at > second_at + 2;
    let readings = readings(separator, spaced, first, second, third);
    (same && !is_longer(pieces, start, end, separator))
        .then_some((end, readings))
        .filter(|(_, found)| !found.is_empty())
}

/// `20260601T1000Z`: without the time, eight digits are any number.
fn compact(pieces: &Pieces<'_>, start: usize) -> Option<Date> {
    let digits = pieces.digits(start).filter(|digits| digits.len() == 8 && digits.is_ascii())?;
    let timed = pieces.word(start + 1).is_some_and(|word| word == "T") && pieces.digits(start + 2).is_some();
    let number = |range: Range<usize>| digits[range].parse().ok();
    let date = Date { year: number(0..4)?, month: number(4..6)?, day: number(6..8)? };
    (timed && date.is_possible()).then_some(date)
}

/// A separator with or without spaces around it, and the position behind; a space alone is one as well.
fn separator(pieces: &Pieces<'_>, index: usize) -> Option<(char, usize)> {
    let at = pieces.skip_blank(index);
    if let Some(mark) = pieces.mark(at).filter(|mark| "-/._".contains(*mark)) {
        return Some((mark, pieces.skip_blank(at + 1)));
    }
    if let Some(letter) =
        pieces.text(at).chars().next().filter(|letter| "\u{5E74}\u{6708}\u{B144}\u{C6D4}".contains(*letter))
    {
        return Some((letter, pieces.skip_blank(at + 1)));
    }
    (pieces.kind(index) == Some(Kind::Space)).then_some((' ', at))
}

/// Whether the run of numbers goes on before or behind, as in an address or a version.
fn is_longer(pieces: &Pieces<'_>, start: usize, end: usize, separator: char) -> bool {
    let is_dot = separator == '.';
    let before = start
        .checked_sub(2)
        .is_some_and(|at| pieces.mark(start - 1) == Some(separator) && pieces.digits(at).is_some());
    let behind = pieces.mark(end) == Some(separator) && pieces.digits(end + 1).is_some();
    is_dot && (before || behind)
}

/// Every date that three numbers may mean; none when they are no date.
fn readings(separator: char, spaced: bool, first: Part, second: Part, third: Part) -> Vec<Date> {
    let date = |year: u32, month: Part, day: Part| Date { year, month: month.0, day: day.0 };
    let in_twos = [first, second].iter().all(|part| part.1 == 2);
    let orders = match (first.1, second.1, third.1) {
        (4, 1..=2, 1..=2) if date(first.0, second, third).is_possible() => vec![date(first.0, second, third)],
        (4, 1..=2, 1..=2) => vec![date(first.0, second, third), date(first.0, third, second)],
        (1..=2, 1..=2, 4) => orders(separator, date(third.0, first, second), date(third.0, second, first)),
        (1..=2, 1..=2, 2) if !spaced && separator != ' ' && (in_twos || separator == '/') => {
            let year = century(third.0);
            let mut orders = orders(separator, date(year, first, second), date(year, second, first));
            orders.extend((separator == '-').then(|| date(century(first.0), second, third)));
            orders.retain(|date| date.is_possible());
            return orders;
        }
        _ => return Vec::new(),
    };
    let possible: Vec<Date> = orders.iter().copied().filter(|date| date.is_possible()).collect();
    match separator {
        // `2020 10 5` may be any three numbers.
        ' ' if second.1 != 2 || first.1 + third.1 != 6 => Vec::new(),
        ' ' => possible,
        // Somebody may be told a date that no calendar has.
        _ if possible.is_empty() => orders.into_iter().take(1).collect(),
        _ => possible,
    }
}

/// The orders in which a country may write day and month with a separator.
fn orders(separator: char, month_first: Date, day_first: Date) -> Vec<Date> {
    match separator {
        '/' if month_first.is_possible() => vec![month_first],
        '.' if day_first.is_possible() => vec![day_first],
        _ => vec![month_first, day_first],
    }
}

/// The year of two digits.
fn century(year: u32) -> u32 {
    if year < 70 { 2000 + year } else { 1900 + year }
}

/// A date with the name of its month, in one of the orders month, day, year; day, month, year; year, month, day.
fn named(pieces: &Pieces<'_>, start: usize) -> Option<(usize, Vec<Date>)> {
    if let Some(month) = name(pieces, start) {
        let (day, after) = day(pieces, gap(pieces, start + 1))?;
        let (year, end) = year(pieces, after, false)?;
        return possible(Date { year, month, day }, end);
    }
    if let Some((day, after)) = day(pieces, start) {
        let at = gap(pieces, after);
        if let Some(month) = name(pieces, at) {
            let (year, end) = year(pieces, at + 1, true)?;
            return possible(Date { year, month, day }, end);
        }
    }
    let (year, _) = part(pieces, start).filter(|(_, digits)| *digits == 4)?;
    let at = gap(pieces, start + 1);
    let month = name(pieces, at)?;
    let (day, end) = day(pieces, gap(pieces, at + 1))?;
    possible(Date { year, month, day }, end)
}

fn possible(date: Date, end: usize) -> Option<(usize, Vec<Date>)> {
    (1..=31).contains(&date.day).then_some((end, vec![date]))
}

fn name(pieces: &Pieces<'_>, index: usize) -> Option<u32> {
    pieces.lower(index).and_then(|word| month(&word))
}

/// A day of one or two digits with its ending, or as an ordinal in words, and the position behind it.
fn day(pieces: &Pieces<'_>, index: usize) -> Option<(u32, usize)> {
    let Some((value, digits)) = part(pieces, index) else { return ordinal_day(pieces, index) };
    let ends = ordinal_suffix(pieces, index + 1);
    (digits <= 2).then_some((value, index + 1 + usize::from(ends)))
}

/// A year of four digits, or of two when it is marked as one or nothing else can stand there.
fn year(pieces: &Pieces<'_>, after: usize, last_part: bool) -> Option<(u32, usize)> {
    let at = gap(pieces, after);
    let (value, digits) = part(pieces, at).filter(|_| at > after || last_part)?;
    match digits {
        4 => Some((value, at + 1)),
        2 if pieces.mark(at - 1) == Some('\'') => Some((century(value), at + 1)),
        2 if last_part && !matches!(pieces.mark(at + 1), Some(':' | '%')) => Some((century(value), at + 1)),
        _ => None,
    }
}

/// The position behind what may stand between two parts of a date.
fn gap(pieces: &Pieces<'_>, index: usize) -> usize {
    let is_gap = |at: &usize| {
        let word = || {
            pieces
                .lower(*at)
                .is_some_and(|word| matches!(word.as_str(), "of" | "the" | "day" | "in" | "de" | "del"))
        };
        pieces.is_blank(*at) || pieces.mark(*at).is_some_and(|mark| ",.-/'_(".contains(mark)) || word()
    };
    index + (index..index + MAX_GAP).take_while(is_gap).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<Vec<String>> {
        dates(&Pieces::new(text)).into_iter().map(|(_, token)| token.readings.into_iter().collect()).collect()
    }

    fn is_second_of_january(text: &str) {
        assert_eq!(found(text), [["2027-01-02".to_owned()]], "{text}");
    }

    #[test]
    fn dates_in_figures() {
        for text in [
            "2027-01-02",
            "2027-1-2",
            "2027/01/02",
            "2027.01.02",
            "2027 - 01 - 02",
            "2027 01 02",
            "1/2/2027",
            "01/02/27",
            "02.01.2027",
            "2. 1. 2027",
            "02.01.27",
            "2027-01-02T10:00Z",
            "20270102T1000Z",
            "2027\u{5E74}1\u{6708}2\u{65E5}",
            "due2027-01-02",
            "2027_01_02",
        ] {
            is_second_of_january(text);
        }
        assert_eq!(found("13/02/2027"), [["2027-02-13"]]);
        assert_eq!(found("1-2-2027"), [["2027-01-02", "2027-02-01"]]);
        assert_eq!(found("2027-13-45"), [["2027-13-45"]]);
    }

    #[test]
    fn dates_with_names() {
        for text in [
            "January 2, 2027",
            "Jan 2 2027",
            "JAN. 2, 2027",
            "January  2,\n2027",
            "2nd January 2027",
            "Jan 2nd 2027",
            "the 2nd of January, 2027",
            "2-Jan-2027",
            "02Jan2027",
            "2. Januar 2027",
            "2 Jan 27",
            "Jan 2 '27",
            "2027 January 2",
            "2027-Jan-02",
            "second of January 2027",
            "January second, 2027",
            "2 de enero de 2027",
            "2 janvier 2027",
            "the 2nd day of January 2027",
        ] {
            is_second_of_january(text);
        }
        assert_eq!(found("Sept 1, 2026; september 01, 2026"), [["2026-09-01"], ["2026-09-01"]]);
    }

    #[test]
    fn what_is_no_date() {
        for text in [
            "10.12.14.5",
            "v1.2.3",
            "1.2.26",
            "Juneau 30, 2026",
            "12026-06-301",
            "555-12-1234",
            "May 5 people",
            "3-2-1",
            "in 2026",
            "2020 10 5",
            "20270102",
        ] {
            assert_eq!(found(text), Vec::<Vec<String>>::new(), "{text}");
        }
    }
}

//! A text as a reader sees it: without what is invisible, in plain letters, with the ways to split words undone.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

use crate::characters::is_invisible;

/// One reading of a text, and where its parts came from.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    pub(super) text: Cow<'a, str>,
    /// Where parts of the reading begin, and where they begin in the text they came from. Nothing: at the same place.
    places: Option<Vec<(usize, usize)>>,
}

impl<'a> Reading<'a> {
    /// The text as it is.
    fn plain(text: &'a str) -> Self {
        Self { text: Cow::Borrowed(text), places: None }
    }

    fn of(parts: impl Iterator<Item = (usize, char)>) -> Reading<'static> {
        let (mut text, mut places) = (String::new(), Vec::new());
        for (at, character) in parts {
            places.push((text.len(), at));
            text.push(character);
        }
        Reading { text: Cow::Owned(text), places: Some(places) }
    }

    /// Where the text of a place in the reading came from, in bytes.
    pub(super) fn origin(&self, at: usize) -> usize {
        let Some(places) = &self.places else { return at };
        let after = places.partition_point(|(place, _)| *place <= at);
        places.get(after.saturating_sub(1)).map_or(0, |(_, origin)| *origin)
    }
}

/// What a text reads as. The first reading is the text in plain letters; others undo what splits or joins its words.
pub(super) fn readings(text: &str) -> Vec<Reading<'_>> {
    let first = plain(text);
    let characters: Vec<(usize, char)> =
        first.text.char_indices().map(|(at, character)| (first.origin(at), character)).collect();
    let mut readings = vec![first];
    if text.chars().any(is_invisible) {
        // The invisible may stand between letters or instead of blanks.
        readings.push(Reading::of(letters(text, true)));
    }
    readings.extend([joined(&characters), spaced(&characters)].into_iter().flatten());
    readings
}

/// The text without invisible characters, in plain letters.
fn plain(text: &str) -> Reading<'_> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n')) {
        return Reading::plain(text);
    }
    Reading::of(letters(text, false))
}

fn letters(text: &str, blanks: bool) -> impl Iterator<Item = (usize, char)> {
    text.char_indices().flat_map(move |(at, character)| {
        let seen = match visible(character) {
            Some(character) => Some(character),
            None => blanks.then_some(' '),
        };
        seen.into_iter()
            .nfkd()
            .filter(|one| canonical_combining_class(*one) == 0)
            .map(move |one| (at, latin(one)))
    })
}

/// What is seen of a character. Tag characters carry hidden ASCII and are read as that.
fn visible(character: char) -> Option<char> {
    let code = u32::from(character);
    if let 0xE_0020..=0xE_007E = code {
        return char::from_u32(code - 0xE_0000);
    }
    match character {
        '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
        _ if character.is_whitespace() => Some(' '),
        _ => (!is_invisible(character)).then_some(character),
    }
}

/// Letters of other scripts that look like Latin ones.
fn latin(character: char) -> char {
    match character {
        'а' | 'α' | 'А' | 'Α' => 'a',
        'В' | 'Β' => 'b',
        'с' | 'С' | 'ϲ' | 'Ϲ' => 'c',
        'ԁ' => 'd',
        'е' | 'є' | 'ε' | 'Е' | 'Ε' => 'e',
        'һ' | 'Н' | 'Η' => 'h',
        'і' | 'ι' | 'І' | 'Ι' | 'Ӏ' | 'ı' => 'i',
        'ј' | 'Ј' => 'j',
        'к' | 'κ' | 'К' | 'Κ' => 'k',
        'м' | 'М' | 'Μ' => 'm',
        'п' | 'Ν' => 'n',
        'о' | 'ο' | 'О' | 'Ο' => 'o',
        'р' | 'ρ' | 'Р' | 'Ρ' => 'p',
        'ѕ' | 'Ѕ' => 's',
        'т' | 'τ' | 'Т' | 'Τ' => 't',
        'у' | 'γ' | 'У' | 'Υ' | 'υ' => 'y',
        'х' | 'χ' | 'Х' | 'Χ' => 'x',
        other => other,
    }
}

/// Signs that are put into words or between them.
fn is_sign(character: char) -> bool {
    matches!(
        character,
        '*' | '_' | '`' | '~' | '^' | '|' | '.' | '-' | '+' | '/' | '\\' | '=' | '\u{b7}' | '\u{2010}'
            ..='\u{2015}'
    )
}

/// The text with the signs inside its words left out, and letters that stand alone put together:
/// `ig-nore`, `**ignore**`, `i g n o r e`. Nothing when that changes nothing.
fn joined(characters: &[(usize, char)]) -> Option<Reading<'static>> {
    let is_letter = |at: usize| characters.get(at).is_some_and(|(_, character)| character.is_alphabetic());
    let alone = |at: usize| is_letter(at) && !is_letter(at + 1) && (at == 0 || !is_letter(at - 1));
    let kept = |at: usize| {
        let character = characters[at].1;
        let is_gap = character == ' ' && at > 0 && alone(at - 1) && alone(at + 1);
        !(is_sign(character) || is_gap)
    };
    let parts: Vec<_> = (0..characters.len()).filter(|at| kept(*at)).map(|at| characters[at]).collect();
    (parts.len() < characters.len()).then(|| Reading::of(parts.into_iter()))
}

/// The fewest letters, each on its own, that spell something.
const MIN_SPELLED: usize = 10;

/// Whether a text spells words letter by letter, so that one cannot see where a word ends.
pub(super) fn is_spelled(text: &str) -> bool {
    let mut run = 0_usize;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let ends = characters.peek().is_none_or(|next| !next.is_alphanumeric());
        run = match (character.is_alphabetic(), ends) {
            (true, true) => run + 1,
            (true, false) => 0,
            (false, _) => run,
        };
        if run >= MIN_SPELLED {
            return true;
        }
    }
    false
}

/// The text with blanks for the signs between its words: `ignore_all_previous`, `ignore%20all`.
fn spaced(characters: &[(usize, char)]) -> Option<Reading<'static>> {
    const BLANKS: [&str; 5] = ["%20", "&nbsp;", "&#32;", "\\n", "\\t"];
    let mut parts = Vec::with_capacity(characters.len());
    let (mut at, mut changed) = (0, false);
    while let Some((origin, character)) = characters.get(at) {
        let rest = &characters[at..];
        let stands_for_blank = |blank: &&&str| {
            rest.len() >= blank.len() && blank.chars().zip(rest).all(|(wanted, (_, found))| wanted == *found)
        };
        let blank = BLANKS.iter().find(stands_for_blank).map_or(0, |blank| blank.len());
        let is_blank = blank > 0 || is_sign(*character);
        changed |= is_blank;
        parts.push((*origin, if is_blank { ' ' } else { *character }));
        at += blank.max(1);
    }
    changed.then(|| Reading::of(parts.into_iter()))
}

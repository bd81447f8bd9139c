//! A text cut into the pieces that the readers of facts look at.

use std::ops::Range;

use super::scale::is_scale_letter;

/// What a piece is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Digits, and other characters with a numeric value.
    Digits,
    /// Latin letters.
    Word,
    /// Letters of other scripts.
    Letters,
    Space,
    /// White space with a line end.
    Newline,
    /// One character of any other kind.
    Mark(char),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub(super) kind: Kind,
    start: usize,
    end: usize,
}

/// The pieces of a text. Positions outside it have no kind and no text.
#[derive(Debug)]
pub(super) struct Pieces<'a> {
    text: &'a str,
    list: Vec<Piece>,
}

impl<'a> Pieces<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut pieces: Vec<Piece> = Vec::new();
        for (start, character) in text.char_indices() {
            let (kind, end) = (kind(character), start + character.len_utf8());
            match pieces.last_mut() {
                Some(previous)
                    if joins(previous.kind, kind)
                        && !ends_with_scale(text, *previous)
                        && !is_scale_letter(character) =>
                {
                    previous.end = end;
                    previous.kind = if kind == Kind::Newline { kind } else { previous.kind };
                }
                _ => pieces.push(Piece { kind, start, end }),
            }
        }
        Self { text, list: pieces }
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn kind(&self, index: usize) -> Option<Kind> {
        self.list.get(index).map(|piece| piece.kind)
    }

    pub(super) fn text(&self, index: usize) -> &'a str {
        self.list.get(index).map_or("", |piece| &self.text[piece.start..piece.end])
    }

    /// The text if the piece is digits.
    pub(super) fn digits(&self, index: usize) -> Option<&'a str> {
        (self.kind(index) == Some(Kind::Digits)).then(|| self.text(index))
    }

    /// The text if the piece is a word.
    pub(super) fn word(&self, index: usize) -> Option<&'a str> {
        (self.kind(index) == Some(Kind::Word)).then(|| self.text(index))
    }

    /// The word in lower case.
    pub(super) fn lower(&self, index: usize) -> Option<String> {
        self.word(index).map(str::to_lowercase)
    }

    pub(super) fn mark(&self, index: usize) -> Option<char> {
        match self.kind(index) {
            Some(Kind::Mark(character)) => Some(character),
            _ => None,
        }
    }

    pub(super) fn is_blank(&self, index: usize) -> bool {
        matches!(self.kind(index), Some(Kind::Space | Kind::Newline))
    }

    /// The position behind white space at `index`.
    pub(super) fn skip_blank(&self, index: usize) -> usize {
        if self.is_blank(index) { index + 1 } else { index }
    }

    /// The bytes of a run of pieces.
    pub(super) fn bytes(&self, run: &Range<usize>) -> Range<usize> {
        let edge = |index: usize| self.list.get(index);
        let start = edge(run.start).map_or(self.text.len(), |piece| piece.start);
        let end = run.end.checked_sub(1).and_then(edge).map_or(start, |piece| piece.end);
        start..end.max(start)
    }

    /// The text of a run of pieces.
    pub(super) fn run(&self, run: &Range<usize>) -> &'a str {
        &self.text[self.bytes(run)]
    }
}

fn kind(character: char) -> Kind {
    match character {
        '\n' => Kind::Newline,
        ' ' => Kind::Space,
        c if c.is_numeric() => Kind::Digits,
        c if c.is_alphabetic() && is_latin(c) => Kind::Word,
        c if c.is_alphabetic() => Kind::Letters,
        c => Kind::Mark(c),
    }
}

fn is_latin(character: char) -> bool {
    matches!(character, '\0'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}')
}

/// A letter that scales a number is a piece of its own: `9999\u{4E07}\u{5186}` has a currency behind it.
fn ends_with_scale(text: &str, piece: Piece) -> bool {
    piece.kind == Kind::Letters
        && text[piece.start..piece.end].chars().next_back().is_some_and(is_scale_letter)
}

fn joins(last: Kind, next: Kind) -> bool {
    let blank = |kind| matches!(kind, Kind::Space | Kind::Newline);
    (last == next && !matches!(next, Kind::Mark(_))) || (blank(last) && blank(next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_one_piece_and_marks_are_alone() {
        use Kind::{Digits, Letters, Mark, Newline, Space, Word};
        let pieces = Pieces::new("US$  1,500k\n\u{5186}--");
        let kinds: Vec<Kind> = (0..pieces.len()).filter_map(|index| pieces.kind(index)).collect();
        let dash = Mark('-');
        assert_eq!(
            kinds,
            [Word, Mark('$'), Space, Digits, Mark(','), Digits, Word, Newline, Letters, dash, dash]
        );
        assert_eq!(pieces.run(&(3..6)), "1,500");
        assert_eq!((pieces.text(99), pieces.run(&(50..60))), ("", ""));
    }
}

//! The parser: RFC 8259, recursive, with an explicit depth.

use std::collections::BTreeMap;

use super::string::plain_prefix;
use super::{Ambiguity, Json, JsonError, JsonString, MAX_DEPTH, decimal, number_text};

/// What the reader is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// The meaning JavaScript gives the text.
    JavaScript,
    /// The same, but a number that a double cannot hold keeps its text.
    Exact,
    /// The same as JavaScript's, where no object has a name twice.
    UniqueNames,
    /// Refuse every text that has two meanings.
    Unambiguous,
}

pub(super) fn parse(text: &[u8], mode: Mode) -> Result<Json, JsonError> {
    let text =
        std::str::from_utf8(text).map_err(|error| JsonError::Syntax { offset: error.valid_up_to() })?;
    let mut parser = Parser { text, offset: 0, mode };
    let value = parser.value(0)?;
    parser.skip_white_space();
    if parser.offset < text.len() { Err(parser.syntax()) } else { Ok(value) }
}

struct Parser<'a> {
    text: &'a str,
    /// Always on a character boundary.
    offset: usize,
    mode: Mode,
}

impl<'a> Parser<'a> {
    fn value(&mut self, depth: usize) -> Result<Json, JsonError> {
        self.skip_white_space();
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string().map(Json::String),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b'n') => self.word("null", Json::Null),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            _ => Err(self.syntax()),
        }
    }

    fn word(&mut self, word: &str, value: Json) -> Result<Json, JsonError> {
        if !self.rest().starts_with(word) {
            return Err(self.syntax());
        }
        self.offset += word.len();
        Ok(value)
    }

    fn array(&mut self, depth: usize) -> Result<Json, JsonError> {
        self.descend(depth)?;
        let mut items = Vec::new();
        if self.skip_to(b']') {
            return Ok(Json::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.skip_to(b']') {
                return Ok(Json::Array(items));
            }
            self.expect(b',')?;
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json, JsonError> {
        let start = self.offset;
        self.descend(depth)?;
        let mut members = Vec::new();
        if self.skip_to(b'}') {
            return Ok(Json::Object(members));
        }
        loop {
            members.push(self.member(depth)?);
            if self.skip_to(b'}') {
                return self.settle_duplicates(members, start);
            }
            self.expect(b',')?;
        }
    }

    fn member(&mut self, depth: usize) -> Result<(JsonString, Json), JsonError> {
        self.skip_white_space();
        let start = self.offset;
        let name = self.string()?;
        if self.mode == Mode::Unambiguous && name.as_str() == Some("__proto__") {
            return Err(JsonError::Ambiguous { what: Ambiguity::ProtoMember, offset: start });
        }
        self.skip_white_space();
        self.expect(b':')?;
        Ok((name, self.value(depth + 1)?))
    }

    fn settle_duplicates(&self, members: Vec<(JsonString, Json)>, start: usize) -> Result<Json, JsonError> {
        // Sorted, so that an object of many members costs n log n and not n².
        let mut names: Vec<_> = members.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        if names.windows(2).all(|pair| pair[0] != pair[1]) {
            return Ok(Json::Object(members));
        }
        if matches!(self.mode, Mode::Unambiguous | Mode::UniqueNames) {
            return Err(JsonError::Ambiguous { what: Ambiguity::DuplicateMember, offset: start });
        }
        let mut places = BTreeMap::new();
        let mut settled: Vec<(JsonString, Json)> = Vec::new();
        for (name, value) in members {
            let place = *places.entry(name.clone()).or_insert(settled.len());
            match settled.get_mut(place) {
                Some(earlier) => earlier.1 = value,
                None => settled.push((name, value)),
            }
        }
        Ok(Json::Object(settled))
    }

    fn number(&mut self) -> Result<Json, JsonError> {
        let start = self.offset;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _signed = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        let literal = &self.text[start..self.offset];
        let number: f64 = literal.parse().map_err(|_| JsonError::Syntax { offset: start })?;
        if self.mode == Mode::Unambiguous && literal != number_text(number) {
            return Err(JsonError::Ambiguous { what: Ambiguity::NumberSpelling, offset: start });
        }
        let exact = if self.mode == Mode::Exact { decimal::beyond_a_double(literal, number) } else { None };
        Ok(exact.map_or(Json::Number(number), Json::Decimal))
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let count = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        self.offset += count;
        if count == 0 { Err(self.syntax()) } else { Ok(()) }
    }

    fn string(&mut self) -> Result<JsonString, JsonError> {
        let start = self.offset;
        self.expect(b'"')?;
        let string = match self.plain_string() {
            Some(text) => JsonString::from(text),
            None => self.escaped_string()?,
        };
        if self.mode == Mode::Unambiguous && !string.is_nfc() {
            return Err(JsonError::Ambiguous { what: Ambiguity::NotNfc, offset: start });
        }
        Ok(string)
    }

    /// The string up to its closing quote, if no escape or control character is in it.
    fn plain_string(&mut self) -> Option<&'a str> {
        let rest = &self.text[self.offset..];
        let length = plain_prefix(rest.as_bytes());
        if rest.as_bytes().get(length) != Some(&b'"') {
            return None;
        }
        self.offset += length + 1;
        Some(&rest[..length])
    }

    fn escaped_string(&mut self) -> Result<JsonString, JsonError> {
        let mut units = Vec::new();
        loop {
            match self.rest().chars().next() {
                Some('"') => {
                    self.offset += 1;
                    return Ok(JsonString::from_units(units));
                }
                Some('\\') => {
                    self.offset += 1;
                    units.push(self.escape()?);
                }
                None | Some('\0'..='\u{1f}') => return Err(self.syntax()),
                Some(character) => {
                    self.offset += character.len_utf8();
                    units.extend_from_slice(character.encode_utf16(&mut [0; 2]));
                }
            }
        }
    }

    fn escape(&mut self) -> Result<u16, JsonError> {
        let unit = match self.peek() {
            Some(same @ (b'"' | b'\\' | b'/')) => u16::from(same),
            Some(b'b') => 0x08,
            Some(b't') => 0x09,
            Some(b'n') => 0x0a,
            Some(b'f') => 0x0c,
            Some(b'r') => 0x0d,
            Some(b'u') => return self.hex_escape(),
            _ => return Err(self.syntax()),
        };
        self.offset += 1;
        Ok(unit)
    }

    fn hex_escape(&mut self) -> Result<u16, JsonError> {
        let Some(digits) = self.text.as_bytes().get(self.offset + 1..self.offset + 5) else {
            return Err(self.syntax());
        };
        let mut unit = 0;
        for &digit in digits {
            let value = char::from(digit).to_digit(16).ok_or_else(|| self.syntax())?;
            unit = unit << 4 | value;
        }
        self.offset += 5;
        u16::try_from(unit).map_err(|_| self.syntax())
    }

    fn descend(&mut self, depth: usize) -> Result<(), JsonError> {
        self.offset += 1;
        if depth >= MAX_DEPTH { Err(JsonError::TooDeep) } else { Ok(()) }
    }

    /// Skips white space; takes `byte` if it comes next.
    fn skip_to(&mut self, byte: u8) -> bool {
        self.skip_white_space();
        self.take(byte)
    }

    fn skip_white_space(&mut self) {
        let is_white = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        self.offset += self.rest().bytes().take_while(is_white).count();
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.offset += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8) -> Result<(), JsonError> {
        if self.take(byte) { Ok(()) } else { Err(self.syntax()) }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.offset).copied()
    }

    fn rest(&self) -> &'a str {
        &self.text[self.offset..]
    }

    fn syntax(&self) -> JsonError {
        JsonError::Syntax { offset: self.offset }
    }
}

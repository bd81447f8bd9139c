//! The members of an object as the text they were written in: the whole text is checked, and nothing but names is decoded.

use std::borrow::Cow;

use serde::Deserialize;

use super::mend::{LONG_EXPONENT, MANY_DIGITS};
use super::string::plain_prefix;

/// The members of a JSON object in the order of the text.
#[derive(Debug)]
pub(crate) struct Members<'a> {
    pub(crate) list: Vec<(Cow<'a, str>, &'a str)>,
    /// Whether readers may disagree about a part of the text: see [`mended`](super::mended).
    pub(crate) disputed: bool,
}

/// The text is no JSON object (RFC 8259), or nested too deep.
#[derive(Debug, PartialEq)]
pub(crate) struct NoObject {
    /// Where reading stopped, in bytes from the start.
    pub(crate) offset: usize,
    /// The member that was being read.
    pub(crate) member: Option<String>,
}

/// An object has a member twice: readers disagree about its value.
#[derive(Debug, PartialEq)]
pub(crate) struct Twice;

impl<'a> Members<'a> {
    /// Reads `text`, in which at most `max_depth` arrays and objects may be nested, itself included.
    pub(crate) fn read(text: &'a str, max_depth: usize) -> Result<Self, NoObject> {
        let mut reader = Reader { text, offset: 0, member: "", max_depth, open: Vec::new(), disputed: false };
        let members = reader.object();
        let disputed = reader.disputed;
        members.map(|list| Self { list, disputed }).ok_or_else(|| NoObject {
            offset: reader.offset,
            member: serde_json::from_str(reader.member).ok(),
        })
    }

    /// The value of the member called `name`, as JSON.
    pub(crate) fn get(&self, name: &str) -> Result<Option<&'a str>, Twice> {
        let mut found = self.list.iter().filter(|(known, _)| known == name).map(|(_, value)| *value);
        match (found.next(), found.next()) {
            (first, None) => Ok(first),
            _ => Err(Twice),
        }
    }
}

/// A JSON string, borrowed where it needs no unescaping.
#[derive(Deserialize)]
pub(crate) struct Text<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

/// `None` is a text that is wrong at `offset`.
struct Reader<'a> {
    text: &'a str,
    offset: usize,
    /// The name of the outermost object's member that is being read, in its quotes.
    member: &'a str,
    max_depth: usize,
    /// What closes the arrays and objects that are open, the outermost one aside.
    open: Vec<u8>,
    disputed: bool,
}

impl<'a> Reader<'a> {
    fn object(&mut self) -> Option<Vec<(Cow<'a, str>, &'a str)>> {
        let mut members = Vec::with_capacity(16);
        self.expect(b'{')?;
        if self.next() == Some(b'}') {
            self.offset += 1;
        } else {
            loop {
                let (quoted, is_plain) = self.name()?;
                self.member = quoted;
                self.next();
                let start = self.offset;
                self.value()?;
                members.push((unquoted(quoted, is_plain)?, &self.text[start..self.offset]));
                if self.next() != Some(b',') {
                    break;
                }
                self.offset += 1;
            }
            self.expect(b'}')?;
        }
        self.next().is_none().then_some(members)
    }

    /// Reads over a member's name and the colon behind it: the name in its quotes, and whether it holds no escape.
    fn name(&mut self) -> Option<(&'a str, bool)> {
        self.expect(b'"')?;
        let start = self.offset - 1;
        let is_plain = self.string()?;
        let quoted = &self.text[start..self.offset];
        self.expect(b':')?;
        Some((quoted, is_plain))
    }

    /// Reads over one value. Not by recursion: the nesting of a text must not exhaust the stack.
    fn value(&mut self) -> Option<()> {
        loop {
            match self.next()? {
                b'"' => {
                    self.offset += 1;
                    self.string()?;
                }
                b'-' | b'0'..=b'9' => self.number()?,
                b't' => self.word("true")?,
                b'f' => self.word("false")?,
                b'n' => self.word("null")?,
                bracket @ (b'{' | b'[') if self.open.len() + 1 < self.max_depth => {
                    self.offset += 1;
                    // In ASCII a closing bracket stands two behind its opening one.
                    self.open.push(bracket + 2);
                    if self.next() != Some(bracket + 2) {
                        if bracket == b'{' {
                            self.name()?;
                        }
                        continue;
                    }
                }
                _ => return None,
            }
            while let Some(&closing) = self.open.last() {
                let next = self.next()?;
                if next == closing {
                    self.open.pop();
                } else if next != b',' {
                    return None;
                }
                self.offset += 1;
                if next == b',' {
                    if closing == b'}' {
                        self.name()?;
                    }
                    break;
                }
            }
            if self.open.is_empty() {
                return Some(());
            }
        }
    }

    /// Reads over a string behind its opening quote: whether it holds no escape.
    fn string(&mut self) -> Option<bool> {
        let mut is_plain = true;
        loop {
            self.offset += plain_prefix(self.rest());
            match self.peek()? {
                b'"' => break,
                b'\\' => self.escape()?,
                _ => return None,
            }
            is_plain = false;
        }
        self.offset += 1;
        Some(is_plain)
    }

    // Rare, and kept out of the loop that is not.
    #[cold]
    fn escape(&mut self) -> Option<()> {
        let length = match self.rest().get(1)? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => 2,
            b'u' if self.rest().get(2..6)?.iter().all(u8::is_ascii_hexdigit) => 6,
            _ => return None,
        };
        let half = matches!(self.rest(), [_, b'u', b'd' | b'D', b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F', ..]);
        self.disputed |= half;
        self.offset += length;
        Some(())
    }

    fn number(&mut self) -> Option<()> {
        let start = self.offset;
        self.take(b"-");
        if !self.take(b"0") {
            self.digits()?;
        }
        if self.take(b".") {
            self.digits()?;
        }
        if self.take(b"eE") {
            self.take(b"+-");
            let exponent = self.offset;
            self.digits()?;
            self.disputed |= self.offset - exponent >= LONG_EXPONENT;
        }
        self.disputed |= self.offset - start >= MANY_DIGITS;
        Some(())
    }

    fn digits(&mut self) -> Option<()> {
        let count = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.offset += count;
        (count > 0).then_some(())
    }

    fn word(&mut self, word: &str) -> Option<()> {
        let found = self.rest().starts_with(word.as_bytes());
        self.offset += if found { word.len() } else { 0 };
        found.then_some(())
    }

    /// Takes the next byte if it is one of `bytes`.
    fn take(&mut self, bytes: &[u8]) -> bool {
        let found = self.peek().is_some_and(|byte| bytes.contains(&byte));
        self.offset += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        let found = self.next()? == byte;
        self.offset += usize::from(found);
        found.then_some(())
    }

    /// The next byte that is no white space.
    fn next(&mut self) -> Option<u8> {
        loop {
            match self.peek()? {
                b' ' | b'\t' | b'\n' | b'\r' => self.offset += 1,
                byte => return Some(byte),
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.offset).copied()
    }

    fn rest(&self) -> &'a [u8] {
        &self.text.as_bytes()[self.offset..]
    }
}

/// The text of a string.
fn unquoted(quoted: &str, is_plain: bool) -> Option<Cow<'_, str>> {
    if is_plain {
        Some(Cow::Borrowed(&quoted[1..quoted.len() - 1]))
    } else {
        serde_json::from_str(quoted).ok().map(Cow::Owned)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde_json::value::RawValue;

    use super::*;

    fn read(text: &str) -> Option<Vec<(String, &str)>> {
        let Members { list, .. } = Members::read(text, usize::MAX).ok()?;
        Some(list.into_iter().map(|(name, value)| (name.into_owned(), value)).collect())
    }

    #[test]
    fn values_are_the_text_they_were_written_in() {
        let text = r#" { "a" : [ 1.50 , {"b":"]}\"\\"} ] , "\u0061b":"\ud800", "c": -0e+1,"d":{} } "#;
        let expected =
            [("a", r#"[ 1.50 , {"b":"]}\"\\"} ]"#), ("ab", r#""\ud800""#), ("c", "-0e+1"), ("d", "{}")];
        assert_eq!(read(text).unwrap(), expected.map(|(name, value)| (name.to_owned(), value)));
    }

    #[test]
    fn what_is_wrong_is_told_by_its_place() {
        let cases = [
            ("", 0, None),
            ("[]", 0, None),
            (r#"{"a":1,"b":01}"#, 12, Some("b")),
            (r#"{"a\n":[{"c":NaN}]}"#, 13, Some("a\n")),
            (r#"{"a":1,}"#, 7, Some("a")),
            (r#"{"a":1}x"#, 7, Some("a")),
        ];
        for (text, offset, member) in cases {
            let expected = NoObject { offset, member: member.map(str::to_owned) };
            assert_eq!(Members::read(text, 9).unwrap_err(), expected, "{text}");
        }
    }

    #[test]
    fn depth_is_limited_without_overflow() {
        let nested = |depth: usize| format!(r#"{{"a":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
        assert!(Members::read(&nested(4), 5).is_ok());
        assert!(Members::read(&nested(5), 5).is_err());
        assert!(read(&nested(1_000_000)).is_some());
    }

    #[test]
    fn a_member_that_is_there_twice_is_nobodys() {
        let members = Members::read(r#"{"a":1,"b":2,"\u0061":3}"#, 9).unwrap();
        assert_eq!(members.get("b"), Ok(Some("2")));
        assert_eq!(members.get("c"), Ok(None));
        assert_eq!(members.get("a"), Err(Twice));
    }

    /// Texts that are nearly JSON.
    fn text() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "\"a\"",
            "\"a\":",
            "\"\\u0062\":",
            "\"\\ud800\"",
            "\"",
            "\\",
            "\"\\n\\/\"",
            "\"\\x\"",
            "\"\\u12g4\"",
            "\"\t\"",
            "é",
            "0",
            "-",
            "12",
            "1.5",
            ".",
            "e",
            "E-7",
            "true",
            "false",
            "null",
            "nul",
            " ",
            "\n",
            "\u{b}",
            "{\"a\":[1,{}]}",
            "\"b\":{\"c\":null}",
        ]);
        prop::collection::vec(piece, 0..9).prop_map(|pieces| format!("{{{}}}", pieces.concat()))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        /// The widely used parser takes the same texts and sees the same members.
        #[test]
        fn it_agrees_with_serde_json(text in text()) {
            let theirs: Option<BTreeMap<String, Box<RawValue>>> = serde_json::from_str(&text).ok();
            let theirs = theirs.map(|members| members.into_iter().map(|(name, value)| (name, value.get().to_owned())));
            let ours = read(&text).map(|members| members.into_iter().map(|(name, value)| (name, value.to_owned())));
            prop_assert_eq!(ours.map(BTreeMap::from_iter), theirs.map(BTreeMap::from_iter));
        }
    }
}

//! JSON as JavaScript's `JSON.parse` sees it.
//!
//! Digests, signatures and idempotency keys are defined over JavaScript values, so the tree keeps what
//! `serde_json::Value` cannot: lone surrogates, numbers too large for a double, and the order of members.

mod decimal;
mod finite;
mod mark;
mod members;
mod mend;
mod parse;
mod string;
mod surrogate;
mod write;

pub(crate) use finite::{NOT_FINITE, require_finite};
pub(crate) use mark::without_mark;
pub(crate) use members::{Members, NoObject, Text};
pub(crate) use mend::mended;
pub use string::JsonString;
pub(crate) use string::plain_prefix;
pub(crate) use surrogate::has_lone_surrogate;
pub(crate) use write::{number_text, shortest};

/// How many arrays and objects may be nested in a text or a value.
///
/// The integrity layer of [`crate::proof::canonical`] stops at 100; the plain layer has no limit upstream, and this
/// one keeps hostile input from exhausting the stack.
pub const MAX_DEPTH: usize = 256;

/// A JSON value.
///
/// Two objects with the same members in a different order are not equal.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A double. A literal such as `1e400` is infinite, as in JavaScript.
    Number(f64),
    /// A number that no double holds, as [`Json::parse_exact`] reads it: its decimal text in a form that equal numbers
    /// share.
    Decimal(Box<str>),
    /// Text, possibly with lone surrogates.
    String(JsonString),
    /// A list.
    Array(Vec<Json>),
    /// Members in document order. The parser leaves no name twice.
    Object(Vec<(JsonString, Json)>),
}

/// Why a text is not accepted as JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// The text is not RFC 8259 JSON in UTF-8.
    #[error("not JSON (at byte {offset})")]
    Syntax {
        /// Where reading stopped, in bytes from the start.
        offset: usize,
    },
    /// More than [`MAX_DEPTH`] arrays and objects are nested.
    #[error("nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// Readers disagree about the text; [`Json::parse_unambiguous`] reports it, and [`Json::parse_unique_names`] a name
    /// that is there twice.
    #[error("ambiguous JSON: {what} (at byte {offset})")]
    Ambiguous {
        /// What is ambiguous.
        what: Ambiguity,
        /// Where it was seen, in bytes from the start.
        offset: usize,
    },
}

/// A spelling that parsers or canonicalisers silently rewrite, so that two texts share one digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Ambiguity {
    /// One name appears twice in an object.
    #[error("duplicate member")]
    DuplicateMember,
    /// A member is named `__proto__`, which the integrity layer drops.
    #[error("a member named `__proto__`")]
    ProtoMember,
    /// A number is not spelled as ECMAScript prints it (`42.0`, `-0`, `1e400`).
    #[error("a number not in its shortest form")]
    NumberSpelling,
    /// A text or name is not in Unicode normalization form C.
    #[error("text not in Unicode NFC")]
    NotNfc,
}

impl Json {
    /// Reads a text with the meaning of `JSON.parse`: of equal names the last value wins, in the first one's place.
    ///
    /// # Errors
    /// [`JsonError::Syntax`] and [`JsonError::TooDeep`].
    pub fn parse(text: &[u8]) -> Result<Self, JsonError> {
        parse::parse(text, parse::Mode::JavaScript)
    }

    /// Reads a text as [`parse`](Self::parse) does, but loses no digit: a number that no double holds is a
    /// [`Json::Decimal`].
    ///
    /// # Errors
    /// [`JsonError::Syntax`] and [`JsonError::TooDeep`].
    pub fn parse_exact(text: &[u8]) -> Result<Self, JsonError> {
        parse::parse(text, parse::Mode::Exact)
    }

    /// Reads a text as [`parse`](Self::parse) does, unless an object in it has a name twice: readers disagree about
    /// its value.
    ///
    /// # Errors
    /// [`JsonError::Syntax`], [`JsonError::TooDeep`] and [`Ambiguity::DuplicateMember`].
    pub fn parse_unique_names(text: &[u8]) -> Result<Self, JsonError> {
        parse::parse(text, parse::Mode::UniqueNames)
    }

    /// Reads a text that has exactly one meaning: everything in [`Ambiguity`] is an error.
    ///
    /// Escapes and white space may be spelled freely, because every reader agrees about them.
    ///
    /// # Errors
    /// Every kind of [`JsonError`].
    pub fn parse_unambiguous(text: &[u8]) -> Result<Self, JsonError> {
        parse::parse(text, parse::Mode::Unambiguous)
    }

    /// The value as `JSON.stringify` prints it: members in their order, no white space.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        write::write(self, &mut out);
        out
    }

    /// The member called `name`, if this is an object that has it.
    pub fn get(&self, name: &str) -> Option<&Self> {
        let members = self.members()?;
        members.iter().find(|(key, _)| key.as_str() == Some(name)).map(|(_, value)| value)
    }

    /// The members in order, if this is an object.
    pub fn members(&self) -> Option<&[(JsonString, Self)]> {
        if let Self::Object(members) = self { Some(members) } else { None }
    }

    /// The text, if this is a text without lone surrogates.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { text.as_str() } else { None }
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The same value with every text and name in Unicode NFC.
    #[must_use]
    pub fn nfc(&self) -> Self {
        match self {
            Self::String(text) => Self::String(text.nfc().into_owned()),
            Self::Array(items) => Self::Array(items.iter().map(Self::nfc).collect()),
            Self::Object(members) => Self::Object(
                members.iter().map(|(name, value)| (name.nfc().into_owned(), value.nfc())).collect(),
            ),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Decimal(_) => self.clone(),
        }
    }

    /// Whether no number in this value is NaN or infinite.
    pub fn is_finite(&self) -> bool {
        match self {
            Self::Number(number) => number.is_finite(),
            Self::Array(items) => items.iter().all(Self::is_finite),
            Self::Object(members) => members.iter().all(|(_, member)| member.is_finite()),
            Self::Null | Self::Bool(_) | Self::Decimal(_) | Self::String(_) => true,
        }
    }

    /// An object with these members, in this order. Names must differ.
    pub fn object<'a>(members: impl IntoIterator<Item = (&'a str, Self)>) -> Self {
        Self::Object(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl From<&serde_json::Value> for Json {
    fn from(value: &serde_json::Value) -> Self {
        use serde_json::Value;
        match value {
            Value::Null => Self::Null,
            Value::Bool(flag) => Self::Bool(*flag),
            Value::Number(number) => Self::Number(number.as_f64().unwrap_or(f64::NAN)),
            Value::String(text) => text.as_str().into(),
            Value::Array(items) => Self::Array(items.iter().map(Self::from).collect()),
            Value::Object(members) => {
                Self::object(members.iter().map(|(name, value)| (name.as_str(), value.into())))
            }
        }
    }
}

impl serde::Serialize for Json {
    /// Serialises as JSON, members in order. Lone surrogates become U+FFFD, infinite numbers `null` and decimals the
    /// nearest double, because no serde format can hold them.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(flag) => serializer.serialize_bool(*flag),
            Self::Number(number) => write::serialize_number(*number, serializer),
            Self::Decimal(text) => write::serialize_number(text.parse().unwrap_or(f64::NAN), serializer),
            Self::String(text) => serializer.serialize_str(&text.to_string_lossy()),
            Self::Array(items) => serializer.collect_seq(items),
            Self::Object(members) => {
                serializer.collect_map(members.iter().map(|(name, value)| (name.to_string_lossy(), value)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Json {
        Json::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn the_last_duplicate_wins_in_the_first_place() {
        assert_eq!(parse(r#"{"a":1,"b":2,"a":3}"#).to_text(), r#"{"a":3,"b":2}"#);
    }

    #[test]
    fn lone_surrogates_survive_and_pairs_join() {
        assert_eq!(parse(r#""\ud800x""#).to_text(), r#""\ud800x""#);
        assert_eq!(parse(r#""\ud83d\ude80""#), "🚀".into());
        assert_eq!(parse(r#""\ude80\ud83d""#).to_text(), r#""\ude80\ud83d""#);
        assert_eq!(parse(r#""\ud83d\ud83d\ude80""#).to_text(), "\"\\ud83d🚀\"");
    }

    #[test]
    fn numbers_are_exact_and_may_overflow() {
        assert_eq!(parse("1e400"), Json::Number(f64::INFINITY));
        assert_eq!(parse("9007199254740993"), Json::Number(9_007_199_254_740_992.0));
        assert_eq!(parse("5e-324"), Json::Number(5e-324));
    }

    #[test]
    fn depth_is_limited_without_overflow() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(Json::parse(nested(MAX_DEPTH).as_bytes()).is_ok());
        assert_eq!(Json::parse(nested(MAX_DEPTH + 1).as_bytes()), Err(JsonError::TooDeep));
        assert_eq!(Json::parse("[".repeat(1_000_000).as_bytes()), Err(JsonError::TooDeep));
        assert_eq!(Json::parse("{\"a\":".repeat(1_000_000).as_bytes()), Err(JsonError::TooDeep));
    }

    #[test]
    fn only_rfc_8259_is_json() {
        let wrong = [
            "",
            " ",
            "nul",
            "01",
            "1.",
            ".5",
            "+1",
            "-",
            "1e",
            "1e+",
            "NaN",
            "Infinity",
            "'a'",
            "[1,]",
            "{,}",
            "{\"a\":1,}",
            "{\"a\"}",
            "{a:1}",
            "[1 2]",
            "\"\u{1f}\"",
            "\"\\n\u{1f}\"",
            r#""\x""#,
            r#""\u12g4""#,
            r#""\u+123""#,
            "\"a",
            "1 1",
            "\u{feff}1",
            "[",
            "{",
            "\"\\",
            "tru",
            "\u{a0}1",
            "/**/1",
            "0x1",
            "\"\\u12",
        ];
        for text in wrong {
            assert!(matches!(Json::parse(text.as_bytes()), Err(JsonError::Syntax { .. })), "`{text}`");
        }
        assert!(matches!(Json::parse(b"\"\xff\""), Err(JsonError::Syntax { offset: 1 })));
        assert!(matches!(Json::parse(b"\"\xed\xa0\x80\""), Err(JsonError::Syntax { .. })));
    }

    #[test]
    fn the_unambiguous_mode_names_what_it_refuses() {
        let refused = [
            (r#"{"a":1,"a":1}"#, Ambiguity::DuplicateMember),
            (r#"{"a":1,"\u0061":1}"#, Ambiguity::DuplicateMember),
            (r#"{"__proto__":1}"#, Ambiguity::ProtoMember),
            ("42.0", Ambiguity::NumberSpelling),
            ("-0", Ambiguity::NumberSpelling),
            ("1e400", Ambiguity::NumberSpelling),
            ("1E21", Ambiguity::NumberSpelling),
            ("\"e\u{301}\"", Ambiguity::NotNfc),
            (r#"{"e\u0301":1}"#, Ambiguity::NotNfc),
        ];
        for (text, expected) in refused {
            assert!(Json::parse(text.as_bytes()).is_ok());
            let Err(JsonError::Ambiguous { what, .. }) = Json::parse_unambiguous(text.as_bytes()) else {
                panic!("`{text}` was accepted");
            };
            assert_eq!(what, expected, "`{text}`");
        }
        for text in ["42", "-1.5", "1e+21", "1e-7", r#""\u00e9\/\ud800""#, r#" { "a" : [ 1 , 2 ] } "#] {
            assert!(Json::parse_unambiguous(text.as_bytes()).is_ok(), "`{text}`");
        }
    }

    #[test]
    fn serde_values_convert_both_ways() {
        let value = serde_json::json!({"a": [1, 0.5, null, true], "b": "é"});
        assert_eq!(serde_json::to_value(Json::from(&value)).unwrap(), value);
        assert_eq!(serde_json::to_string(&parse("[1,-0.5,1e400,1e21]")).unwrap(), "[1,-0.5,null,1e+21]");
    }
}

//! Values that are given to names: `DB_PASSWORD='…'`, `"api_key": "…"`, `password => "…"`, `--token …`.

use std::ops::Range;

use super::{names, wording};

/// How a value is told from words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// People choose passwords: short ones and words count.
    Password,
    /// Machines make keys and tokens: they are long, and no words.
    Secret,
}

/// The longest part of a name before its telling part, in bytes.
const MAX_NAME: usize = 64;
/// The most blanks between the parts of an assignment.
const MAX_BLANKS: usize = 16;
/// The fewest bytes of a password that is clearly one.
const MIN_PASSWORD: usize = 4;
/// The fewest bytes of a password that a sentence could have.
const MIN_PASSWORD_IN_PROSE: usize = 6;
/// The fewest bytes of a key or a token.
const MIN_SECRET: usize = 8;
/// The fewest letters of a secret that has nothing but letters, and their entropy.
const MIN_LETTERS: (usize, f64) = (16, 3.5);
/// Their entropy where a sentence could stand.
const LOOSE_ENTROPY: f64 = 3.8;
/// So many letters in a row are no word, whatever they are.
const MANY_LETTERS: usize = 24;

const SCHEMES: [&str; 8] = ["bearer", "basic", "token", "apikey", "digest", "bot", "key", "ssws"];

/// How sure it is that something is given to a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    /// `=` beside its value, an option of a command.
    Tight,
    /// An element of XML, which has to end.
    Element,
    /// `:`, `->` and ` = `, which sentences and programs have, too.
    Loose,
    /// `is`, as people write.
    Said,
}

/// A value, without its quotes.
struct Given<'a> {
    value: &'a str,
    quoted: bool,
    sign: Sign,
    /// Where it ends, with its quote.
    end: usize,
}

/// The assignment whose name has its telling part at `named`, not before `floor`.
pub(super) fn find(text: &str, named: Range<usize>, floor: usize, kind: Kind) -> Option<Range<usize>> {
    let start = name_start(text, named.start, floor);
    let end = names::end(text, named.end)?;
    let given = given(text, start, end)?;
    is_secret(&given, kind, &text[given.end..]).then_some(start..given.end)
}

fn name_start(text: &str, at: usize, floor: usize) -> usize {
    let before = &text.as_bytes()[floor.max(at.saturating_sub(MAX_NAME))..at];
    let of_name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    at - before.iter().rev().take_while(of_name).count()
}

/// Reads on behind a part of the text.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().as_bytes().get(..token.len());
        let found = found.is_some_and(|head| head.eq_ignore_ascii_case(token.as_bytes()));
        self.at += if found { token.len() } else { 0 };
        found
    }

    fn eat_any(&mut self, tokens: &[&'static str]) -> Option<&'static str> {
        tokens.iter().copied().find(|token| self.eat(token))
    }

    /// Blanks, and ends of lines when wanted, also those that JSON escapes; says whether there were any.
    fn blanks(&mut self, lines: bool) -> bool {
        let blank = |byte: &&u8| matches!(byte, b' ' | b'\t') || lines && matches!(byte, b'\n' | b'\r');
        let count = self.rest().bytes().take(MAX_BLANKS).take_while(|byte| blank(&byte)).count();
        self.at += count;
        count > 0
    }
}

/// Quotes, the longer first.
const QUOTES: [&str; 6] = ["\\\"", "\\'", "\"", "'", "`", "&quot;"];

fn given(text: &str, start: usize, end: usize) -> Option<Given<'_>> {
    let mut cursor = Cursor { text, at: end };
    let quoted_name = cursor.eat_any(&QUOTES).is_some();
    cursor.eat("]");
    let sign = sign(&mut cursor, start, quoted_name)?;
    // A type stands between a name and its value: `token: str = "…"`.
    let mut typed = Cursor { text, at: cursor.at };
    typed.at += typed.rest().bytes().take(MAX_NAME).take_while(u8::is_ascii_alphabetic).count();
    if typed.at > cursor.at && typed.eat(" = ") {
        cursor.at = typed.at;
    }
    scheme(&mut cursor);
    value(&cursor, sign)
}

fn sign(cursor: &mut Cursor<'_>, start: usize, quoted_name: bool) -> Option<Sign> {
    let before = &cursor.text[..start];
    let name = &cursor.text[start..cursor.at];
    if !quoted_name && (name.starts_with("--") || before.ends_with("--")) && cursor.blanks(false) {
        return Some(Sign::Tight);
    }
    if before.ends_with('<') && cursor.eat(">") {
        return Some(Sign::Element);
    }
    let apart = cursor.blanks(false);
    let sign = cursor.eat_any(&["===", "==", ":=", "=>", "->", "=", "%3D", ":", "is "])?;
    let after = cursor.blanks(sign != "is ");
    Some(match sign {
        "is " => Sign::Said,
        "=" | "%3D" if !apart && !after => Sign::Tight,
        _ => Sign::Loose,
    })
}

/// What HTTP puts before a credential.
fn scheme(cursor: &mut Cursor<'_>) {
    let mut after = Cursor { text: cursor.text, at: cursor.at };
    after.eat_any(&QUOTES);
    if after.eat_any(&SCHEMES).is_some() && after.blanks(false) {
        cursor.at = after.at;
    }
}

fn value<'a>(cursor: &Cursor<'a>, sign: Sign) -> Option<Given<'a>> {
    let mut cursor = Cursor { text: cursor.text, at: cursor.at };
    // Prefixes of texts in Python and Rust.
    let prefix =
        cursor.rest().bytes().take_while(|byte| matches!(byte, b'r' | b'b' | b'f' | b'u' | b'@')).count();
    if prefix == 1 && cursor.rest()[1..].starts_with(['"', '\'']) {
        cursor.at += 1;
    }
    let quote = cursor.eat_any(&QUOTES);
    let rest = cursor.rest();
    let length = match quote {
        Some(quote) => quoted_length(rest, quote),
        None => bare_length(rest),
    };
    let mut value = &rest[..length];
    if quote.is_none() {
        // What ends a sentence or closes a bracket around it.
        value = value.trim_end_matches(['.', ')', ']', '}', ':']);
    }
    let closed = quote.filter(|quote| rest[length..].starts_with(quote)).map_or(0, str::len);
    let end = cursor.at + value.len() + closed;
    (!value.is_empty()).then_some(Given { value, quoted: quote.is_some(), sign, end })
}

/// How far a quoted value goes: to its quote, or to the end of what is looked at.
fn quoted_length(rest: &str, quote: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at..].starts_with(quote.as_bytes()) || bytes[at] == b'\n' {
            return at;
        }
        // In plain quotes a backslash hides the next character; it is one of several bytes, or of one.
        at += if bytes[at] == b'\\' && quote.len() == 1 { 2 } else { 1 };
    }
    rest.len()
}

/// How far a value without quotes goes. An escaped end of a line or quote ends it, as in JSON that stands in a text.
fn bare_length(rest: &str) -> usize {
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | ';' | '<' | '`' | '&');
    let escaped = |at: usize| rest[at..].get(1..).is_some_and(|next| next.starts_with(['n', 'r', 't', '"']));
    let mut characters = rest.char_indices();
    characters.find(|(at, c)| ends(*c) || *c == '\\' && escaped(*at)).map_or(rest.len(), |(at, _)| at)
}

fn is_secret(given: &Given<'_>, kind: Kind, after: &str) -> bool {
    let value = given.value;
    if wording::is_placeholder(value) || wording::is_place(value) {
        return false;
    }
    // `token = useToken(…)`, `password = request.form[…]`.
    let is_code = !given.quoted && (value.contains(['(', '[']) || after.starts_with(['(', '[']));
    if is_code && (kind == Kind::Secret || given.sign != Sign::Tight || wording::is_wordy(value)) {
        return false;
    }
    if given.sign == Sign::Element && !after.starts_with("</") {
        return false;
    }
    match kind {
        Kind::Password => is_password(given),
        Kind::Secret => is_made(given),
    }
}

fn is_password(given: &Given<'_>) -> bool {
    let value = given.value;
    if given.quoted {
        return value.len() >= MIN_PASSWORD && !wording::is_prose(value);
    }
    match given.sign {
        Sign::Tight | Sign::Element => value.len() >= MIN_PASSWORD,
        Sign::Loose | Sign::Said => value.len() >= MIN_PASSWORD_IN_PROSE && is_mixed(value),
    }
}

/// Letters with digits, or with signs that words do not have.
fn is_mixed(value: &str) -> bool {
    let letter = value.chars().any(char::is_alphabetic);
    let digit = value.bytes().any(|byte| byte.is_ascii_digit());
    let sign = value.bytes().any(|byte| b"!@#$%^&*+=~".contains(&byte));
    letter && (digit || sign) || digit && value.len() >= MIN_SECRET
}

/// Eight, four, four, four and twelve hexadecimal digits.
fn is_uuid(value: &str) -> bool {
    let is_hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    value.split('-').map(str::len).eq([8, 4, 4, 4, 12]) && value.split('-').all(is_hex)
}

fn is_made(given: &Given<'_>) -> bool {
    let value = given.value;
    if is_uuid(value) {
        return true;
    }
    let of_key = |byte: u8| byte.is_ascii_alphanumeric() || b"_./+=~:%|$-".contains(&byte);
    if value.len() < MIN_SECRET || !value.bytes().all(of_key) && !given.quoted || value.contains(' ') {
        return false;
    }
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    if value.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        let (length, entropy) = MIN_LETTERS;
        let entropy = if given.quoted || given.sign != Sign::Loose { entropy } else { LOOSE_ENTROPY };
        let random = value.len() >= length && wording::entropy(value) >= entropy;
        return (random || value.len() >= MANY_LETTERS) && !wording::is_wordy(value);
    }
    digits < value.len() && digits > 0 && !wording::is_wordy(value)
        || value.bytes().any(|byte| !byte.is_ascii_alphanumeric())
            && is_mixed(value)
            && !wording::is_wordy(value)
}

//! Where secrets are: one pass for the anchors of all rules, and a bounded look at each.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use regex::bytes::{Regex, RegexBuilder};

use super::assignments;
use super::rules::{Before, RULES, Shape};

/// How far behind its anchor a secret is looked at, in bytes. What is longer is taken to its end.
const WINDOW: usize = 1024;
/// The longest scheme of a URL, in bytes.
const MAX_SCHEME: usize = 24;

/// A secret in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) span: Range<usize>,
    /// Its place in the table.
    pub(super) rule: usize,
}

struct Rules {
    anchors: AhoCorasick,
    /// The rule of each anchor, in the table's order.
    owners: Vec<usize>,
    /// Nothing for rules that are no expressions.
    expressions: Vec<Option<Regex>>,
}

#[expect(clippy::unwrap_used, reason = "the table is literal, compiled by every test")]
static COMPILED: LazyLock<Rules> = LazyLock::new(|| {
    let anchors = RULES.iter().flat_map(|rule| rule.anchors);
    let owners = RULES.iter().enumerate().flat_map(|(index, rule)| rule.anchors.iter().map(move |_| index));
    Rules {
        anchors: AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .build(anchors)
            .unwrap(),
        owners: owners.collect(),
        expressions: RULES
            .iter()
            .map(|rule| expression(&rule.shape))
            .map(Option::transpose)
            .map(Result::unwrap)
            .collect(),
    }
});

/// Bytes instead of characters keep the expressions small; their matches are rounded to characters.
fn expression(shape: &Shape) -> Option<Result<Regex, regex::Error>> {
    let Shape::Pattern(_, pattern, _) = shape else { return None };
    Some(RegexBuilder::new(&format!(r"\A(?:{pattern})")).unicode(false).build())
}

/// The secrets of a text, in order and without overlap. Overlapping ones are one, named by the first of their rules.
pub(super) fn secrets(text: &str) -> Vec<Found> {
    search(text).0
}

/// The secrets of a text, and how many bytes were looked at beside the one pass for anchors.
pub(super) fn search(text: &str) -> (Vec<Found>, usize) {
    let hits = COMPILED.anchors.find_overlapping_iter(text);
    let mut hits: Vec<(usize, usize, usize)> =
        hits.map(|hit| (hit.start(), hit.pattern().as_usize(), hit.end())).collect();
    hits.sort_unstable();
    let mut finder = Finder { text, run_end: 0, work: 0, found: Vec::new() };
    for (start, anchor, end) in hits {
        finder.look(start..end, COMPILED.owners[anchor]);
    }
    (finder.found, finder.work)
}

struct Finder<'a> {
    text: &'a str,
    /// Up to here a secret that was longer than the window has been followed.
    run_end: usize,
    /// The bytes that were looked at behind anchors.
    work: usize,
    found: Vec<Found>,
}

impl Finder<'_> {
    fn look(&mut self, anchor: Range<usize>, rule: usize) {
        let last = self.found.last();
        // Inside a block nothing else is told apart, and a rule does not look twice at one secret.
        let told = |last: &Found| {
            anchor.start < last.span.end
                && (last.rule == rule || matches!(RULES[last.rule].shape, Shape::Block))
        };
        if last.is_some_and(told) {
            return;
        }
        // A secret may begin before its anchor, but not inside one that lies behind.
        let floor = match self.found.as_slice() {
            [.., last] if anchor.start >= last.span.end => last.span.end,
            [.., before, _] => before.span.end.min(anchor.start),
            _ => 0,
        };
        let Some(span) = self.span(anchor, floor, rule) else { return };
        match self.found.last_mut() {
            Some(last) if span.start < last.span.end => {
                last.span = last.span.start.min(span.start.max(floor))..last.span.end.max(span.end);
                last.rule = last.rule.min(rule);
            }
            _ => self.found.push(Found { span, rule }),
        }
    }

    fn span(&mut self, anchor: Range<usize>, floor: usize, rule: usize) -> Option<Range<usize>> {
        let window = self.boundary(anchor.start.saturating_add(WINDOW));
        let (span, limited) = match RULES[rule].shape {
            Shape::Block => {
                let span = block(self.text, anchor.start);
                self.work += span.as_ref().map_or(0, Range::len);
                return span;
            }
            Shape::Assignment(kind) => {
                let seen = &self.text[..self.boundary(anchor.end.saturating_add(WINDOW))];
                self.work += seen.len() - anchor.start;
                let span = assignments::find(seen, anchor, floor, kind)?;
                let limited = span.end == seen.len();
                (span, limited)
            }
            Shape::Pattern(before, _, check) => {
                let start = start(self.text.as_bytes(), anchor.start, floor, before)?;
                let expression = COMPILED.expressions[rule].as_ref()?;
                let seen = &self.text.as_bytes()[anchor.start..window];
                self.work += seen.len();
                let end = self.boundary(anchor.start + expression.find(seen)?.end());
                check(&self.text[start..end]).then_some(())?;
                // Groups cost more than a match; few rules have one.
                let groups = if expression.captures_len() > 1 { expression.captures(seen) } else { None };
                match groups.and_then(|groups| groups.get(1)) {
                    Some(secret) => {
                        (anchor.start + secret.start()..self.boundary(anchor.start + secret.end()), false)
                    }
                    None => (start..self.word_end(end), end == window),
                }
            }
        };
        let end = if limited { self.follow(span.end) } else { span.end };
        Some(span.start..end)
    }

    /// The next boundary of characters.
    fn boundary(&self, at: usize) -> usize {
        (at..self.text.len()).find(|at| self.text.is_char_boundary(*at)).unwrap_or(self.text.len())
    }

    /// A token ends where its word ends.
    fn word_end(&self, end: usize) -> usize {
        let of_word = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let rest = &self.text.as_bytes()[end..];
        end + rest.iter().take(WINDOW).take_while(of_word).count()
    }

    /// The end of a secret that fills the window: the next blank or quote.
    fn follow(&mut self, end: usize) -> usize {
        if end >= self.run_end {
            let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>');
            let rest = &self.text[end..];
            self.run_end = end + rest.find(ends).unwrap_or(rest.len());
            self.work += self.run_end - end;
        }
        self.run_end
    }
}

/// Where a secret begins whose anchor is at `at`; nothing when what stands before it speaks against it.
fn start(bytes: &[u8], at: usize, floor: usize, before: Before) -> Option<usize> {
    let back = |most: usize, belongs: fn(u8) -> bool| {
        let seen = &bytes[floor.max(at.saturating_sub(most))..at];
        seen.iter().rev().take_while(|byte| belongs(**byte)).count()
    };
    let count = match before {
        Before::Edge => 0,
        Before::Digits(least, most) => {
            let count = back(most + 1, |byte| byte.is_ascii_digit());
            (least..=most).contains(&count).then_some(count)?
        }
        Before::Alphanumeric(exact) => {
            let count = back(exact + 1, |byte| byte.is_ascii_alphanumeric());
            (count == exact).then_some(count)?
        }
        Before::DiscordId => discord_id(&bytes[floor.max(at.saturating_sub(29))..at])?,
        Before::Scheme => {
            let count = back(MAX_SCHEME, |byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
            return (count > 0).then_some(at - count);
        }
    };
    let start = at - count;
    is_edge(bytes, start, floor).then_some(start)
}

/// The length of the base64 of a number of 17 to 20 digits at the end of some bytes.
fn discord_id(before: &[u8]) -> Option<usize> {
    let count =
        before.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(byte)).count();
    let first = before.get(before.len() - count)?;
    ((23..=28).contains(&count) && matches!(first, b'M' | b'N' | b'O')).then_some(count)
}

/// Whether a word may begin here: after no letter or digit, or after one that ends an escape (`\n`, `%3D`).
fn is_edge(bytes: &[u8], at: usize, floor: usize) -> bool {
    if at == floor || !bytes[at - 1].is_ascii_alphanumeric() {
        return true;
    }
    let hex = |byte: u8| byte.is_ascii_hexdigit();
    match bytes[..at] {
        [.., b'\\', b'n' | b'r' | b't'] => true,
        [.., b'%', high, low] => hex(high) && hex(low),
        _ => false,
    }
}

/// A block with a private key: to its end, or to the end of the text when that is missing.
fn block(text: &str, at: usize) -> Option<Range<usize>> {
    const HEAD: usize = 64;
    let head: Vec<u8> = text.as_bytes()[at..].iter().take(HEAD).map(u8::to_ascii_uppercase).collect();
    let line =
        head.strip_prefix(b"-----BEGIN ").map(|rest| rest.split(|byte| *byte == b'-').next().unwrap_or(rest));
    let is_key = match line {
        Some(line) => line.windows(11).any(|words| words == b"PRIVATE KEY"),
        None => {
            head.starts_with(b"---- BEGIN SSH2 ENCRYPTED PRIVATE KEY")
                || head.starts_with(b"PUTTY-USER-KEY-FILE-")
        }
    };
    if !is_key {
        return None;
    }
    let body = at + "-----".len();
    let Some(end) = text[body..].find("-----END ").map(|end| body + end + "-----END ".len()) else {
        return Some(at..text.len());
    };
    let tail =
        text.as_bytes()[end..].iter().take(HEAD).take_while(|byte| **byte != b'-' && byte.is_ascii()).count();
    let dashes = text.as_bytes()[end + tail..].iter().take(5).take_while(|byte| **byte == b'-').count();
    Some(at..end + tail + dashes)
}

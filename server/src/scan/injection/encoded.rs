//! Orders that are written in base64 or in escapes. A hash, a key or a picture is no order.

use std::ops::Range;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use regex::Regex;

use super::{InjectionFinding, PATTERNS, PREFILTER, fold, named};

/// The most bytes of one run that are decoded.
const MAX_RUN: usize = 4096;
/// The fewest letters that escapes have to spell.
const MIN_LETTERS: usize = 4;
/// The fewest bytes of hidden prose.
const MIN_PROSE: usize = 60;

/// Runs of base64, and of escapes.
#[expect(clippy::unwrap_used, reason = "the pattern is a literal, compiled by every test")]
static RUNS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?-u)([A-Za-z0-9+/_-]{20,}={0,2})|((?:\\x[0-9A-Fa-f]{2}){4,}|(?:\\u[0-9A-Fa-f]{4}){4,})")
        .unwrap()
});

/// The first run that says something.
pub(super) fn finding(text: &str) -> Option<InjectionFinding> {
    RUNS.captures_iter(text).find_map(|found| {
        let (pattern, run, says) = match (found.get(1), found.get(2)) {
            (Some(run), _) => ("base64_payload", run, base64_says(run.as_str())),
            (None, Some(run)) => ("hex_escape", run, escapes_say(run.as_str())),
            (None, None) => return None,
        };
        says.then(|| named(pattern, "encoding_evasion", text, Range { start: run.start(), end: run.end() }))
    })
}

fn base64_says(run: &str) -> bool {
    let run = run.trim_end_matches('=');
    let run = &run[..run.len().min(MAX_RUN)];
    // One sign alone is no byte.
    let run = if run.len() % 4 == 1 { &run[..run.len() - 1] } else { run };
    let alphabet = if run.contains(['-', '_']) { URL_SAFE } else { STANDARD };
    let lenient = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let decoded = GeneralPurpose::new(&alphabet, lenient).decode(run).unwrap_or_default();
    std::str::from_utf8(&decoded).is_ok_and(|text| orders(text) || is_prose(text))
}

/// Whether a decoded text holds one of the patterns.
fn orders(text: &str) -> bool {
    fold::readings(text)
        .iter()
        .any(|reading| PREFILTER.matches(&reading.text).iter().any(|index| index < PATTERNS.len()))
}

fn is_prose(text: &str) -> bool {
    let blanks = text.bytes().filter(|byte| *byte == b' ').count();
    let readable = text.chars().all(|c| c.is_alphanumeric() || c.is_whitespace() || c.is_ascii_punctuation());
    let structured = text.trim_start().starts_with(['{', '[', '<']);
    text.len() >= MIN_PROSE && readable && !structured && blanks * 12 >= text.len()
}

/// Escapes of plain letters hide them; those of other scripts are how JSON writes them.
fn escapes_say(run: &str) -> bool {
    let digits = if run.starts_with(r"\x") { 2 } else { 4 };
    let codes = run.as_bytes().chunks(digits + 2).filter_map(|escape| std::str::from_utf8(&escape[2..]).ok());
    let letters = codes.filter_map(|code| u32::from_str_radix(code, 16).ok()).filter_map(char::from_u32);
    letters.filter(char::is_ascii_alphabetic).count() >= MIN_LETTERS
}

//! The form of a text in which rules compare it: what a reader takes for the same is the same.

use std::borrow::Cow;
use std::sync::LazyLock;

use percent_encoding::percent_decode_str;
use regex::Regex;
use unicase::UniCase;
use unicode_normalization::UnicodeNormalization as _;

use crate::policy::names::visible;

/// How often a text is decoded at most. Each time takes away whole layers of `%25`, so that two suffice for
/// anything but texts made to take more.
const MAX_DECODINGS: usize = 6;

/// `%252565`: a percent sign that was encoded again and again.
#[expect(clippy::unwrap_used, reason = "the pattern is a literal, compiled by every test")]
static LAYERS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"%(?:25)+([0-9A-Fa-f]{2})").unwrap());

/// Whitespace, hyphens and dashes, underscores and their kin: what separates the words of an action type.
#[expect(clippy::unwrap_used, reason = "the pattern is a literal, compiled by every test")]
static SEPARATORS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[\s\p{Pd}\p{Pc}\u{2212}]+").unwrap());

/// The text in its compatible, composed form (NFKC) without what nobody sees and without spaces around; every full
/// stop is `.`. Letters keep their case.
pub(super) fn tidy(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return match visible(text) {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        };
    }
    let composed: String = visible(text).nfkc().collect();
    // Hangul fillers and the like are compatible with what nobody sees.
    Cow::Owned(visible(&composed).trim().replace('\u{3002}', "."))
}

/// The text in its compatible, composed form, without what nobody sees and without case: two texts that fold to one are the
/// same to a rule.
pub fn fold(text: &str) -> Cow<'_, str> {
    let text = tidy(text);
    if text.is_ascii() {
        let has_upper = text.bytes().any(|byte| byte.is_ascii_uppercase());
        return if has_upper { Cow::Owned(text.to_ascii_lowercase()) } else { text };
    }
    // Folding can open a normal form, and normalising can bring capitals: both settle in a few rounds.
    let mut folded = text.into_owned();
    for _ in 0..4 {
        let lower = UniCase::unicode(folded.nfd().collect::<String>()).to_folded_case();
        let next = tidy(&lower).into_owned();
        if next == folded {
            break;
        }
        folded = next;
    }
    Cow::Owned(folded)
}

/// An action type as rules compare it: folded, and every run of spaces, hyphens and underscores is one `_`.
pub fn fold_action_type(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(SEPARATORS.replace_all(&fold(text), "_").into_owned())
}

/// The readings of a text that may be percent-encoded: as it stands, decoded once, and decoded until nothing is
/// left to decode; each [`tidy`]. U+0000 ends the text for whoever reads it as C does.
pub(super) fn spellings(text: &str) -> Vec<String> {
    let mut spellings = vec![tidy(text).into_owned()];
    spellings.extend(text.split_once('\0').map(|(before, _)| tidy(before).into_owned()));
    let mut current = spellings[0].clone();
    for round in 0..MAX_DECODINGS {
        if !current.contains('%') {
            break;
        }
        let plain = if round == 0 { Cow::Borrowed(&*current) } else { LAYERS.replace_all(&current, "%$1") };
        let decoded = percent_decode_str(&plain).decode_utf8_lossy().into_owned();
        if decoded == current {
            break;
        }
        if let Some((before, _)) = decoded.split_once('\0') {
            add(&mut spellings, tidy(before).into_owned());
        }
        add(&mut spellings, tidy(&decoded).into_owned());
        current = tidy(&decoded).into_owned();
    }
    spellings
}

/// Adds a reading that is not there yet.
pub(super) fn add<T: PartialEq>(readings: &mut Vec<T>, reading: T) {
    if !readings.contains(&reading) {
        readings.push(reading);
    }
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;

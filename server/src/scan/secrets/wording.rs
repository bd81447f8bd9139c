//! Telling a secret from words, placeholders and code.

/// Words that stand where a secret would.
const PLACEHOLDERS: &[&str] = &[
    "null",
    "none",
    "nil",
    "true",
    "false",
    "undefined",
    "required",
    "optional",
    "string",
    "str",
    "text",
    "number",
    "int",
    "bool",
    "boolean",
    "bytes",
    "any",
    "object",
    "hidden",
    "redacted",
    "masked",
    "removed",
    "placeholder",
    "example",
    "sample",
    "dummy",
    "changeme",
    "change",
    "replace",
    "insert",
    "enter",
    "your",
    "todo",
    "tbd",
    "empty",
    "unset",
    "unknown",
    "missing",
    "invalid",
    "prompt",
    "input",
    "env",
    "environ",
    "secretref",
    "valuefrom",
    "disabled",
    "enabled",
    "off",
    "on",
    "yes",
    "no",
    "see",
    "here",
    "default",
    "auto",
    "generated",
    "encrypted",
];

/// Words that tell of a sentence.
const FUNCTION_WORDS: &[&str] = &[
    "a", "an", "and", "are", "as", "at", "be", "by", "can", "cannot", "do", "for", "from", "has", "have",
    "if", "in", "into", "is", "it", "its", "must", "new", "no", "not", "of", "on", "only", "or", "please",
    "should", "that", "the", "this", "to", "use", "was", "when", "which", "will", "with", "you", "your",
];

/// A longer run of letters is not a word.
const LONGEST_WORD: usize = 14;
/// A shorter mix of letters and digits, as `v2`, names a version or a kind.
const SHORTEST_MIX: usize = 8;
/// So many mixes are no name.
const MANY_MIXES: usize = 3;

/// Whether a text is made of words and small numbers: `bert-base-v2`, `settings.OPENAI_API_KEY`, `getAccessToken`.
pub(super) fn is_wordy(text: &str) -> bool {
    let mut mixes = 0;
    for part in text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()) {
        let letters = part.bytes().filter(u8::is_ascii_alphabetic).count();
        let is_plain = match (letters, part.len() - letters) {
            (0, digits) => digits < SHORTEST_MIX,
            (_, 0) => camel_words(part).all(is_word),
            _ => {
                mixes += 1;
                part.len() < SHORTEST_MIX
            }
        };
        if !is_plain || mixes >= MANY_MIXES {
            return false;
        }
    }
    true
}

/// The words of `camelCase`.
fn camel_words(text: &str) -> impl Iterator<Item = &str> {
    let bytes = text.as_bytes();
    let mut start = 0;
    let mut ends: Vec<(usize, usize)> = Vec::new();
    for at in 1..bytes.len() {
        if bytes[at].is_ascii_uppercase() && bytes[at - 1].is_ascii_lowercase() {
            ends.push((start, at));
            start = at;
        }
    }
    ends.push((start, bytes.len()));
    ends.into_iter().map(|(start, end)| &text[start..end])
}

/// Whether a run of letters could be spoken: it is short, and vowels are not far.
fn is_word(letters: &str) -> bool {
    let is_vowel = |byte: u8| matches!(byte.to_ascii_lowercase(), b'a' | b'e' | b'i' | b'o' | b'u' | b'y');
    if letters.len() > LONGEST_WORD {
        return false;
    }
    let longest = letters.bytes().map(is_vowel).fold((0_usize, 0_usize), |(run, longest), vowel| {
        let run = if vowel { 0 } else { run + 1 };
        (run, longest.max(run))
    });
    letters.len() <= 4 || longest.1 <= 4
}

/// Whether a text is filled in later: `${TOKEN}`, `<password>`, `{{ secret }}`, `$PASSWORD`, `****`.
pub(super) fn is_template(text: &str) -> bool {
    let text = text.trim();
    let is_mask = |c: char| matches!(c, '*' | 'x' | 'X' | '.' | '#' | '-' | '_' | '•' | '…' | '?');
    let is_name = |name: &str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && is_wordy(name)
    };
    text.is_empty()
        || text.chars().all(is_mask)
        || text.starts_with(['<', '{', '[', '!']) && is_wordy(text)
        || ["${", "$(", "{{", "%(", "<%", "$env:", "#{"].iter().any(|open| text.contains(open))
        || text.strip_prefix('$').is_some_and(is_name)
        || text
            .strip_prefix('%')
            .is_some_and(|rest| rest.len() <= 2 || rest.strip_suffix('%').is_some_and(is_name))
}

/// Whether a text stands for a secret without being one.
pub(super) fn is_placeholder(text: &str) -> bool {
    let first =
        text.split(|c: char| !c.is_ascii_alphanumeric()).find(|word| !word.is_empty()).unwrap_or_default();
    is_template(text)
        || PLACEHOLDERS.iter().any(|word| first.eq_ignore_ascii_case(word)) && is_wordy(text)
        || is_wordy(text) && names_a_secret(text)
}

/// A variable or a hint that carries the name of what would stand there: `db_password`, `my-secret-token`.
fn names_a_secret(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let letters = lower.bytes().all(|byte| byte.is_ascii_alphabetic() || b"_-.".contains(&byte));
    letters && ["pass", "pwd", "secret", "token", "key", "cred"].iter().any(|name| lower.contains(name))
}

/// Whether a text is a place: a path, or a URL without a password (which has a rule of its own).
pub(super) fn is_place(text: &str) -> bool {
    let bytes = text.as_bytes();
    text.starts_with("./")
        || text.starts_with("../")
        || text.starts_with("~/")
        || text.contains("://")
        || text.starts_with("arn:")
        || (bytes.first() == Some(&b'/') && (is_wordy(text) || text.matches('/').count() > 2))
        || (bytes.len() > 2 && bytes[1] == b':' && bytes[2] == b'\\')
}

/// Whether a text is a sentence.
pub(super) fn is_prose(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let function_word = |word: &&str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        FUNCTION_WORDS.iter().any(|known| word.eq_ignore_ascii_case(known))
    };
    words.len() >= 2 && words.iter().any(function_word)
}

/// Bits of Shannon entropy in a byte.
pub(super) fn entropy(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    text.bytes().for_each(|byte| counts[usize::from(byte)] += 1);
    #[expect(clippy::cast_precision_loss, reason = "a value is at most as long as a window")]
    let length = text.len() as f64;
    let share = |count: &u32| f64::from(*count) / length;
    -counts.iter().filter(|count| **count > 0).map(share).map(|share| share * share.log2()).sum::<f64>()
}

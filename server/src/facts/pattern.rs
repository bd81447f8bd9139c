//! Patterns that users write: whole-word literals or regular expressions, bounded in size.

use dashclaw::canonical::canonical_text;
use regex::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;
use serde_json::Value;

use super::weight::is_too_heavy;

/// Longest accepted pattern in characters.
const MAX_PATTERN: usize = 500;
/// Largest compiled pattern in bytes.
const MAX_COMPILED: usize = 1 << 20;
/// Deepest accepted nesting of groups.
const MAX_NESTING: u32 = 32;

/// A pattern and the label to report it by.
#[derive(Debug)]
pub(super) struct UserPattern {
    pub(super) label: String,
    expression: String,
    flags: String,
}

impl UserPattern {
    /// `{pattern, label, flags = "i"}`: word characters and spaces only are a whole-word literal, anything else is a
    /// regular expression.
    pub(super) fn forbidden(value: &Value) -> Result<Self, String> {
        let (text, label) = parts(value)?;
        let flags = match &value["flags"] {
            Value::Null => "i",
            Value::String(flags) => flags,
            _ => return Err("flags must be text".into()),
        };
        let literal = text.chars().all(|c| c == '_' || c == ' ' || c.is_alphanumeric());
        let expression = if literal { whole_words(&text) } else { text };
        Ok(Self { label, expression, flags: flags.to_owned() })
    }

    /// `{pattern, label}`: a regular expression whose matches are facts.
    pub(super) fn registered(value: &Value) -> Result<Self, String> {
        let (expression, label) = parts(value)?;
        Ok(Self { label, expression, flags: String::new() })
    }

    /// The pattern ready for use. A source may have two hundred of them, a megabyte each: keep one at a time.
    pub(super) fn compile(&self) -> Result<Regex, String> {
        compile(&self.expression, &self.flags)
    }
}

/// The words as whole words, with any white space between them.
fn whole_words(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(regex::escape).collect();
    format!(r"\b{}\b", words.join(r"\s+"))
}

fn parts(value: &Value) -> Result<(String, String), String> {
    let Some(text) = value["pattern"].as_str().filter(|text| !text.trim().is_empty()) else {
        return Err("a pattern must be text".into());
    };
    if text.chars().count() > MAX_PATTERN {
        return Err("pattern too long".into());
    }
    let label = value["label"].as_str().unwrap_or(text).to_owned();
    // The texts it meets are canonical, so a curly quote in it would never match.
    Ok((canonical_text(text), label))
}

fn compile(expression: &str, flags: &str) -> Result<Regex, String> {
    if has_nested_quantifier(expression) {
        return Err("unsafe nested-quantifier pattern".into());
    }
    if let Some(unknown) = flags.chars().find(|flag| !"dgimsuvy".contains(*flag)) {
        return Err(format!("unknown pattern flag {unknown}"));
    }
    let [ignore_case, multi_line, dot_all] = ['i', 'm', 's'].map(|flag| flags.contains(flag));
    let invalid = "invalid pattern";
    let mut parser = ParserBuilder::new();
    parser.case_insensitive(ignore_case).multi_line(multi_line).dot_matches_new_line(dot_all);
    let parsed = parser.nest_limit(MAX_NESTING).build().parse(expression).map_err(|_| invalid)?;
    if is_too_heavy(&parsed) {
        return Err("the pattern repeats too much".into());
    }
    let mut builder = RegexBuilder::new(expression);
    builder.case_insensitive(ignore_case).multi_line(multi_line).dot_matches_new_line(dot_all);
    let limited = builder.size_limit(MAX_COMPILED).dfa_size_limit(MAX_COMPILED).nest_limit(MAX_NESTING);
    limited.build().map_err(|_| invalid.to_owned())
}

/// Whether a group that repeats without bound is itself repeated, as in `(a+)+`. Our engine runs such patterns in
/// linear time; the platform refuses them, and a source must mean the same on both.
fn has_nested_quantifier(expression: &str) -> bool {
    let mut open_groups: Vec<bool> = Vec::new();
    let mut closed_repeating = false;
    let mut in_class = false;
    let mut characters = expression.chars();
    while let Some(character) = characters.next() {
        let closed = std::mem::take(&mut closed_repeating);
        match character {
            '\\' => {
                characters.next();
            }
            ']' => in_class = false,
            _ if in_class => {}
            '[' => in_class = true,
            '(' => open_groups.push(false),
            ')' => {
                closed_repeating = open_groups.pop().unwrap_or(false);
                // What repeats inside a group repeats inside the groups around it.
                mark(&mut open_groups, closed_repeating);
            }
            '+' | '*' | '{' if closed => return true,
            '+' | '*' => mark(&mut open_groups, true),
            '{' => mark(&mut open_groups, is_unbounded(characters.as_str())),
            _ => {}
        }
    }
    false
}

fn mark(open_groups: &mut [bool], repeats: bool) {
    if let Some(innermost) = open_groups.last_mut() {
        *innermost |= repeats;
    }
}

/// Whether what follows a `{` reads `n,}`.
fn is_unbounded(rest: &str) -> bool {
    rest.split_once('}').is_some_and(|(bounds, _)| bounds.ends_with(','))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn nested_quantifiers() {
        for bad in ["(a+)+", "(a*)*b", "(?:x+y)*", "((a+))+", "(a{2,})+", "(a+){2}", "x(a|b+)+"] {
            assert!(has_nested_quantifier(bad), "{bad}");
        }
        for good in ["(a+)?", "(a)+", "a+b*", r"(a\+)+", "([+*])+", "(a{2})+", "(a+)b+", "(?:ab)+c+"] {
            assert!(!has_nested_quantifier(good), "{good}");
        }
    }

    #[test]
    fn words_are_whole_and_ignore_case() {
        let pattern = UserPattern::forbidden(&json!({"pattern": "late fee", "label": "fee"})).unwrap();
        let regex = pattern.compile().unwrap();
        assert!(regex.is_match("a Late Fee applies") && regex.is_match("late\n fee"));
        assert!(!regex.is_match("late fees"));
        let exact = UserPattern::forbidden(&json!({"pattern": "RCW", "flags": ""})).unwrap();
        let regex = exact.compile().unwrap();
        assert!(regex.is_match("RCW 5") && !regex.is_match("rcw 5"));
        assert_eq!(exact.label, "RCW");
    }

    #[test]
    fn what_cannot_be_compiled_is_refused() {
        let message =
            |value: Value| UserPattern::forbidden(&value).and_then(|pattern| pattern.compile()).unwrap_err();
        assert_eq!(message(json!({"pattern": "("})), "invalid pattern");
        assert_eq!(message(json!({"pattern": "(?<=a)b"})), "invalid pattern");
        assert_eq!(message(json!({"pattern": "x".repeat(501)})), "pattern too long");
        assert_eq!(message(json!({"pattern": r"\w{200}"})), "invalid pattern");
        assert_eq!(message(json!({"pattern": "(?:a|b|ab){1700}c"})), "the pattern repeats too much");
        assert_eq!(message(json!({"pattern": " "})), "a pattern must be text");
        assert_eq!(message(json!({"pattern": "a", "flags": "q"})), "unknown pattern flag q");
        assert_eq!(message(json!({"pattern": "a", "flags": 1})), "flags must be text");
        assert_eq!(message(json!("a")), "a pattern must be text");
    }

    proptest! {
        #[test]
        fn any_pattern_is_compiled_or_refused(text in ".{0,60}", flags in "[a-z]{0,3}") {
            let value = json!({"pattern": text, "label": "x", "flags": flags});
            let _ = UserPattern::forbidden(&value).and_then(|pattern| pattern.compile());
            let _ = UserPattern::registered(&value).and_then(|pattern| pattern.compile());
        }
    }
}

//! Reads the members of a policy's `rules`, collecting every problem instead of stopping at the first.

use serde_json::{Map, Value};
use url::Url;

use crate::policy::Verdict;

/// Longest accepted element of a declared string list.
const MAX_ELEMENT: usize = 500;

/// The `rules` object of one policy, being read.
#[derive(Debug)]
pub struct Fields<'a> {
    rules: &'a Map<String, Value>,
    errors: Vec<String>,
}

impl<'a> Fields<'a> {
    /// Starts reading.
    pub fn new(rules: &'a Map<String, Value>) -> Self {
        Self { rules, errors: Vec::new() }
    }

    /// Every problem found so far, worded for the person who wrote the policy.
    pub fn into_errors(self) -> Vec<String> {
        self.errors
    }

    /// Adds a problem that a rule type found by itself.
    pub fn error(&mut self, message: impl Into<String>) {
        self.errors.push(message.into());
    }

    fn get(&self, name: &str) -> Option<&'a Value> {
        self.rules.get(name).filter(|value| !value.is_null())
    }

    /// Whether the member is there and not null.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Complains when the member is absent.
    pub fn require(&mut self, name: &str) {
        if !self.has(name) {
            self.error(format!("`{name}` is required"));
        }
    }

    fn typed<T>(&mut self, name: &str, kind: &str, read: impl Fn(&'a Value) -> Option<T>) -> Option<T> {
        let value = self.get(name)?;
        let read = read(value);
        if read.is_none() {
            self.error(format!("`{name}` must be {kind}"));
        }
        read
    }

    /// A number within bounds.
    pub fn number(&mut self, name: &str, min: f64, max: f64) -> Option<f64> {
        let number = self.typed(name, "a number", Value::as_f64)?;
        self.within(name, number, min, max).then_some(number)
    }

    /// A whole number within bounds.
    pub fn whole(&mut self, name: &str, min: u32, max: u32) -> Option<u32> {
        let number = self.typed(name, "an integer", Value::as_i64)?;
        let bounded = u32::try_from(number).ok().filter(|whole| (min..=max).contains(whole));
        if bounded.is_none() {
            let low = number < i64::from(min);
            self.error(if low {
                format!("`{name}` must be >= {min}")
            } else {
                format!("`{name}` must be <= {max}")
            });
        }
        bounded
    }

    fn within(&mut self, name: &str, number: f64, min: f64, max: f64) -> bool {
        if number < min {
            self.error(format!("`{name}` must be >= {min}"));
        } else if number > max {
            self.error(format!("`{name}` must be <= {max}"));
        }
        (min..=max).contains(&number)
    }

    /// A boolean.
    pub fn flag(&mut self, name: &str) -> Option<bool> {
        self.typed(name, "a boolean", Value::as_bool)
    }

    /// A text that is not blank, of at most `max` characters.
    pub fn text(&mut self, name: &str, max: usize) -> Option<&'a str> {
        let text = self.typed(name, "a string", Value::as_str)?;
        self.fits(name, text, max).then_some(text)
    }

    fn fits(&mut self, name: &str, text: &str, max: usize) -> bool {
        if text.trim().is_empty() {
            self.error(format!("`{name}` must not be empty"));
            return false;
        }
        if text.chars().count() > max {
            self.error(format!("`{name}` exceeds max length of {max}"));
            return false;
        }
        true
    }

    /// A list of texts, each of at most `max` characters and not blank. Absent reads as empty.
    pub fn texts_up_to(&mut self, name: &str, max: usize) -> Vec<String> {
        let items = self.typed(name, "an array", Value::as_array).map_or(&[][..], Vec::as_slice);
        let mut texts = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let element = format!("{name}[{index}]");
            match item.as_str() {
                Some(text) if self.fits(&element, text, max) => texts.push(text.to_owned()),
                Some(_) => {}
                None => self.error(format!("`{element}` must be a string")),
            }
        }
        texts
    }

    /// A list of texts of at most 500 characters each. Absent reads as empty.
    pub fn texts(&mut self, name: &str) -> Vec<String> {
        self.texts_up_to(name, MAX_ELEMENT)
    }

    /// A list of texts that must be there and not be empty.
    pub fn required_texts(&mut self, name: &str, max: usize) -> Vec<String> {
        self.require(name);
        let known = self.errors.len();
        let texts = self.texts_up_to(name, max);
        if texts.is_empty() && self.has(name) && self.errors.len() == known {
            self.error(format!("`{name}` must not be empty"));
        }
        texts
    }

    /// One word out of a list, or `default`.
    pub fn word<T: Copy>(&mut self, name: &str, words: &[(&str, T)], default: T) -> T {
        let Some(value) = self.get(name) else { return default };
        let found = value.as_str().and_then(|text| words.iter().find(|(word, _)| *word == text));
        if let Some((_, meaning)) = found {
            return *meaning;
        }
        let choices: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        self.error(format!("`{name}` must be one of: {}", choices.join(", ")));
        default
    }

    /// The verdict a policy gives when it matches: `action`, or `default`.
    pub fn action(&mut self, default: Verdict) -> Verdict {
        self.word("action", &Verdict::ALL.map(|verdict| (verdict.as_str(), verdict)), default)
    }

    /// An http or https URL with a host.
    pub fn url(&mut self, name: &str) -> Option<Url> {
        let text = self.text(name, 2048)?;
        let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        if url.is_none() {
            self.error(format!("`{name}` must be an https URL"));
        }
        url
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_problem_is_collected_in_the_words_of_the_api() {
        let rules = json!({
            "n": 101, "low": -1, "w": 1.5, "t": 5, "blank": " ", "long": "abcdef",
            "list": ["ok", 3, ""], "empty": [], "word": "maybe", "url": "ftp://x", "none": null
        });
        let mut fields = Fields::new(rules.as_object().unwrap());
        assert_eq!(fields.number("n", 0.0, 100.0), None);
        assert_eq!(fields.number("low", 0.0, 100.0), None);
        assert_eq!(fields.whole("w", 1, 5), None);
        assert_eq!(fields.text("t", 5), None);
        assert_eq!(fields.text("blank", 5), None);
        assert_eq!(fields.text("long", 5), None);
        assert_eq!(fields.texts("list"), ["ok"]);
        assert!(fields.required_texts("empty", 9).is_empty());
        assert!(fields.required_texts("none", 9).is_empty());
        assert_eq!(fields.word("word", &[("yes", 1), ("no", 0)], 0), 0);
        assert!(fields.url("url").is_none());
        assert_eq!(
            fields.into_errors(),
            [
                "`n` must be <= 100",
                "`low` must be >= 0",
                "`w` must be an integer",
                "`t` must be a string",
                "`blank` must not be empty",
                "`long` exceeds max length of 5",
                "`list[1]` must be a string",
                "`list[2]` must not be empty",
                "`empty` must not be empty",
                "`none` is required",
                "`word` must be one of: yes, no",
                "`url` must be an https URL",
            ]
        );
    }
}

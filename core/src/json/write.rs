//! Printing values the way `JSON.stringify` does.

use std::borrow::Cow;

use serde::Serializer;

use super::{Json, JsonString};

/// 2^53: below it every whole double is one integer.
const EXACT_INTEGERS: f64 = 9_007_199_254_740_992.0;

/// A finite number as ECMAScript prints it: the shortest text that reads back as the same double.
pub(crate) fn number_text(number: f64) -> String {
    ryu_js::Buffer::new().format(number).to_owned()
}

/// The JSON text of a number as ECMAScript prints it, `1.0` as `1`. One without point and exponent keeps its digits, and what is
/// no number its text.
pub(crate) fn shortest(text: &str) -> Cow<'_, str> {
    let is_plain = !text.contains(['.', 'e', 'E']);
    match text.parse::<f64>() {
        Ok(number) if !is_plain && number.is_finite() => number_text(number).into(),
        _ => text.into(),
    }
}

pub(super) fn write(value: &Json, out: &mut String) {
    match value {
        Json::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Json::Number(number) if number.is_finite() => out.push_str(&number_text(*number)),
        Json::Null | Json::Number(_) => out.push_str("null"),
        Json::Decimal(text) => out.push_str(text),
        Json::String(text) => write_quoted(text, out),
        Json::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Json::Object(members) => {
            out.push('{');
            for (index, (name, member)) in members.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_quoted(name, out);
                out.push(':');
                write(member, out);
            }
            out.push('}');
        }
    }
}

/// Writes a string in quotes. Only what must be escaped is: `"`, `\`, U+0000 to U+001F and lone surrogates.
pub(super) fn write_quoted(text: &JsonString, out: &mut String) {
    out.push('"');
    for scalar in text.scalars() {
        match scalar {
            Ok('"') => out.push_str("\\\""),
            Ok('\\') => out.push_str("\\\\"),
            Ok('\u{8}') => out.push_str("\\b"),
            Ok('\t') => out.push_str("\\t"),
            Ok('\n') => out.push_str("\\n"),
            Ok('\u{c}') => out.push_str("\\f"),
            Ok('\r') => out.push_str("\\r"),
            Ok(control @ '\0'..='\u{1f}') => push_escape(u32::from(control), out),
            Ok(character) => out.push(character),
            Err(surrogate) => push_escape(u32::from(surrogate), out),
        }
    }
    out.push('"');
}

fn push_escape(unit: u32, out: &mut String) {
    out.push_str("\\u");
    for shift in [12, 8, 4, 0] {
        out.push(char::from_digit((unit >> shift) & 0xf, 16).unwrap_or('0'));
    }
}

/// Whole numbers go out as integers: serde formats would print `42.0`.
pub(super) fn serialize_number<S: Serializer>(number: f64, serializer: S) -> Result<S::Ok, S::Error> {
    if number.fract() == 0.0 && number.abs() < EXACT_INTEGERS {
        #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53, so the cast is exact")]
        return serializer.serialize_i64(number as i64);
    }
    if number.is_finite() { serializer.serialize_f64(number) } else { serializer.serialize_unit() }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_number_is_written_in_its_shortest_form() {
        for (text, shortest) in [
            ("1.0", "1"),
            ("-0.0", "0"),
            ("1.50", "1.5"),
            ("1e2", "100"),
            ("1E300", "1e+300"),
            ("true", "true"),
            ("9007199254740993", "9007199254740993"),
            ("1e400", "1e400"),
            ("false", "false"),
        ] {
            assert_eq!(super::shortest(text), shortest);
        }
    }
}

//! Numbers that no double holds, as text.

use super::number_text;

/// A double is printed with 17 digits at most, so what is written plainly with no more zeros than this is no flood.
const MAX_PLAIN: i64 = 400;

/// The text of the finite number `literal`, which read as a double is `number`; nothing when the double's own text says
/// the same number, or when there is none because it is infinite.
pub(super) fn beyond_a_double(literal: &str, number: f64) -> Option<Box<str>> {
    // Fifteen digits and no exponent always survive.
    if !number.is_finite() || (literal.len() <= 15 && !literal.contains(['e', 'E'])) {
        return None;
    }
    let Some(exact) = Decimal::read(literal) else { return Some(literal.into()) };
    (Decimal::read(&number_text(number))? != exact).then(|| exact.text().into())
}

/// A decimal number: its sign, its digits without zeros around them, and the power of ten of the last one. Zero has no
/// digits. Equal numbers are equal here.
#[derive(PartialEq)]
struct Decimal {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    /// Reads a number of JSON or ECMAScript. Nothing when its exponent is beyond all reason.
    fn read(literal: &str) -> Option<Self> {
        let (negative, unsigned) = match literal.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, literal),
        };
        let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        let significant = all.trim_start_matches('0');
        let digits = significant.trim_end_matches('0');
        if digits.is_empty() {
            return Some(Self { negative: false, digits: String::new(), exponent: 0 });
        }
        let zeros = i64::try_from(significant.len() - digits.len()).ok()?;
        let places = i64::try_from(fraction.len()).ok()?;
        let exponent = exponent.parse::<i64>().ok()?.checked_sub(places)?.checked_add(zeros)?;
        Some(Self { negative, digits: digits.to_owned(), exponent })
    }

    /// A whole number with all its digits, another one with an exponent.
    fn text(&self) -> String {
        let sign = if self.negative { "-" } else { "" };
        let digits = &self.digits;
        match usize::try_from(self.exponent) {
            Ok(zeros) if self.exponent <= MAX_PLAIN => format!("{sign}{digits}{}", "0".repeat(zeros)),
            _ => format!("{sign}{digits}e{}", self.exponent),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_double_loses_is_kept_as_text() {
        let kept = |literal: &str| beyond_a_double(literal, literal.parse().unwrap());
        for exact in [
            "0",
            "-0.0",
            "1e21",
            "1.50",
            "9007199254740992",
            "1000000000000000000000",
            "0.1",
            "1e400",
            "5e-324",
        ] {
            assert_eq!(kept(exact), None, "{exact}");
        }
        for (lost, text) in [
            ("9007199254740993", "9007199254740993"),
            ("-9007199254740993.00", "-9007199254740993"),
            ("9223372036854775808", "9223372036854775808"),
            ("1234567890123456789012345e5", "123456789012345678901234500000"),
            ("0.10000000000000000001", "10000000000000000001e-20"),
            ("1e-999", "1e-999"),
        ] {
            assert_eq!(kept(lost).as_deref(), Some(text), "{lost}");
        }
    }
}

//! Exact decimal numbers. A number type would round long amounts together.

use std::fmt;

/// A sign, digits without zeros at either end, and the power of ten that they are multiplied by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Decimal {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    /// The number with these digits before and after its point.
    pub(super) fn new(whole: &str, fraction: &str) -> Self {
        let all = format!("{whole}{fraction}");
        let digits = all.trim_end_matches('0');
        let dropped = all.len() - digits.len();
        let exponent = signed(dropped) - signed(fraction.len());
        let digits = digits.trim_start_matches('0').to_owned();
        let exponent = if digits.is_empty() { 0 } else { exponent };
        Self { negative: false, digits, exponent }
    }

    /// Multiplied by a power of ten.
    pub(super) fn shifted(mut self, power: i64) -> Self {
        if !self.digits.is_empty() {
            self.exponent = self.exponent.saturating_add(power);
        }
        self
    }

    /// With a minus sign; zero has none.
    pub(super) fn negated(mut self) -> Self {
        self.negative = !self.digits.is_empty();
        self
    }
}

fn signed(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

impl fmt::Display for Decimal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.negative { "-" } else { "" };
        match (self.digits.as_str(), self.exponent) {
            ("", _) => write!(formatter, "0"),
            (digits, 0) => write!(formatter, "{sign}{digits}"),
            (digits, exponent) => write!(formatter, "{sign}{digits}e{exponent}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_has_one_form() {
        let text = |whole, fraction| Decimal::new(whole, fraction).to_string();
        assert_eq!(text("1500", "00"), "15e2");
        assert_eq!(text("0001500", ""), "15e2");
        assert_eq!(text("", "990"), "99e-2");
        assert_eq!((text("0", "00"), text("", "")), ("0".into(), "0".into()));
        assert_eq!(Decimal::new("1", "5").shifted(6), Decimal::new("1500000", ""));
        assert_eq!(Decimal::new("0", "").negated(), Decimal::new("", "0"));
        assert_ne!(Decimal::new("5", "").negated(), Decimal::new("5", ""));
        assert_ne!(text("99999999999999999999", "01"), text("99999999999999999999", "02"));
    }
}

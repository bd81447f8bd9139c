//! The facts a text states: amounts, dates and percentages, each as written and in the form that is compared.

use std::sync::LazyLock;

use regex::{Captures, Regex};

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

#[expect(clippy::unwrap_used, reason = "the patterns are literals, compiled by every test")]
static MONEY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\$ ?([0-9]+(?:,[0-9]+)*)(\.[0-9]{1,2})?").unwrap());

#[expect(clippy::unwrap_used, reason = "the patterns are literals, compiled by every test")]
static PERCENTAGE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"([0-9]+)(\.[0-9]+)? ?%").unwrap());

#[expect(clippy::unwrap_used, reason = "the patterns are literals, compiled by every test")]
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    let month = "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|\
                 oct(?:ober)?|nov(?:ember)?|dec(?:ember)?";
    let iso = r"\b(?<y1>[0-9]{4})-(?<m1>[0-9]{2})-(?<d1>[0-9]{2})\b";
    let slashed = r"\b(?<m2>[0-9]{1,2})/(?<d2>[0-9]{1,2})/(?<y2>[0-9]{4})\b";
    let named = format!(r"(?i:\b(?<m3>{month})\.? (?<d3>[0-9]{{1,2}}),? ?(?<y3>[0-9]{{4}})\b)");
    Regex::new(&format!("{iso}|{slashed}|{named}")).unwrap()
});

/// A fact as written and as compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) raw: String,
    pub(super) compared: String,
}

fn tokens(regex: &Regex, text: &str, compared: fn(&Captures<'_>) -> String) -> Vec<Token> {
    let found = regex.captures_iter(text);
    found.map(|found| Token { raw: found[0].to_owned(), compared: compared(&found) }).collect()
}

/// Amounts in dollars, compared by value: `$2000` is `$2,000.00`.
pub(super) fn money(text: &str) -> Vec<Token> {
    tokens(&MONEY, text, decimal)
}

/// Percentages, compared by value.
pub(super) fn percentages(text: &str) -> Vec<Token> {
    tokens(&PERCENTAGE, text, decimal)
}

/// Dates, compared as yyyy-mm-dd.
pub(super) fn dates(text: &str) -> Vec<Token> {
    tokens(&DATE, text, iso_date)
}

/// Whether the whole text is one amount.
pub(super) fn is_money(text: &str) -> bool {
    MONEY.find(text).is_some_and(|found| found.range() == (0..text.len()))
}

/// Whole part and fraction without commas and without zeros that say nothing. Text, because a number type would round
/// long amounts together.
fn decimal(found: &Captures<'_>) -> String {
    let whole = found[1].replace(',', "");
    let whole = whole.trim_start_matches('0');
    let fraction =
        found.get(2).map_or("", |fraction| fraction.as_str()).trim_end_matches('0').trim_end_matches('.');
    format!("{}{fraction}", if whole.is_empty() { "0" } else { whole })
}

fn iso_date(found: &Captures<'_>) -> String {
    let part =
        |names: [&str; 3]| names.iter().find_map(|name| found.name(name)).map_or("", |part| part.as_str());
    let month = part(["m1", "m2", "m3"]).to_lowercase();
    let named = MONTHS.iter().position(|name| month.starts_with(name)).map(|index| (index + 1).to_string());
    let month = named.unwrap_or(month);
    format!("{}-{month:0>2}-{:0>2}", part(["y1", "y2", "y3"]), part(["d1", "d2", "d3"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(tokens: Vec<Token>) -> Vec<String> {
        tokens.into_iter().map(|token| token.compared).collect()
    }

    #[test]
    fn amounts_are_compared_by_value() {
        let text = "$2000, $2,000.00 and $ 2,000.5; $0.50 $007 $00 $1,50 $99999999999999999999.01";
        let expected = ["2000", "2000", "2000.5", "0.5", "7", "0", "150", "99999999999999999999.01"];
        assert_eq!(compared(money(text)), expected);
        assert_eq!(money("pay $1,750 by June")[0].raw, "$1,750");
        assert!(money("2000 dollars, $x").is_empty());
        assert!(is_money("$1,500.00") && !is_money("$5 each") && !is_money("1500") && !is_money(""));
    }

    #[test]
    fn dates_are_compared_as_iso() {
        let text = "2026-06-30, 6/30/2026, 06/30/2026, June 30, 2026, JUN. 30 2026";
        assert_eq!(compared(dates(text)), ["2026-06-30"; 5]);
        assert_eq!(compared(dates("Sept 1, 2026 and september 01, 2026")), ["2026-09-01"; 2]);
        assert_eq!(compared(dates("May 5, 2026")), ["2026-05-05"]);
        assert!(dates("1/2/26, 12026-06-301, Juneau 30, 2026").is_empty());
        for (index, name) in MONTHS.iter().enumerate() {
            assert_eq!(compared(dates(&format!("{name} 2, 2026"))), [format!("2026-{:02}-02", index + 1)]);
        }
    }

    #[test]
    fn percentages_are_compared_by_value() {
        assert_eq!(compared(percentages("10% 10.0 % 2.50% 0.5%")), ["10", "10", "2.5", "0.5"]);
        assert!(percentages("10 percent").is_empty());
    }
}

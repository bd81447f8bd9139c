use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Deadline, check_text};

fn source() -> Value {
    json!({
        "allowedFacts": [{"value": "$1,500.00"}, {"value": "2026-06-01"}, {"value": "10%"}],
        "requiredFacts": [],
        "forbiddenPatterns": [{"pattern": "guarantee", "label": "g"}, {"pattern": "late fee", "label": "f"}]
    })
}

/// The texts whose outcome is not the wanted one.
fn wrong(texts: &[impl AsRef<str>], source: &Value, pass: bool) -> Vec<String> {
    let outcome = |text: &str| check_text(text, source, Deadline::default());
    let found = texts.iter().map(|text| (text.as_ref(), outcome(text.as_ref())));
    let wrong = found.filter(|(_, violations)| violations.is_empty() != pass);
    wrong.map(|(text, violations)| format!("{text:?}: {violations:?}")).collect()
}

#[derive(serde::Deserialize)]
struct Spellings {
    unsupported: Vec<String>,
    supported: Vec<String>,
}

fn check(kind: &str) {
    let text = include_str!("../../../tests/vectors/fact-spellings.json");
    let kinds: Value = serde_json::from_str(text).unwrap();
    let Spellings { unsupported, supported } = serde_json::from_value(kinds[kind].clone()).unwrap();
    assert_eq!(wrong(&unsupported, &source(), false), [""; 0]);
    assert_eq!(wrong(&supported, &source(), true), [""; 0]);
}

#[test]
fn amounts() {
    check("amounts");
}

#[test]
fn dates() {
    check("dates");
}

#[test]
fn percentages() {
    check("percentages");
}

#[test]
fn forbidden_words() {
    check("forbidden");
}

#[test]
fn texts_of_all_kinds() {
    check("more");
}

#[test]
fn what_has_two_meanings_needs_both_or_the_same_words() {
    let of = |value: &str| json!({"allowedFacts": [{"value": value}], "requiredFacts": []});
    assert_eq!(wrong(&["\u{20AC}1.500", "1.500 EUR"], &of("\u{20AC}1.500"), true), [""; 0]);
    assert_eq!(wrong(&["\u{20AC}1500", "\u{20AC}1.50"], &of("\u{20AC}1.500"), false), [""; 0]);
    assert_eq!(wrong(&["$1.500"], &of("$1500 and $1.50"), true), [""; 0]);
    assert_eq!(wrong(&["1.125%"], &of("1.125%"), true), [""; 0]);
    assert_eq!(wrong(&["01-06-2026"], &of("2026-06-01 and 2026-01-06"), true), [""; 0]);
    assert_eq!(wrong(&["$1,500.001,999"], &of("$1,500.001,999"), true), [""; 0]);
}

#[test]
fn a_registered_pattern_sees_what_a_person_sees() {
    let source = json!({
        "allowedFacts": [{"value": "INV-1001"}], "requiredFacts": [],
        "extract": {"patterns": [{"pattern": "INV-[0-9]+", "label": "invoice"}]}
    });
    let lies = [
        "INV-9999",
        "INV\u{200B}-9999",
        "INV-\u{FF19}\u{FF19}",
        "I\u{AD}NV-99",
        "INV-10\u{200B}01\u{200B}9",
        "INV-1001 INV-1",
    ];
    assert_eq!(wrong(&lies, &source, false), [""; 0]);
    assert_eq!(wrong(&["INV-1001", "INV-10\u{200B}01 is due"], &source, true), [""; 0]);
}

/// Whole dollars as people write them.
fn spelled(amount: u64, way: usize) -> String {
    let grouped = |separator: &str| {
        let digits = amount.to_string();
        let mut groups: Vec<&str> =
            digits.as_bytes().rchunks(3).map(|group| std::str::from_utf8(group).unwrap()).collect();
        groups.reverse();
        groups.join(separator)
    };
    match way {
        0 => format!("${amount}"),
        1 => format!("$ {}.00", grouped(",")),
        2 => format!("{},00 USD", grouped(".")),
        3 => format!("USD {}", grouped("'")),
        4 => format!("{} US dollars", grouped("\u{202F}")),
        5 => format!("US${}", grouped("_")),
        6 => format!("{}.{:03}k dollars", amount / 1000, amount % 1000),
        7 => format!("\u{FF04}{}", grouped("\u{FF0C}")),
        8 => format!("{amount}$"),
        _ => format!("{amount}00 cents"),
    }
}

proptest! {
    #[test]
    fn every_way_to_write_an_amount_has_its_value(amount in prop_oneof![Just(1500_u64), 1_u64..2_000_000_000], way in 0_usize..10) {
        let violations = check_text(&format!("You get {} now", spelled(amount, way)), &source(), Deadline::default());
        // Three digits behind a point may be thousands: `1.500k` is not accepted.
        let ambiguous = way == 6;
        prop_assert_eq!(violations.is_empty(), amount == 1500 && !ambiguous, "{}", spelled(amount, way));
    }

    #[test]
    fn what_nobody_sees_changes_nothing(at in 0_usize..12, hidden in prop::sample::select(vec!['\u{AD}', '\u{200B}', '\u{2063}', '\u{FEFF}'])) {
        for (text, pass) in [("You $1,500.00", true), ("You $9,999.00", false), ("on 2027-01-02", false), ("is it 10.0%", true)] {
            let mut hidden_in: Vec<char> = text.chars().collect();
            hidden_in.insert(at.min(hidden_in.len()), hidden);
            let text: String = hidden_in.into_iter().collect();
            prop_assert_eq!(check_text(&text, &source(), Deadline::default()).is_empty(), pass, "{:?}", text);
        }
    }
}

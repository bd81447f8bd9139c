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
fn wrong(texts: &[&str], source: &Value, pass: bool) -> Vec<String> {
    let outcome = |text: &str| check_text(text, source, Deadline::default());
    let found = texts.iter().map(|text| (text, outcome(text)));
    let wrong = found.filter(|(_, violations)| violations.is_empty() != pass);
    wrong.map(|(text, violations)| format!("{text:?}: {violations:?}")).collect()
}

#[test]
fn amounts_that_nobody_supports() {
    let texts = [
        "$9,999", "$ 9 999", "$9'999", "$9\u{2019}999", "$9_999", "$9.999,00", "$9\u{202F}999", "$9\u{2009}999.00",
        "9,999$", "9,999 $", "$\u{2007}9999", "$\t9999", "$\n9999", "\u{FE69}9,999", "$\u{FF19}\u{FF19}\u{FF19}",
        "$\u{669}\u{669}", "$9\u{FEFF}99", "$\u{200D}99", "$9\u{2060}9", "$9\u{FE0F}9", "$1,500\u{200B},000",
        "\u{A3}1,500.00", "\u{A5}1,500", "1,500 EUR", "EUR 1,500", "eur 1500", "1500\u{20AC}", "1.500,00 \u{20AC}",
        "CHF 1'500.00", "1500 Fr.", "Fr. 1500", "1,500.- CHF", "1500 kr", "\u{20B9}1,500", "Rs. 1,500", "Rs 1500",
        "C$1,500", "CA$1,500", "A$ 1,500", "CAD $1,500", "$1,500 CAD", "HK$1,500.00", "1,500 Canadian dollars",
        "1500 pounds", "1500 euros", "1500 yen", "USD9,999", "USD 9,999", "USD: 9,999", "US $9,999", "U.S.$9,999",
        "9,999 US dollars", "9,999 U.S. dollars", "9999 dollars", "9999 Dollars", "9,999 bucks", "9999usd", "9999 Usd",
        "nine thousand dollars", "Nine Thousand Nine Hundred Ninety-Nine dollars", "nine hundred USD",
        "a million dollars", "a million US dollars", "one dollar", "millions of dollars", "half a million dollars",
        "fifteen hundred and one dollars", "1,500 thousand dollars", "$1,500 thousand", "$1,500k", "$1,500K",
        "$1,500 K", "$1.5M", "$1.5 m", "$1,500mn", "$1,500 Mio", "$1,500 Mio.", "$1.5bn", "$1,500.00bn", "$1,500b",
        "$1,500 billion", "$1,500 trillion", "$1,500.00-million", "$1,500.00\u{A0}million", "$1,500.00\nmillion",
        "$1,500 crore", "$1,500 lakh", "$1,500 Mrd.", "1,500.00 million USD", "1,500 Millionen Dollar",
        "1,500 million dollars", "$1,500 hundred", "$1,500.00MM", "\u{FF04}1,500.00 \u{FF4D}\u{FF49}\u{FF4C}\u{FF4C}ion",
        "$1,500.00 mil\u{AD}lion", "$1,500.00 mil\u{200B}lion", "$1,500.0099", "$1,500.01", "$1,500.001",
        "$1,500,00", "$1,50", "$1.500", "$1.500.000", "$1,500,000", "$15,00,000", "$1,500.00.00", "$1,500e3",
        "$1,500x", "$.99", "$0.99", "99\u{A2}", "99 cents", "-$1,500.00", "$-1,500.00", "\u{2212}$1,500", "-1,500 USD",
        "minus $1,500", "negative 1500 dollars", "$1,500\u{BD}", "$1\u{BD}", "$\u{2460}", "$\u{B2}", "$1500-9,999",
        "9,999-$1,500", "$1,500 - 9,999", "9,999 to 1,500 USD", "$(9,999)", "$**9,999**", "**$**9,999", "$: 9,999",
        "1500 \u{440}\u{443}\u{431}.", "9999\u{5186}", "9999\u{4E07}\u{5186}", "\u{FFE5}9999", "\u{20A9}9,999",
        "\u{20BF}2", "2 BTC", "9,999 (USD)", "9,999-dollar refund", "ten grand in USD", "$3 dozen",
        "$1,500.00 and $9", "$1,500.00,$9", "$1,500,$9", "$9\u{336}9", "$\u{1D7D7}\u{1D7D7}", "9.999 USD", "USD 1.500",
        "USD\u{A0}9,999", "USD-9,999", "USD\u{2011}9,999", "$1,500.00USDmillion", "1\u{A0}500\u{A0}000 USD",
    ];
    assert_eq!(wrong(&texts, &source(), false), [""; 0]);
}

#[test]
fn amounts_that_are_supported() {
    let texts = [
        "$1,500.00", "$1500", "$1,500", "$1500.0", "$ 1,500.00", "$1'500", "$1 500", "$1_500", "$1\u{202F}500",
        "1500 USD", "1,500 USD", "1,500.00 USD", "USD 1,500", "USD1,500.00", "US$1,500", "US$ 1500", "U.S. $1,500",
        "1500 dollars", "1,500 US dollars", "1,500 U.S. dollars", "1500 American dollars", "1 500,00 USD",
        "1.500,00 USD", "1,500$", "1500 $", "\u{FF04}1,500", "$1.5k", "$1.5K", "1.5 thousand dollars",
        "fifteen hundred dollars", "one thousand five hundred dollars", "One Thousand Five Hundred US Dollars",
        "one thousand, five", "$1,500.", "$1,500, as agreed", "($1,500)", "\"$1,500\"", "refund\u{2014}$1,500",
        "- $1,500", "refund: $1,500/month",
        "pay $1,500 in 3 parts", "pay $1,500 by June 1, 2026 (10%)", "order 7: $1,500", "Items: 3, $1,500 each",
        "$1,500 to 3 customers", "1500 USD on June 1, 2026", "*$1,500*",
        "on 2026-06-01 $1,500 is due", "on 2026-06-01 USD 1,500 is due", "$1,500.00\nmore text", "$1,500 total",
        "$1,500\u{3092}", "$1,500 today", "$1,500 back", "$1,500 (USD)", "$1,500 T-shirts budget",
        "room 12 of 90", "3 kittens", "version 1.2.3", "call 555-1234", "it is 10:30", "in 2026", "I have 2 cats",
        "the top 10", "TOP 10 items", "try 5 times", "point 3", "a dozen eggs", "one of us", "the second one",
        "$1,500\u{AD}", "USD\u{A0}1,500.00",
    ];
    assert_eq!(wrong(&texts, &source(), true), [""; 0]);
}

#[test]
fn dates() {
    let texts = [
        "2027-01-02", "2027/01/02", "2027.01.02", "2027\u{2010}01\u{2010}02", "2027\u{2013}01\u{2013}02", "2027-1-2",
        "2027-01-02T10:00Z", "2027-01-02 10:00", "2026-06-02T00:00:00Z", "20270102T100000Z", "01/02/2027", "1/2/2027",
        "13/02/2027", "2.1.2027", "02.01.2027", "02-01-2027", "1/2/27", "02.01.27", "January 2, 2027", "Jan 2, 2027",
        "jan. 2 2027", "JANUARY 2 2027", "January 2nd, 2027", "January 2nd 2027", "January the 2nd, 2027",
        "2 January 2027", "2nd January 2027", "2nd of January 2027", "2 Jan 2027", "02-Jan-2027", "2/Jan/2027",
        "2. Januar 2027", "Jan 2 '27", "2 Jan 27", "January\u{A0}2,\u{A0}2027", "January\n2, 2027", "Jan\u{AD}uary 2, 2027",
        "January 2\u{200B}, 2027", "Saturday, January 2, 2027", "Sat 2 Jan 2027", "2027 January 2", "June 2nd, 2026",
        "June first, 2027", "the first of June, 2027", "\u{FF12}\u{FF10}\u{FF12}\u{FF17}-01-02", "2027\u{5E74}1\u{6708}2\u{65E5}",
        "2026-06-1\u{200B}1", "01-06-2026", "2027_01_02", "2027 / 01 / 02", "2026-06-31", "2026-13-01",
        "2 de enero de 2027", "le 2 janvier 2027", "June 1, 2026 or June 3, 2026", "January 2,2027", "January,2,2027",
    ];
    assert_eq!(wrong(&texts, &source(), false), [""; 0]);
    let same = [
        "2026-06-01", "June 1, 2026", "June 1st, 2026", "1 June 2026", "1st June 2026", "1st of June, 2026",
        "Jun 1, 2026", "Jun. 1 2026", "06/01/2026", "6/1/2026", "6/1/26", "01.06.2026", "1.6.2026", "2026/06/01",
        "2026\u{2011}06\u{2011}01", "2026-06-01T10:00Z", "2026-06-01 10:00", "June  1,  2026", "1-Jun-2026",
        "Monday, June 1, 2026", "the first of June, 2026", "June first, 2026", "2026-6-1", "1. Juni 2026",
    ];
    assert_eq!(wrong(&same, &source(), true), [""; 0]);
}

#[test]
fn percentages() {
    let texts = [
        "99%", "99 %", "99\u{202F}%", "99\u{FF05}", "99\u{FE6A}", "99\u{66A}", "99percent", "99 percent", "99 Percent",
        "99 per cent", "99 pct", "99 pct.", "99 percentage points", "99 Prozent", "ninety-nine percent", "ninety percent",
        "a hundred percent", "one hundred per cent", "-10%", "\u{2212}10%", "\u{2013}10 %", "minus 10%", "minus 10 percent",
        "10,5%", "10.5%", "99,10%", "110%", "1\u{AD}10%", "10.000%", "10\u{2030}",
        "10 basis points", "10 bps", "10 bp", "10 per mille", "0.10%", ".10%", "10\u{BD}%", "10e2%", "10k%", "10 thousand %",
        "9-10%", "10-20%", "9 to 10%", "9 - 10 percent", "1,010%", "%99", "(99)%", "**99**%", "99-percent", "1 010%",
        "99 pro\u{AD}zent", "99 p\u{200B}ct", "10.0.1%", "\u{661}\u{661}%",
    ];
    assert_eq!(wrong(&texts, &source(), false), [""; 0]);
    let same = [
        "10%", "10 %", "10.0%", "10,0%", "10.00 percent", "10 percent", "10pct", "10 per cent", "10 Prozent", "ten percent",
        "Ten Percent", "10\u{FF05}", "\u{FF11}\u{FF10}%", "10\u{A0}%", "(10%)", "1000 basis points", "1,000 bps",
        "100\u{2030}", "010%", "10-percent", "%10", "10% off", "up to 10%", "cut\u{2014}10%", "1\u{200B}0%",
    ];
    assert_eq!(wrong(&same, &source(), true), [""; 0]);
}

#[test]
fn forbidden_words_as_seen() {
    let texts = [
        "guarantee", "GUARANTEE", "guar\u{AD}antee", "g\u{200B}uarantee", "guaran\u{2060}tee", "gu\u{200D}arantee",
        "\u{FF47}\u{FF55}arantee", "guarante\u{336}e", "\u{202E}guarantee", "late\u{A0}fee", "late  fee", "late\nfee",
        "late\u{2003}fee", "\u{1D420}uarantee", "guarante\u{E0041}e", "gu\u{34F}arantee", "guar\u{61C}antee",
    ];
    assert_eq!(wrong(&texts, &source(), false), [""; 0]);
    assert_eq!(wrong(&["guaranteed", "fee late", "gu arantee", "latefee"], &source(), true), [""; 0]);
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
    let lies = ["INV-9999", "INV\u{200B}-9999", "INV-\u{FF19}\u{FF19}", "I\u{AD}NV-99", "INV-10\u{200B}01\u{200B}9", "INV-1001 INV-1"];
    assert_eq!(wrong(&lies, &source, false), [""; 0]);
    assert_eq!(wrong(&["INV-1001", "INV-10\u{200B}01 is due"], &source, true), [""; 0]);
}

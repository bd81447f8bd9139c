//! Currencies: signs, codes and names, each as one code.

use super::lex::{Kind, Pieces};
use crate::characters::CURRENCY;

/// ISO 4217 codes, and those of the best-known tokens. What is an English word as well is in [`ENGLISH`].
const CODES: &str = " AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN \
    BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ \
    GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL \
    LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN \
    PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD \
    TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG BTC ETH USDT USDC RMB CNH ";

/// Codes that are words in a sentence: they count in capitals behind a number only.
const ENGLISH: &str = " ALL BAM BOB COP CUP ERN GEL LAK MAD MOP NAD PEN RON SOS TOP TRY DOP MUR ";

/// Dollars of other countries, by what stands before the sign.
const DOLLARS: [(&[&str], &str); 14] = [
    (&["US", "USD", "U"], "USD"),
    (&["A", "AU", "AUD"], "AUD"),
    (&["C", "CA", "CAD", "CAN", "CDN"], "CAD"),
    (&["NZ", "NZD"], "NZD"),
    (&["HK", "HKD"], "HKD"),
    (&["S", "SG", "SGD"], "SGD"),
    (&["R", "BRL"], "BRL"),
    (&["MX", "MEX", "MXN"], "MXN"),
    (&["NT", "TWD"], "TWD"),
    (&["J", "JMD"], "JMD"),
    (&["TT", "TTD"], "TTD"),
    (&["BZ", "BZD"], "BZD"),
    (&["EC", "XCD"], "XCD"),
    (&["FJ", "FJD"], "FJD"),
];

const SIGNS: [(char, &str); 17] = [
    ('$', "USD"),
    ('\u{A3}', "GBP"),
    ('\u{A5}', "JPY"),
    ('\u{E3F}', "THB"),
    ('\u{20A3}', "FRF"),
    ('\u{20A4}', "GBP"),
    ('\u{20A6}', "NGN"),
    ('\u{20A9}', "KRW"),
    ('\u{20AA}', "ILS"),
    ('\u{20AB}', "VND"),
    ('\u{20AC}', "EUR"),
    ('\u{20B1}', "PHP"),
    ('\u{20B4}', "UAH"),
    ('\u{20B9}', "INR"),
    ('\u{20BA}', "TRY"),
    ('\u{20BD}', "RUB"),
    ('\u{20BF}', "BTC"),
];

/// Names in lower case.
const NAMES: [(&[&str], &str); 26] = [
    (
        &["dollar", "dollars", "dollaro", "dollari", "dolar", "dolares", "d\u{F3}lares", "buck", "bucks"],
        "USD",
    ),
    (&["euro", "euros", "eur"], "EUR"),
    (&["pound", "pounds", "sterling", "quid"], "GBP"),
    (&["yen"], "JPY"),
    (&["yuan", "renminbi", "rmb"], "CNY"),
    (&["franc", "francs", "franken", "fr", "sfr", "frs", "franchi"], "CHF"),
    (&["rupee", "rupees", "rs", "inr"], "INR"),
    (&["peso", "pesos"], "MXN"),
    (&["krona", "kronor"], "SEK"),
    (&["krone", "kroner", "kr"], "NOK"),
    (&["ruble", "rubles", "rouble", "roubles", "rub"], "RUB"),
    (&["reais"], "BRL"),
    (&["rand"], "ZAR"),
    (&["shekel", "shekels"], "ILS"),
    (&["lira", "liras"], "TRY"),
    (&["baht"], "THB"),
    (&["dirham", "dirhams"], "AED"),
    (&["riyal", "riyals"], "SAR"),
    (&["zloty", "zlotys", "z\u{142}"], "PLN"),
    (&["koruna", "korun", "k\u{10D}"], "CZK"),
    (&["forint", "forints"], "HUF"),
    (&["naira"], "NGN"),
    (&["bitcoin", "bitcoins"], "BTC"),
    (&["ether"], "ETH"),
    (&["rupiah"], "IDR"),
    (&["ringgit"], "MYR"),
];

/// Names in other scripts, by their beginnings.
const STEMS: [(&str, &str); 8] = [
    ("\u{5186}", "JPY"),
    ("\u{5143}", "CNY"),
    ("\u{4EBA}\u{6C11}\u{5E01}", "CNY"),
    ("\u{7F8E}\u{5143}", "USD"),
    ("\u{6B27}\u{5143}", "EUR"),
    ("\u{C6D0}", "KRW"),
    ("\u{440}\u{443}\u{431}", "RUB"),
    ("\u{434}\u{43E}\u{43B}", "USD"),
];

/// Countries before a name, as in `Canadian dollars`.
const COUNTRIES: [(&str, &str, &str); 12] = [
    ("us", "USD", "USD"),
    ("american", "USD", "USD"),
    ("canadian", "USD", "CAD"),
    ("australian", "USD", "AUD"),
    ("kong", "USD", "HKD"),
    ("singapore", "USD", "SGD"),
    ("zealand", "USD", "NZD"),
    ("swiss", "CHF", "CHF"),
    ("swedish", "SEK", "SEK"),
    ("danish", "NOK", "DKK"),
    ("norwegian", "NOK", "NOK"),
    ("indian", "INR", "INR"),
];

/// A currency in a text, and how far a number beside it is from being in its main unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Currency {
    pub(super) code: String,
    /// -2 for cents.
    pub(super) power: i64,
    /// Whether it is a name, which stands behind its number.
    pub(super) is_name: bool,
}

fn named(code: &str, is_name: bool) -> Currency {
    Currency { code: code.to_owned(), power: 0, is_name }
}

/// Whether a word in lower case can be a currency behind a number.
pub(super) fn is_named(word: &str) -> bool {
    name(word).is_some() || is_code(&word.to_uppercase())
}

fn is_code(word: &str) -> bool {
    CODES.contains(&format!(" {word} "))
}

fn name(word: &str) -> Option<Currency> {
    let small = match word {
        "cent" | "cents" | "ct" | "cts" => Some("USD"),
        "pence" | "penny" => Some("GBP"),
        _ => None,
    };
    if let Some(code) = small {
        return Some(Currency { power: -2, ..named(code, true) });
    }
    NAMES.iter().find(|(names, _)| names.contains(&word)).map(|(_, code)| named(code, true))
}

/// The code of a word: in capitals, or in another case when it is no English word.
fn code(word: &str, behind_number: bool) -> Option<Currency> {
    let capitals = word.to_uppercase();
    let english = ENGLISH.contains(&format!(" {capitals} "));
    let counts = is_code(&capitals) && (!english || (behind_number && word == capitals));
    let code = if matches!(capitals.as_str(), "RMB" | "CNH") { "CNY" } else { &capitals };
    counts.then(|| named(code, false))
}

/// The currency at a piece, and the position behind it.
pub(super) fn behind_number(pieces: &Pieces<'_>, index: usize) -> Option<(Currency, usize)> {
    if let Some(found) = one(pieces, index, true) {
        return Some((found, index + 1));
    }
    // `Canadian dollars`, `U.S. dollars`, `US-$`, `Hong Kong dollars`.
    let parts = (index + 1..index + 6).take_while(|at| is_country_part(pieces, at - 1));
    let (last, mut found) = parts
        .filter_map(|at| Some((at, one(pieces, at, true)?)))
        .find(|(at, found)| found.is_name || pieces.mark(*at) == Some('$'))?;
    let country = (index..last).rev().find_map(|at| pieces.lower(at))?;
    let known = COUNTRIES.iter().find(|(name, main, _)| *name == country && *main == found.code);
    if let Some(&(_, _, code)) = known {
        code.clone_into(&mut found.code);
    } else if country != "s" {
        return None;
    }
    Some((found, last + 1))
}

fn is_country_part(pieces: &Pieces<'_>, index: usize) -> bool {
    pieces.word(index).is_some() || pieces.is_blank(index) || matches!(pieces.mark(index), Some('.' | '-'))
}

/// The currency that ends at a piece, and where it begins.
pub(super) fn before_number(pieces: &Pieces<'_>, index: usize) -> Option<(Currency, usize)> {
    let found = one(pieces, index, false)?;
    let qualifier = |at: usize| {
        let word = pieces.word(at)?;
        let known = DOLLARS.iter().find(|(words, _)| words.contains(&word)).map(|(_, code)| *code);
        let unknown = word.len() <= 3 && word.bytes().all(|byte| byte.is_ascii_uppercase());
        known.map(str::to_owned).or_else(|| unknown.then(|| format!("{word}$")))
    };
    if pieces.mark(index) == Some('$') {
        if let Some((at, code)) = index.checked_sub(1).and_then(|at| Some((at, qualifier(at)?))) {
            return Some((named(&code, false), at));
        }
        let code = index.checked_sub(2).filter(|_| pieces.is_blank(index - 1)).and_then(|at| {
            let word = pieces.word(at)?;
            Some((at, qualifier(at).filter(|code| word.len() >= 2 && !code.ends_with('$'))?))
        });
        if let Some((at, code)) = code {
            return Some((named(&code, false), at));
        }
    }
    Some((found, index))
}

fn one(pieces: &Pieces<'_>, index: usize, behind: bool) -> Option<Currency> {
    match pieces.kind(index)? {
        Kind::Mark('\u{A2}') => Some(Currency { power: -2, ..named("USD", false) }),
        Kind::Mark(sign) if CURRENCY.contains(sign) => {
            let known = SIGNS.iter().find(|(known, _)| *known == sign).map(|(_, code)| *code);
            Some(named(known.unwrap_or(&sign.to_string()), false))
        }
        Kind::Word => {
            let word = pieces.text(index);
            code(word, behind).or_else(|| name(&word.to_lowercase()))
        }
        Kind::Letters => {
            let text = pieces.text(index).to_lowercase();
            STEMS.iter().find(|(stem, _)| text.starts_with(stem)).map(|(_, code)| named(code, true))
        }
        _ => None,
    }
}

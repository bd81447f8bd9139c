//! The checks, in order: required facts, forbidden patterns, stated facts.

use std::collections::BTreeSet;

use dashclaw::canonical::canonical_text;
use regex::Regex;
use serde_json::Value;

use super::evidence::{Violation, ViolationCode};
use super::extract::{Token, dates, is_money, money, percentages};
use super::source::{Fact, Source};

/// Checks a text against a source of truth. An unusable source is one `engine_error`; otherwise every violation is
/// listed, required facts first, then forbidden patterns, then stated facts in the order of their kinds.
pub fn check_text(text: &str, source: &Value) -> Vec<Violation> {
    match Source::read(source) {
        Ok(source) => {
            let text = canonical_text(text);
            let mut violations = missing(&text, &source);
            violations.extend(forbidden(&text, &source));
            violations.extend(fabricated(&text, &source));
            violations
        }
        Err(problem) => {
            let detail = format!("non_fabrication: {problem}");
            vec![Violation::with_detail(ViolationCode::EngineError, "engine", detail)]
        }
    }
}

fn missing(text: &str, source: &Source) -> Vec<Violation> {
    let absent = source.required.iter().filter(|fact| !is_stated(text, fact));
    absent.map(|fact| Violation::new(ViolationCode::MissingRequired, &fact.label)).collect()
}

fn is_stated(text: &str, fact: &Fact) -> bool {
    let Some((prefix, suffix)) = &fact.slot else { return text.contains(&fact.value) };
    text.contains(&format!("{prefix}{}{suffix}", fact.value)) || states_amount(text, prefix, &fact.value)
}

/// Whether the first amount after the prefix has the value of a fact that is an amount.
fn states_amount(text: &str, prefix: &str, value: &str) -> bool {
    let value = value.trim();
    if !is_money(value) {
        return false;
    }
    let Some((_, after)) = text.split_once(prefix) else { return false };
    money(after).first().map(|token| &token.compared) == money(value).first().map(|token| &token.compared)
}

fn forbidden(text: &str, source: &Source) -> Vec<Violation> {
    let excused = |regex: &Regex| source.allowed.iter().any(|fact| regex.is_match(&fact.value));
    let hits =
        source.forbidden.iter().filter(|pattern| pattern.regex.is_match(text) && !excused(&pattern.regex));
    hits.map(|pattern| Violation::new(ViolationCode::ForbiddenMatch, &pattern.label)).collect()
}

/// Finds the facts of one kind in a text.
type Extract = fn(&str) -> Vec<Token>;

fn fabricated(text: &str, source: &Source) -> Vec<Violation> {
    let mut violations = Vec::new();
    let kinds: [(&str, bool, Extract); 3] = [
        ("money", source.money, money),
        ("date", source.dates, dates),
        ("percentage", source.percentages, percentages),
    ];
    for (label, wanted, extract) in kinds {
        if wanted {
            violations.extend(unsupported(label, text, source, extract));
        }
    }
    for pattern in &source.patterns {
        violations.extend(unsupported(&pattern.label, text, source, |text| matches(&pattern.regex, text)));
    }
    violations
}

fn matches(regex: &Regex, text: &str) -> Vec<Token> {
    let found = regex.find_iter(text).map(|found| found.as_str().to_owned()).filter(|raw| !raw.is_empty());
    found.map(|raw| Token { compared: raw.clone(), raw }).collect()
}

/// Facts of one kind that the text states and no allowed or required value states.
fn unsupported(
    label: &str,
    text: &str,
    source: &Source,
    extract: impl Fn(&str) -> Vec<Token>,
) -> Vec<Violation> {
    let stated = extract(text);
    if stated.is_empty() {
        return Vec::new();
    }
    let known: BTreeSet<String> =
        source.corpus().flat_map(|value| extract(value).into_iter().map(|token| token.compared)).collect();
    let unknown = stated.into_iter().filter(|token| !known.contains(&token.compared));
    unknown.map(|token| Violation::with_detail(ViolationCode::FabricatedFact, label, token.raw)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn summary(text: &str, source: &Value) -> Vec<String> {
        let word =
            |v: &Violation| format!("{} {} {}", v.code.as_str(), v.label, v.detail.as_deref().unwrap_or("-"));
        check_text(text, source).iter().map(word).collect()
    }

    #[test]
    fn the_official_checker_agrees_on_every_vector() {
        let file: Value = serde_json::from_str(include_str!("../../../tests/vectors/issued.json")).unwrap();
        let mut checked = 0;
        for vector in file["receipts"].as_array().unwrap() {
            let input = &vector["input"];
            // Vectors with a given verdict test the signing only.
            if input.get("verdict_given").is_some() {
                continue;
            }
            let found = check_text(input["candidate"].as_str().unwrap(), &input["source_of_truth"]);
            let expected = &vector["expected"]["verdict"];
            assert_eq!(serde_json::to_value(&found).unwrap(), expected["violations"], "{}", vector["name"]);
            assert_eq!(found.is_empty(), expected["verdict"] == "pass", "{}", vector["name"]);
            checked += 1;
        }
        assert_eq!(checked, 6);
    }

    #[test]
    fn slots_and_blank_values() {
        let required = |fact: Value| json!({"allowedFacts": [{"value": "$9"}], "requiredFacts": [fact]});
        let slotted = required(json!({"label": "due", "value": "$1,500.00", "slot": {"prefix": "Total: "}}));
        assert!(summary("Total: $1,500.00", &slotted).is_empty());
        assert!(summary("Total: about $1500", &slotted).is_empty());
        assert_eq!(summary("Total: $9 of $1500", &slotted), ["missing_required due -"]);
        assert_eq!(summary("$1500 in all", &slotted), ["missing_required due -"]);
        let both = required(json!({"label": "n", "value": "7", "slot": {"prefix": "No. ", "suffix": "!"}}));
        assert!(summary("No. 7!", &both).is_empty());
        assert_eq!(summary("No. 7", &both), ["missing_required n -"]);
        assert!(summary("x", &required(json!({"label": "blank", "value": "  "}))).is_empty());
        assert!(summary("x", &required(json!({"label": "null", "value": null}))).is_empty());
        assert_eq!(summary("x", &required(json!({"value": "Y"}))), ["missing_required Y -"]);
    }

    #[test]
    fn typography_makes_no_difference() {
        let source = json!({"allowedFacts": [], "requiredFacts": [{"label": "q", "value": "\u{201C}a\u{2013}b\u{2026}"}]});
        assert!(summary("say \"a-b...", &source).is_empty());
    }

    #[test]
    fn a_forbidden_hit_is_excused_by_an_allowed_value_only() {
        let source = |allowed: &str, required: &str| {
            json!({
                "allowedFacts": [{"value": allowed}], "requiredFacts": [{"value": required}],
                "forbiddenPatterns": [{"pattern": "guarantee", "label": "promise"}]
            })
        };
        assert_eq!(summary("Guarantee! ok", &source("none", "ok")), ["forbidden_match promise -"]);
        assert!(summary("guarantee ok", &source("12 month guarantee", "ok")).is_empty());
        assert_eq!(summary("guarantee", &source("x", "guarantee")), ["forbidden_match promise -"]);
        assert!(summary("guaranteed ok", &source("x", "ok")).is_empty());
    }

    #[test]
    fn stated_facts_must_trace_and_kinds_can_be_turned_off() {
        let source = |extract: Value| json!({"allowedFacts": [{"value": "$5 on 2026-01-02, 10%"}], "requiredFacts": [], "extract": extract});
        assert!(summary("$5.00 on January 2, 2026 at 10 %", &source(json!(null))).is_empty());
        let lie = "$6 on 2026-01-03 at 11%";
        let all =
            ["fabricated_fact money $6", "fabricated_fact date 2026-01-03", "fabricated_fact percentage 11%"];
        assert_eq!(summary(lie, &source(json!({}))), all);
        assert_eq!(summary(lie, &source(json!({"money": null, "dates": true}))), all);
        assert_eq!(summary(lie, &source(json!({"money": false, "dates": false}))), all[2..]);
        let patterns = json!({"patterns": [{"pattern": "INV-[0-9]+", "label": "invoice"}]});
        let corpus =
            json!({"allowedFacts": [{"value": "INV-10011"}], "requiredFacts": [], "extract": patterns});
        assert_eq!(
            summary("INV-1001", &corpus),
            ["fabricated_fact invoice INV-1001"],
            "a part of a fact is no fact"
        );
    }

    #[test]
    fn an_unusable_source_is_an_engine_error_and_nothing_else() {
        let broken = [
            json!({"allowedFacts": [{"value": 5}], "requiredFacts": []}),
            json!({"allowedFacts": ["$5"], "requiredFacts": []}),
            json!({"allowedFacts": [], "requiredFacts": [{"value": "x", "slot": "y"}]}),
            json!({"allowedFacts": [], "requiredFacts": [], "forbiddenPatterns": {}}),
            json!({"allowedFacts": [], "requiredFacts": [], "forbiddenPatterns": [{"pattern": "["}]}),
            json!({"allowedFacts": [], "requiredFacts": [], "forbiddenPatterns": vec![json!({"pattern": "a"}); 101]}),
            json!({"allowedFacts": [], "requiredFacts": [], "extract": []}),
            json!({"allowedFacts": [], "requiredFacts": [], "extract": {"patterns": "INV"}}),
        ];
        for source in broken {
            let found = check_text("$1", &source);
            assert_eq!(found.len(), 1, "{source}");
            assert_eq!((found[0].code, found[0].label.as_str()), (ViolationCode::EngineError, "engine"));
        }
    }

    proptest! {
        #[test]
        fn any_text_and_pattern_end_in_a_verdict(text in ".{0,200}", pattern in ".{0,30}", value in ".{0,30}") {
            let source = json!({
                "allowedFacts": [{"value": value}],
                "requiredFacts": [{"label": "r", "value": text, "slot": {"prefix": value, "suffix": pattern}}],
                "forbiddenPatterns": [{"pattern": pattern, "label": "f"}],
                "extract": {"patterns": [{"pattern": pattern, "label": "p"}]}
            });
            let _ = check_text(&text, &source);
        }

        #[test]
        fn a_text_made_of_its_facts_passes(amount in 0_u32..10_000_000, percent in 0_u32..500) {
            let value = format!("${amount} and {percent}%");
            let source = json!({"allowedFacts": [{"value": value}], "requiredFacts": [{"value": value}]});
            prop_assert_eq!(check_text(&value, &source), vec![]);
        }
    }
}

//! The checks, in order: required facts, forbidden patterns, stated facts.

use std::collections::BTreeSet;
use std::ops::Range;

use dashclaw::canonical::canonical_text;
use regex::Regex;
use serde_json::Value;

use super::deadline::Deadline;
use super::evidence::{Violation, ViolationCode};
use super::fold::Folded;
use super::source::{Source, SourceFact};
use super::stated::{Fact, Stated, is_amount};

/// Longest text in characters that is checked.
const MAX_TEXT: usize = 50_000;
/// Most violations that are listed: patterns and text come from the one who asks, so their number is his choice.
const MAX_VIOLATIONS: usize = 1_000;

/// Checks a text against a source of truth. A source that cannot be used, a text that is too long, and a check that
/// does not finish in time are one `engine_error`; otherwise the violations are listed (the first thousand of them),
/// required facts first, then forbidden patterns, then stated facts in the order of their kinds.
pub fn check_text(text: &str, source: &Value, deadline: Deadline) -> Vec<Violation> {
    violations(text, source, deadline).unwrap_or_else(|problem| {
        let detail = format!("non_fabrication: {problem}");
        vec![Violation::with_detail(ViolationCode::EngineError, "engine", detail)]
    })
}

fn violations(text: &str, source: &Value, deadline: Deadline) -> Result<Vec<Violation>, String> {
    if text.chars().count() > MAX_TEXT {
        return Err(format!("the text has more than {MAX_TEXT} characters"));
    }
    let source = Source::read(source)?;
    let text = canonical_text(text);
    let seen = Seen { canonical: &text, folded: Folded::new(&text), deadline };
    let mut violations = missing(&seen, &source)?;
    violations.extend(forbidden(&seen, &source)?);
    fabricated(&seen, &source, &mut violations)?;
    violations.truncate(MAX_VIOLATIONS);
    Ok(violations)
}

/// The text in the form that is compared with required facts and in the form that a person sees.
struct Seen<'a> {
    canonical: &'a str,
    folded: Folded<'a>,
    deadline: Deadline,
}

fn missing(seen: &Seen<'_>, source: &Source) -> Result<Vec<Violation>, String> {
    let mut missing = Vec::new();
    for fact in &source.required {
        seen.deadline.check()?;
        if !is_stated(seen.canonical, fact) {
            missing.push(Violation::new(ViolationCode::MissingRequired, &fact.label));
        }
    }
    Ok(missing)
}

fn is_stated(text: &str, fact: &SourceFact) -> bool {
    let Some((prefix, suffix)) = &fact.slot else { return text.contains(&fact.value) };
    text.contains(&format!("{prefix}{}{suffix}", fact.value)) || states_amount(text, prefix, &fact.value)
}

/// Whether the first amount after the prefix has the value of a fact that is an amount.
fn states_amount(text: &str, prefix: &str, value: &str) -> bool {
    let value = value.trim();
    if !is_amount(value) {
        return false;
    }
    let Some((_, after)) = text.split_once(prefix) else { return false };
    let first = |text: &str| Stated::read(text).money.into_iter().next().map(|fact| fact.readings);
    first(after) == first(value)
}

fn forbidden(seen: &Seen<'_>, source: &Source) -> Result<Vec<Violation>, String> {
    let mut hits = Vec::new();
    for pattern in &source.forbidden {
        seen.deadline.check()?;
        let regex = pattern.compile()?;
        if is_hit(&regex, seen.canonical, seen.folded.text()) && !is_excused(seen, source, &regex)? {
            hits.push(Violation::new(ViolationCode::ForbiddenMatch, &pattern.label));
        }
    }
    Ok(hits)
}

/// Whether a pattern matches a text as written or as seen.
fn is_hit(regex: &Regex, canonical: &str, folded: &str) -> bool {
    regex.is_match(canonical) || (canonical != folded && regex.is_match(folded))
}

fn is_excused(seen: &Seen<'_>, source: &Source, regex: &Regex) -> Result<bool, String> {
    for fact in &source.allowed {
        seen.deadline.check()?;
        if is_hit(regex, &fact.value, Folded::new(&fact.value).text()) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn fabricated(seen: &Seen<'_>, source: &Source, violations: &mut Vec<Violation>) -> Result<(), String> {
    seen.deadline.check()?;
    let stated = Stated::read(seen.canonical);
    let mut known = Stated::default();
    for value in source.corpus() {
        seen.deadline.check()?;
        known.add(Stated::read(value));
    }
    let kinds = [
        ("money", source.money, &stated.money, &known.money),
        ("date", source.dates, &stated.dates, &known.dates),
        ("percentage", source.percentages, &stated.percentages, &known.percentages),
    ];
    for (label, wanted, stated, known) in kinds {
        if wanted {
            violations.extend(unsupported(label, stated, known));
        }
    }
    for pattern in &source.patterns {
        seen.deadline.check()?;
        let regex = pattern.compile()?;
        if violations.len() > MAX_VIOLATIONS {
            continue;
        }
        let stated = matches(&regex, seen.canonical, &seen.folded, seen.deadline)?;
        let mut known = Vec::new();
        // The values are looked at only when the text has something to support.
        for value in source.corpus().filter(|_| !stated.is_empty()) {
            known.extend(matches(&regex, value, &Folded::new(value), seen.deadline)?);
        }
        violations.extend(unsupported(&pattern.label, &stated, &known));
    }
    Ok(())
}

/// The matches of a pattern in a text as seen, and those in the text as written that are not part of one of them.
fn matches(
    regex: &Regex,
    canonical: &str,
    folded: &Folded<'_>,
    deadline: Deadline,
) -> Result<Vec<Fact>, String> {
    let seen = ranges(regex, folded.text(), deadline)?;
    let mut found: Vec<(Range<usize>, &str)> =
        seen.into_iter().map(|range| (folded.origin(&range), &folded.text()[range])).collect();
    if canonical != folded.text() {
        let written = ranges(regex, canonical, deadline)?;
        let lies_in = |range: &Range<usize>| {
            let after = found.partition_point(|(seen, _)| seen.start <= range.start);
            found[..after].last().is_some_and(|(seen, _)| range.end <= seen.end)
        };
        let others: Vec<_> = written.into_iter().filter(|range| !lies_in(range)).collect();
        found.extend(others.into_iter().map(|range| (range.clone(), &canonical[range])));
        found.sort_by_key(|(range, _)| range.start);
    }
    let fact = |(range, text): (Range<usize>, &str)| Fact {
        raw: canonical[range].to_owned(),
        readings: [Folded::new(text).text().to_owned()].into(),
    };
    Ok(found.into_iter().map(fact).collect())
}

/// Where a pattern matches something.
fn ranges(regex: &Regex, text: &str, deadline: Deadline) -> Result<Vec<Range<usize>>, String> {
    deadline.check()?;
    let mut ranges = Vec::new();
    for found in regex.find_iter(text) {
        deadline.check()?;
        if !found.is_empty() {
            ranges.push(found.range());
        }
    }
    Ok(ranges)
}

/// The facts of one kind that no allowed or required value supports: each meaning must be one that some value has for
/// certain, or a value must be as ambiguous in the same way.
fn unsupported(label: &str, stated: &[Fact], known: &[Fact]) -> Vec<Violation> {
    let certain: BTreeSet<&String> =
        known.iter().filter(|fact| fact.readings.len() == 1).flat_map(|fact| &fact.readings).collect();
    let alike: BTreeSet<&BTreeSet<String>> = known.iter().map(|fact| &fact.readings).collect();
    let supported = |fact: &Fact| {
        alike.contains(&fact.readings) || fact.readings.iter().all(|reading| certain.contains(reading))
    };
    let unknown = stated.iter().filter(|fact| !supported(fact)).take(MAX_VIOLATIONS);
    unknown
        .map(|fact| Violation::with_detail(ViolationCode::FabricatedFact, label, fact.raw.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn summary(text: &str, source: &Value) -> Vec<String> {
        let word =
            |v: &Violation| format!("{} {} {}", v.code.as_str(), v.label, v.detail.as_deref().unwrap_or("-"));
        check_text(text, source, Deadline::default()).iter().map(word).collect()
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
            let found = check_text(
                input["candidate"].as_str().unwrap(),
                &input["source_of_truth"],
                Deadline::default(),
            );
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
            let found = check_text("$1", &source, Deadline::default());
            assert_eq!(found.len(), 1, "{source}");
            assert_eq!((found[0].code, found[0].label.as_str()), (ViolationCode::EngineError, "engine"));
        }
    }

    #[test]
    fn a_check_that_is_late_or_too_large_is_an_engine_error() {
        let source =
            json!({"allowedFacts": [], "requiredFacts": [], "extract": {"patterns": [{"pattern": "a"}]}});
        let detail = |text: &str, source: &Value, deadline: Deadline| {
            let found = check_text(text, source, deadline);
            assert_eq!((found.len(), found[0].code), (1, ViolationCode::EngineError), "{found:?}");
            found[0].detail.clone().unwrap()
        };
        let past = Deadline::new(Some(std::time::Instant::now()));
        assert!(detail("hello", &source, past).ends_with("the check did not finish in time"));
        assert!(detail(&"x".repeat(MAX_TEXT + 1), &source, Deadline::default()).contains("50000 characters"));
        let long = json!({"allowedFacts": [{"value": "x".repeat(200_001)}], "requiredFacts": []});
        assert!(detail("hello", &long, Deadline::default()).contains("200000 characters"));
        let heavy = json!({
            "allowedFacts": [], "requiredFacts": [],
            "extract": {"patterns": [{"pattern": "(?:a|b|ab|a?){1734}c"}]}
        });
        assert!(detail("hello", &heavy, Deadline::default()).contains("repeats too much"));
    }

    #[test]
    fn the_longest_legal_check_stops_at_its_deadline() {
        let pattern = json!({"pattern": "(?:[ab])*a[ab]{290}c", "label": "p"});
        let source = json!({
            "allowedFacts": [], "requiredFacts": [], "forbiddenPatterns": vec![pattern.clone(); 100],
            "extract": {"patterns": vec![pattern; 100]}
        });
        let soon = std::time::Instant::now() + std::time::Duration::from_millis(100);
        let found = check_text(&"ab".repeat(MAX_TEXT / 2), &source, Deadline::new(Some(soon)));
        assert_eq!((found.len(), found[0].code), (1, ViolationCode::EngineError));
    }

    #[test]
    fn violations_are_listed_up_to_a_thousand() {
        let source = json!({
            "allowedFacts": [], "requiredFacts": [],
            "extract": {"patterns": vec![json!({"pattern": "x", "label": "x"}); 100]}
        });
        assert_eq!(check_text(&"x ".repeat(25_000), &source, Deadline::default()).len(), MAX_VIOLATIONS);
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
            let _ = check_text(&text, &source, Deadline::default());
        }

        #[test]
        fn a_text_made_of_its_facts_passes(amount in 0_u32..10_000_000, percent in 0_u32..500) {
            let value = format!("${amount} and {percent}%");
            let source = json!({"allowedFacts": [{"value": value}], "requiredFacts": [{"value": value}]});
            prop_assert_eq!(check_text(&value, &source, Deadline::default()), vec![]);
        }
    }
}

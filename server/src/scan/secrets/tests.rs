use proptest::prelude::*;
use serde_json::json;

use super::*;

/// Texts with a secret each, from a file, and what must be found in them.
fn vectors(group: &str) -> Vec<String> {
    let text = include_str!("vectors.json");
    let groups: std::collections::BTreeMap<String, Vec<String>> = serde_json::from_str(text).unwrap();
    // Cut in two in the file, so that no scanner of this repository trips over it.
    groups[group].iter().map(|text| text.replace("~~", "")).collect()
}

/// One secret for every old name, put together at run time for the same reason.
fn samples() -> Vec<(&'static str, String)> {
    let long = "a1B2c3D4e5".repeat(5);
    vec![
        (
            "private_key",
            format!("-----BEGIN RSA PRIVATE {0}-----\nMIIabc\n-----END RSA PRIVATE {0}-----", "KEY"),
        ),
        ("database_url", format!("{}://user:pw@db/x", "postgres")),
        ("aws_access_key", format!("AK{}IOSFODNN7EXAMPLE", "IA")),
        ("aws_secret_key", format!("aws_secret_access_key = {}", &long[..40])),
        ("github_token", format!("gh{}_{}", "p", &long[..36])),
        ("github_fine_grained_token", format!("github_{}_{long}", "pat")),
        ("anthropic_key", format!("sk-{}-api03-{long}", "ant")),
        ("openai_key", format!("sk{}{}", "-", &long[..24])),
        ("stripe_key", format!("sk_{}_{}", "live", &long[..24])),
        ("dashclaw_key", format!("oc_{}_{}", "live", "0123456789abcdef".repeat(2))),
        ("slack_token", format!("xox{}-123456789012-abc", "b")),
        ("jwt", format!("ey{0}hbGciOiJI.ey{0}zdWIiOiIx.c2ln", "J")),
        ("bearer_token", format!("Bearer {}", &long[..24])),
        ("password", "DB_PASSWORD='hunter2!'".into()),
        ("api_key", format!("\"api_key\": \"{}\"", &long[..20])),
        ("access_token", format!("client_secret={}", &long[..20])),
        ("secret", format!("ENCRYPTION_KEY={}", &long[..20])),
    ]
}

#[test]
fn samples_are_redacted_by_name() {
    for (name, secret) in samples() {
        let text = format!("before {secret} after");
        let (redacted, findings) = redact(&text);
        assert_eq!(findings[0].pattern, name, "{redacted}");
        assert!(redacted.contains(&format!("[REDACTED:{name}]")), "{redacted}");
        assert!(redacted.starts_with("before ") && redacted.ends_with(" after"), "{redacted}");
    }
}

#[test]
fn known_forms_are_found_and_harmless_texts_are_not() {
    let missed: Vec<_> = vectors("secrets").into_iter().filter(|text| redact(text).1.is_empty()).collect();
    assert!(missed.is_empty(), "missed: {missed:#?}");
    let wrong: Vec<_> = vectors("harmless").into_iter().filter(|text| !redact(text).1.is_empty()).collect();
    assert!(wrong.is_empty(), "found in: {wrong:#?}");
}

/// Every rule with an expression finds something in the vectors, so that none is dead.
#[test]
fn every_rule_is_needed() {
    let found: std::collections::BTreeSet<&str> =
        vectors("secrets").iter().flat_map(|text| redact(text).1).map(|finding| finding.pattern).collect();
    let dead: Vec<_> = RULES.iter().map(|rule| rule.name).filter(|name| !found.contains(name)).collect();
    assert!(dead.is_empty(), "{dead:?}");
}

/// The work that a text costs grows with its length and no faster, even for texts that are made to cost.
#[test]
fn work_grows_with_the_text() {
    let key = "PRIVATE KEY-----\n";
    let begin = format!("-----BEGIN {key}");
    let whole = format!("{begin}abc\n-----END {key}");
    let units = [
        "password=",
        "password=hunter22 ",
        "password=\"",
        "token: ",
        "token=\\",
        "gh\u{70}_",
        "eyJaaaaaaaa.",
        "[REDACTED:",
        "[REDACTED:jwt]",
        "://",
        "http://u:p@",
        "postgres://",
        "curl -u ",
        ".aaaaaa",
        "Bearer ",
        "secret",
        "a",
        begin.as_str(),
        whole.as_str(),
        "-----BEGIN CERTIFICATE-----\n",
    ];
    let work = |unit: &str, size: usize| find::search(&unit.repeat(size / unit.len())).1;
    for unit in units {
        let (small, large) = (work(unit, 20_000), work(unit, 160_000));
        assert!(large <= 9 * small + 20_000, "{unit:?}: {small} bytes, then {large}");
    }
}

#[test]
fn other_spellings_of_a_secret_are_secrets() {
    let key = format!("gh\u{70}_{}", "a1".repeat(18));
    let wide: String = key.chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap()).collect();
    for spelled in [key.replace("p_", "p\u{200b}_"), key.replace('1', "1\u{ad}"), wide] {
        let (redacted, findings) = redact(&spelled);
        assert_eq!((redacted.as_ref(), findings.len()), ("[REDACTED:github_token]", 1), "{spelled}");
    }
    assert!(matches!(redact("e\u{301}t\u{e9} \u{200b}").0, Cow::Borrowed(_)));
}

#[test]
fn long_secrets_are_taken_to_their_end() {
    let long = "a1B2c3D4e5".repeat(500);
    for text in
        [format!("token={long} end"), format!("\"password\": \"{long}\" end"), format!("gh\u{70}_{long} end")]
    {
        let redacted = redact(&text).0.into_owned();
        assert!(redacted.len() < 60 && redacted.ends_with(" end"), "{redacted}");
    }
}

#[test]
fn values_of_json_are_redacted_with_their_names() {
    let key = format!("gh\u{70}_{}", "a".repeat(36));
    let mut value = json!({
        "password": "correct", "Api-Key": "x", "nested": [{ "authToken": "y" }], "tokens": 12, "token_type": "Bearer",
        "note": format!("use {key}"), key.clone(): 1, "env": [{ "name": "DB_PASSWORD", "value": "z" }],
        "password_policy": "long", "passwords": ["a", ""], "secret": null, "done": true,
    });
    let findings = redact_value(&mut value);
    assert_eq!(findings.len(), 7, "{findings:?}");
    let expected = json!({
        "password": "[REDACTED:password]", "Api-Key": "[REDACTED:api_key]",
        "nested": [{ "authToken": "[REDACTED:access_token]" }], "tokens": 12, "token_type": "Bearer",
        "note": "use [REDACTED:github_token]", "[REDACTED:github_token]": 1,
        "env": [{ "name": "DB_PASSWORD", "value": "[REDACTED:password]" }],
        "password_policy": "long", "passwords": ["[REDACTED:password]", ""], "secret": null, "done": true,
    });
    assert_eq!(value, expected);
    assert!(redact_value(&mut value).is_empty(), "a second time nothing is found");
}

#[test]
fn names_that_become_alike_keep_their_values() {
    let key = |last: &str| format!("gh\u{70}_{}{last}", "a".repeat(36));
    let mut value = json!({ key("1"): 1, key("2"): 2 });
    redact_value(&mut value);
    assert_eq!(value, json!({ "[REDACTED:github_token]": 1, "[REDACTED:github_token]'": 2 }));
}

#[test]
fn clean_text_is_borrowed_and_unchanged() {
    for text in [
        "",
        "Deploy v2 to production",
        "the password policy: see wiki",
        "sk-short",
        "AKIA is a prefix",
        "token",
    ] {
        let (same, findings) = redact(text);
        assert!(matches!(same, Cow::Borrowed(_)) && findings.is_empty(), "{text}: {same}");
        assert_eq!(same, text);
    }
}

#[test]
fn a_key_without_its_end_is_redacted_to_the_end() {
    let text = format!("x -----BEGIN PRIVATE {}-----\nMIIabc\nmore", "KEY");
    assert_eq!(redact(&text).0, "x [REDACTED:private_key]");
}

#[test]
fn overlaps_are_one_secret_with_the_telling_name() {
    let key = &samples()[6].1;
    let text = format!("api_key={key}");
    let (redacted, findings) = redact(&text);
    assert_eq!((redacted.as_ref(), findings.len()), ("[REDACTED:anthropic_key]", 1));
}

#[test]
fn markers_are_left_alone_and_do_not_shield_their_neighbours() {
    let marked = "password: [REDACTED:password] and pwd=[REDACTED:openai_key]";
    assert_eq!(redact(marked).0, marked);
    assert_eq!(redact("password=[REDACTED:made_up]hunter22").0, "[REDACTED:password]");
    let key = &samples()[7].1;
    assert_eq!(redact(&format!("[REDACTED:jwt]{key}")).0, "[REDACTED:jwt][REDACTED:openai_key]");
}

#[test]
fn summaries() {
    let (one, other) = (&samples()[2].1, &samples()[13].1);
    let scan = SecretScan::of(&format!("{one} {other} {one}")).unwrap();
    let body = serde_json::to_value(&scan).unwrap();
    assert_eq!(
        body["findings"][1],
        json!({"pattern": "password", "category": "password", "severity": "high"})
    );
    assert_eq!((&body["detected"], &body["recommendation"]), (&json!(true), &json!("warn")));
    let security = Security::of(&scan.findings);
    let expected = Security {
        clean: false,
        findings_count: 3,
        critical_count: 2,
        categories: vec!["cloud_credential", "password"],
    };
    assert_eq!(security, expected);
    assert_eq!(SecretScan::of("nothing"), None);
    assert!(Security::of(&[]).clean);
}

/// Pieces that meet in awkward ways: secrets, markers, keys of assignments and their parts.
fn piece() -> impl Strategy<Value = String> {
    let secrets: Vec<String> = samples().into_iter().map(|(_, secret)| secret).collect();
    let halves: Vec<String> =
        secrets.iter().map(|secret| secret.chars().take(secret.len() / 2).collect()).collect();
    prop_oneof![
        prop::sample::select(secrets),
        prop::sample::select(halves),
        prop::sample::select(vec!["[REDACTED:jwt]", "[REDACTED:", "password=", "'", "\"", "]", ".", "x"])
            .prop_map(str::to_owned),
        "[ -~]{0,12}",
    ]
}

proptest! {
    #[test]
    fn redacting_twice_changes_nothing(pieces in prop::collection::vec(piece(), 0..8)) {
        let text = pieces.concat();
        let once = redact(&text).0.into_owned();
        let (twice, findings) = redact(&once);
        prop_assert_eq!(twice.as_ref(), once.as_str());
        prop_assert!(findings.is_empty());
    }

    #[test]
    fn any_text_can_be_redacted(text in ".{0,300}") {
        let once = redact(&text).0.into_owned();
        let twice = redact(&once).0.into_owned();
        prop_assert_eq!(twice, once);
    }
}

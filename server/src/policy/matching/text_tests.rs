use proptest::prelude::*;

use super::*;

/// Other spellings of a word, each the same to a reader.
fn disguises(word: &str) -> Vec<String> {
    let wide = |character: char| match character {
        '!'..='~' => char::from_u32(character as u32 + 0xfee0).unwrap_or(character),
        other => other,
    };
    let middle = word.len() / 2;
    vec![
        word.to_uppercase(),
        format!(" {word}"),
        format!("{word}  "),
        format!("\u{a0}{word}\u{3000}"),
        word.chars().map(wide).collect(),
        format!("{}\u{200b}{}", &word[..middle], &word[middle..]),
        format!("{}\u{ad}{}", &word[..middle], &word[middle..]),
        format!("{word}\u{fe0f}"),
        format!("\u{202e}{word}\u{202c}"),
        word.replace('s', "\u{17f}").replace('k', "\u{212a}"),
    ]
}

#[test]
fn what_looks_the_same_is_the_same() {
    for word in ["deploy", "drop_table", "x402_purchase", "ask-sales", "db.drop"] {
        for other in disguises(word) {
            assert_eq!(fold_action_type(&other), fold_action_type(word), "{other:?}");
        }
    }
    let pairs = [
        ("drop_table", "drop-table"),
        ("drop_table", "drop table"),
        ("drop_table", "Drop \u{2013} Table"),
        ("drop_table", "drop\u{203f}table"),
        ("drop_table", "drop\u{2011}table"),
        ("db.drop", "db\u{3002}drop"),
        ("db.drop", "db\u{ff61}drop"),
        ("db.drop", "db\u{2024}drop"),
        ("caf\u{e9}", "CAFE\u{301}"),
        ("stra\u{df}e", "STRASSE"),
        ("\u{3c3}\u{3bf}\u{3c6}\u{3cc}\u{3c2}", "\u{3a3}\u{39f}\u{3a6}\u{38c}\u{3a3}"),
        ("office", "o\u{fb03}ce"),
        ("deploy", "\u{24b9}\u{24ba}\u{24c5}\u{24c1}\u{24c4}\u{24ce}"),
    ];
    for (left, right) in pairs {
        assert_eq!(fold_action_type(left), fold_action_type(right), "{left:?} {right:?}");
    }
}

#[test]
fn what_reads_otherwise_is_another() {
    let pairs = [
        ("deploy", "deploys"),
        ("deploy", "redeploy"),
        ("deploy", "de_ploy"),
        ("deploy", "deploy.x"),
        ("drop_table", "droptable"),
        ("drop_table", "drop.table"),
        ("drop_table", "drop/table"),
        ("drop_table", "drop_tables"),
        ("drop_table", "table_drop"),
        ("resume", "r\u{e9}sum\u{e9}"),
        ("api", "ap\u{131}"),
        ("x402", "x4o2"),
    ];
    for (left, right) in pairs {
        assert_ne!(fold_action_type(left), fold_action_type(right), "{left:?} {right:?}");
    }
}

#[test]
fn plain_text_is_not_copied() {
    for text in ["deploy", "x402"] {
        assert!(matches!(fold_action_type(text), Cow::Borrowed(_)));
    }
    assert!(matches!(fold("https://api.example.com/v1"), Cow::Borrowed(_)));
}

#[test]
fn encoded_texts_are_read_at_every_depth() {
    assert_eq!(spellings("a%2Fb"), ["a%2Fb", "a/b"]);
    assert_eq!(spellings("a%252fb"), ["a%252fb", "a%2fb", "a/b"]);
    let deep = format!("a%{}2fb", "25".repeat(300));
    assert_eq!(spellings(&deep).last().unwrap(), "a/b");
    assert_eq!(spellings("100%"), ["100%"]);
    assert_eq!(spellings("a%zz"), ["a%zz"]);
    assert_eq!(spellings(".env%00.png"), [".env%00.png", ".env", ".env.png"]);
    assert_eq!(spellings("%E2%80%8Bx"), ["%E2%80%8Bx", "x"]);
    assert_eq!(spellings("x%ff"), ["x%ff", "x\u{fffd}"]);
    assert_eq!(spellings("\u{ff05}41"), ["%41", "A"]);
}

proptest! {
    #[test]
    fn folding_twice_is_folding_once(text in "\\PC{0,40}|.{0,40}") {
        let once = fold(&text).into_owned();
        prop_assert_eq!(fold(&once).into_owned(), once.clone());
        let once = fold_action_type(&text).into_owned();
        prop_assert_eq!(fold_action_type(&once).into_owned(), once.clone());
        let once = tidy(&text).into_owned();
        prop_assert_eq!(tidy(&once).into_owned(), once.clone());
    }

    #[test]
    fn case_and_form_never_tell_texts_apart(text in "\\PC{0,30}") {
        let form: String = text.nfkd().collect();
        prop_assert_eq!(fold(&form), fold(&text));
        let form: String = text.nfc().collect();
        prop_assert_eq!(fold(&form), fold(&text));
    }

    #[test]
    fn a_disguised_word_is_the_word(word in "[a-z][a-z0-9_.]{0,18}[a-z]") {
        for other in disguises(&word) {
            prop_assert_eq!(fold_action_type(&other), fold_action_type(&word), "{:?}", other);
        }
    }

    #[test]
    fn reading_never_panics(text in ".{0,80}", encoded in "[%0-9a-fA-F]{0,60}") {
        prop_assert!(spellings(&text).len() <= 2 * MAX_DECODINGS + 1);
        let _ = spellings(&encoded);
    }
}

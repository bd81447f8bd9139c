use proptest::prelude::*;

use super::super::target::places;
use super::*;

fn granted(target: &str, prefix: &str) -> bool {
    ExactPrefix::new(prefix).covers(target, &places(target))
}

#[test]
fn what_is_written_is_granted() {
    let table = [
        ("https://api.example.com/v1/users", "api.example.com"),
        ("https://api.example.com/v1/users", "example.com"),
        ("https://api.example.com", "https://api.example.com/"),
        ("https://api.example.com:8443/x", "api.example.com"),
        ("https://api.example.com/v1", "api.example.com/v1"),
        ("https://api.example.com/v1/", "api.example.com/v1/"),
        ("https://api.example.com/v1/Users/A%20B?x=1#y", "api.example.com/v1"),
        ("https://api.example.com/v1", " https://API.example.com/v1/ "),
        ("api.example.com/v1/x", "api.example.com/v1"),
        ("db.internal:5432", "db.internal"),
        ("db.internal:5432", "db.internal:5432"),
        ("postgresql://db.internal:5432/x", "db.internal:5432"),
        ("https://b\u{fc}cher.example/x", "b\u{fc}cher.example"),
        ("/srv/app", "/srv/app"),
        ("/srv/app/data/a b.txt", "/srv/app"),
        ("/srv/app/Data", "/srv/app/Data"),
        ("src/main.rs", "src"),
        ("src/main.rs", "src/"),
        ("staging-db", "staging-db"),
    ];
    for (target, prefix) in table {
        assert!(granted(target, prefix), "{target} {prefix}");
    }
}

#[test]
fn what_needs_folding_or_choice_is_not() {
    for target in [
        "https://API.example.com/v1/x",
        "HTTPS://api.example.com/v1/x",
        "https://api.example.com./v1/x",
        "https://user@api.example.com/v1/x",
        "https:/api.example.com/v1/x",
        r"https:\\api.example.com\v1\x",
        "https://api%2eexample.com/v1/x",
        "https://\u{ff41}pi.example.com/v1/x",
        "https://api\u{3002}example.com/v1/x",
        r"https://api.example.com\@evil.net/v1/x",
        "https://api.example.com#@evil.net/v1/x",
        "https://evil.net/v1/x",
        "https://evil.net@api.example.com/v1/x",
        " https://api.example.com/v1/x",
        "https://api.example.com/v1/x https://evil.net/",
        "https://api.example.com/V1/x",
        "https://api.example.com/%76%31/x",
        "https://api.example.com/v1/../v2",
        "https://api.example.com/v1/%2e%2e/v2",
        "https://api.example.com/v1%2f..%2fv2",
        "https://api.example.com/v1/..%252fv2",
        r"https://api.example.com/v1/..\v2",
        "https://api.example.com/v1/..;/v2",
        "https://api.example.com/v1/.. /v2",
        "https://api.example.com//v1/x",
        "https://api.example.com/v1/\u{2025}/v2",
        "https://api.example.com/x/../v1/x",
        "https://api.example.com/v10",
        "https://api.example.com/",
        "//api.example.com/v1/x",
        "./api.example.com/v1/x",
        "api.example.com:v1/x",
        "git@api.example.com:v1/x",
        "jdbc:x://api.example.com/v1/x",
        "https://ap\u{ad}i.example.com/v1/x",
        "https://sub.api.example.com/v1/x",
        "https://api.example.com,evil.net/v1/x",
        "https://.api.example.com/v1",
        "https://api.example.com:/v1",
        "https://api.example.com:80:80/v1",
        "",
    ] {
        assert!(!granted(target, "api.example.com/v1"), "{target}");
    }
    let table = [
        ("https://notexample.com/", "example.com"),
        ("https://..example.com/", "example.com"),
        ("https://A.example.com/", "example.com"),
        ("https://a@b.example.com/", "example.com"),
        ("https://evil.net\\.example.com/", "example.com"),
        ("https://evil.net?.example.com/", "example.com"),
        ("http://api.example.com/", "https://api.example.com"),
        ("api.example.com/", "https://api.example.com"),
        ("db.internal:5433", "db.internal:5432"),
        ("db.internal", "db.internal:5432"),
        ("https://xn--bcher-kva.example/", "b\u{fc}cher.example"),
        ("https://bu\u{308}cher.example/", "b\u{fc}cher.example"),
        ("/SRV/app/x", "/srv/app"),
        ("/srv/app/../x", "/srv/app"),
        ("/srv/app/%2e%2e/x", "/srv/app"),
        ("/srv/application", "/srv/app"),
        ("//srv/app/x", "/srv/app"),
        (r"\srv\app\x", "/srv/app"),
        (r"C:\srv\app\x", "/srv/app"),
        ("file:///srv/app/x", "/srv/app"),
        ("/srv/app/x\\..\\..\\..\\etc", "/srv/app"),
        ("./src/x", "src"),
        ("src/../x", "src"),
        ("Staging-db", "staging-db"),
        ("anything", " "),
        ("/", "/"),
        ("/etc", "/"),
        ("://", "://"),
    ];
    for (target, prefix) in table {
        assert!(!granted(target, prefix), "{target} {prefix}");
    }
}

proptest! {
    #[test]
    fn a_grant_never_covers_what_a_restriction_does_not(target in "([a-c]{1,3}|[:/\\\\@#?%;,. ]|\\.\\.|%2e|%2f){0,20}", prefix in "[a-c]{1,2}(/[a-c]{1,2})?") {
        if granted(&target, &prefix) {
            prop_assert!(TargetPrefix::new(&prefix).covers_all(&places(&target)));
            prop_assert!(target.contains(&prefix));
        }
    }
}

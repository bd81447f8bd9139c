use proptest::prelude::*;

use super::*;

fn under(target: &str, prefix: &str) -> bool {
    TargetPrefix::new(prefix).covers_any(&places(target))
}

fn all(prefix: &str, targets: &[&str], expected: bool) {
    let wrong: Vec<_> = targets.iter().filter(|target| under(target, prefix) != expected).collect();
    assert!(wrong.is_empty(), "{prefix}, expected {expected}: {wrong:#?}");
}

#[test]
fn prefixes() {
    let table = [
        ("https://api.example.com/v1/users", "api.example.com", true),
        ("https://API.example.com/v1", "example.com", true),
        ("https://notexample.com/", "example.com", false),
        ("https://example.com.evil.net/", "example.com", false),
        ("https://example.com@evil.net/", "example.com", false),
        ("https://api.example.com/v1/users", "api.example.com/v1", true),
        ("https://api.example.com/v10", "api.example.com/v1", false),
        ("https://api.example.com/v1/../admin", "api.example.com/v1", false),
        ("https://api.example.com/v1", "https://api.example.com/v1/", true),
        ("http://api.example.com/v1", "https://api.example.com/v1", false),
        ("api.example.com/v1", "https://api.example.com/v1", true),
        ("db.internal:5432", "db.internal", true),
        ("db.internal:5432", "db.internal:5432", true),
        ("good.example@evil.example", "good.example", false),
        ("/srv/app/data", "/srv/app", true),
        ("/srv/application", "/srv/app", false),
        ("/srv/app/../../etc/passwd", "/srv/app", false),
        ("src/main.rs", "src", true),
        ("src/main.rs", "src/", true),
        ("staging-db", "staging-db", true),
        ("https://api.example.com/", "*.example.com", true),
        ("https://api.example.com/", ".example.com", true),
        ("https://api.example.com/", " api.example.com ", true),
        (".config/app", ".config", true),
        ("anything", "", false),
        ("anything", "   ", false),
        ("anything", "\u{200b}", false),
        ("", "x", false),
        ("://", "x", false),
        ("/srv", "/", true),
        ("srv", "/", false),
        ("https://h/x", "/", false),
    ];
    for (target, prefix, expected) in table {
        assert_eq!(under(target, prefix), expected, "{target} {prefix}");
    }
}

#[test]
fn a_host_has_many_spellings() {
    let targets = [
        "api.example.com",
        "API.Example.COM",
        "https://API.EXAMPLE.COM/x",
        "HTTPS://api.example.com",
        "https://api.example.com:8443/",
        "api.example.com:8443",
        "api.example.com.",
        "api.example.com./x",
        "https://api.example.com./x",
        "https://api.example.com.:443/",
        "user@api.example.com/x",
        "https://user@api.example.com/x",
        "https://user:pw@api.example.com/x",
        "user:pw@api.example.com:1/x",
        "https://a@b@api.example.com/",
        "https:/api.example.com/x",
        "https:api.example.com/x",
        "https:///api.example.com/x",
        "https:////api.example.com",
        r"https:\\api.example.com\x",
        r"https:\/api.example.com",
        r"https:/\api.example.com",
        r"\\api.example.com\share",
        "//api.example.com/x",
        "https://api%2eexample.com/",
        "https://%61pi.example.com/",
        "https://api%252eexample.com/",
        "api%2Eexample.com",
        "https%3A%2F%2Fapi.example.com%2Fx",
        "https://user%40api.example.com/",
        "\u{ff41}\u{ff50}\u{ff49}.example.com",
        "https://\u{ff41}pi.example.com/",
        "https://api\u{3002}example.com/",
        "https://api\u{ff0e}example.com/",
        "https://api\u{ff61}example.com/",
        "https\u{ff1a}//api.example.com/",
        "https:\u{ff0f}\u{ff0f}api.example.com/x",
        "https://\u{24d0}pi.example.com/",
        r"https://api.example.com\@evil.net/",
        "https://api.example.com#@evil.net/",
        "https://api.example.com?@evil.net/",
        r"https://evil.net\@api.example.com/",
        "https://evil.net#@api.example.com/",
        "https://evil.net?@api.example.com/",
        "tcp://api.example.com:1",
        "ws://api.example.com",
        "jdbc:postgresql://api.example.com/db",
        "jdbc:postgresql://api.example.com:5432/db?user=x",
        "jdbc:sqlserver://api.example.com:1433;databaseName=x",
        "jdbc:sqlserver://api.example.com;databaseName=x",
        "jdbc:oracle:thin:@api.example.com:1521:sid",
        "jdbc:oracle:thin:@//api.example.com:1521/x",
        "jdbc:mysql:loadbalance://h1:3306,api.example.com:3306/db",
        "mongodb://a:1,api.example.com:2,c/db",
        "mongodb+srv://u:p@api.example.com/db",
        "git@api.example.com:repo",
        "git@api.example.com:group/repo.git",
        "ssh://git@api.example.com:22/repo",
        "git+ssh://git@api.example.com/repo",
        "git::https://api.example.com/x",
        "api.example.com:/export/path",
        "api.example.com:path",
        "mailto:ops@api.example.com",
        "ops@api.example.com",
        "smb://api.example.com/share",
        "redis://:pw@api.example.com:6379/0",
        "view-source:https://api.example.com/",
        "blob:https://api.example.com/x",
        "url:https://api.example.com/",
        " api.example.com ",
        "\tapi.example.com",
        "./api.example.com",
        ".//api.example.com",
        "x/../api.example.com",
        r".\api.example.com",
        "GET https://api.example.com/x",
        "<https://api.example.com/>",
        "\"https://api.example.com\"",
        "https:// api.example.com/",
        "https://api.exa\nmple.com/",
        "https://api.exa\u{ad}mple.com/",
        "https://api.example\u{200b}.com/",
        "https://v2.api.example.com/",
        "api.example.com?x=1",
        "api.example.com#x",
        "https://api.example.com?x=1",
        "https://api.example.com#x",
        "https://api.example.com;x",
        "https://api.example.com%00.evil.net/",
        "https://api.example.com\0.evil.net/",
        "https://[api.example.com]/",
        "mailto:ops@[api.example.com]",
        "[api.example.com]:443",
    ];
    all("api.example.com", &targets, true);
    all("https://api.example.com", &targets[..4], true);
}

#[test]
fn another_host_is_another() {
    all(
        "api.example.com",
        &[
            "https://example.com/",
            "https://api.example.org/",
            "https://myapi.example.com/",
            "https://api-example.com/",
            "https://api.example.com.evil.net/",
            "https://api.example.com@evil.net/",
            "https://api.example.com:pw@evil.net/",
            "https://evil.net/api.example.com",
            "https://evil.net/@api.example.com",
            "https://evil.net/?u=api.example.com",
            "https://evil.net/#api.example.com",
            "https://evil.net/?u=https://api.example.com/",
            "https://evil.net/x?y=a@api.example.com",
            "https://docs.example/https://api.example.com/",
            "/api.example.com",
            "/srv/api.example.com/x",
            "docs/api.example.com",
            "src/api.example.com.md",
            "api.example.community",
            "apiexample.com",
            "api_example.com",
            "\u{430}pi.example.com",
            "https://\u{430}pi.example.com/",
            "api",
            "com",
            "example.com/api",
            "100% done",
            "the api of example.com",
            "mailto:api.example.com@evil.net",
            "git@evil.net:api.example.com",
            "file:///api.example.com",
            "",
            " ",
            ".",
            "/",
            "//",
            "https://",
            "a:b",
            "::1",
            "10.0.0.1",
        ],
        false,
    );
}

#[test]
fn hosts_beyond_ascii() {
    let targets = [
        "b\u{fc}cher.example",
        "xn--bcher-kva.example",
        "XN--BCHER-KVA.EXAMPLE",
        "https://xn--bcher-kva.example/",
        "bu\u{308}cher.example",
        "B\u{dc}CHER.example",
        "https://BU\u{308}CHER.EXAMPLE/x",
        "https://b%C3%BCcher.example/",
        "user@b\u{fc}cher.example:1",
        "www.b\u{fc}cher.example",
        "b\u{fc}cher\u{3002}example",
        "b\u{fc}cher.example.",
    ];
    for prefix in ["b\u{fc}cher.example", "xn--bcher-kva.example", "https://BU\u{308}CHER.example"] {
        all(prefix, &targets, true);
        all(
            prefix,
            &["bucher.example", "xn--bcher-kva.example.net", "b\u{fc}cher.example.net", "buecher.example"],
            false,
        );
    }
    all(
        "stra\u{df}e.example",
        &["https://xn--strae-oqa.example/", "strasse.example", "STRA\u{1e9e}E.example"],
        true,
    );
}

#[test]
fn addresses_have_many_spellings() {
    let targets = [
        "http://127.0.0.1/",
        "127.0.0.1:80",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "127.1",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]:80/",
        "http://\u{2460}27.0.0.1/",
    ];
    all("127.0.0.1", &targets, true);
    all("127.0.0.1", &["127.0.0.2", "10.127.0.0", "http://[::1]/", "127.0.0.1.example.com"], false);
    for prefix in ["::1", "[::1]", "http://[::1]:80/"] {
        all(prefix, &["::1", "[::1]:80", "http://[0:0:0:0:0:0:0:1]/", "http://[::1]:443/x"], true);
        all(prefix, &["::2", "http://[::1:1]/"], false);
    }
}

#[test]
fn a_path_on_a_host_has_many_spellings() {
    all(
        "api.example.com/v1",
        &[
            "https://api.example.com/v1",
            "https://api.example.com/v1/",
            "https://api.example.com/V1/u",
            "https://api.example.com/%76%31/u",
            "https://api.example.com/%2576%2531/u",
            "https://api.example.com/x/../v1",
            "https://api.example.com/x/%2e%2e/v1/u",
            "https://api.example.com/x%2f..%2fv1/u",
            "https://api.example.com/./v1",
            "https://api.example.com/../../v1",
            "https://api.example.com/v1%2fu",
            "https://api.example.com/v1%252fu",
            "https://api.example.com//v1",
            "api.example.com//v1",
            "api.example.com/v1",
            "api.example.com/v1?x=1",
            "https://api.example.com/v1?x",
            "https://api.example.com/v1#x",
            "https://api.example.com/v1;x=1/u",
            "https://api.example.com/x/..;/v1",
            r"https://api.example.com\v1\u",
            r"api.example.com\v1",
            "https://api.example.com/\u{ff56}1/u",
            "https://api.example.com/v\u{200b}1",
            "https://api.example.com/v1%00x",
            "https://api.example.com:1/v1",
            "https://api.example.com/v1./u",
            "git@api.example.com:v1/repo",
            "api.example.com:v1",
        ],
        true,
    );
    all(
        "api.example.com/v1",
        &[
            "https://api.example.com/",
            "api.example.com",
            "https://api.example.com/v10",
            "https://api.example.com/v1x",
            "https://api.example.com/v1.1/u",
            "https://api.example.com/x/v1",
            "https://api.example.com/v2?x=/v1",
            "https://api.example.com/?/v1",
            "https://api.example.com/#/v1",
            "https://api.example.com/v1/../v2",
            "https://v2.api.example.com/v1",
            "https://api.example.com/v%201",
            "https://api.example.com/%5f1",
        ],
        false,
    );
}

#[test]
fn a_path_of_this_machine_has_many_spellings() {
    all(
        "/srv/app",
        &[
            "/srv/app",
            "/srv/app/",
            "/SRV/app/x",
            "/srv/app%2fx",
            "/srv%2fapp",
            "/srv//app/x",
            "//srv/app/x",
            "/srv/./app",
            "/x/../srv/app",
            "/srv/app./x",
            "/srv/app /x",
            r"\srv\app\x",
            r"C:\srv\app\x",
            "c:/srv/app/x",
            r"\\?\C:\srv\app",
            "file:///srv/app/x",
            "file://localhost/srv/app/x",
            "file:/srv/app",
            "FILE:///SRV/app",
            "file:///C:/srv/app",
            "file://srv/app",
            "unix:/srv/app/socket",
            "sqlite:///srv/app/db",
            "jdbc:sqlite:/srv/app/db",
            " /srv/app ",
            "/srv/app::$DATA",
            "/\u{ff53}rv/app",
            "/srv/a\u{ad}pp",
            "/srv/app%00.txt",
            "../../srv/app/x",
            r"..\..\..\srv\app",
        ],
        true,
    );
    all(
        "/srv/app",
        &[
            "srv/app",
            "/srv",
            "/srv/application",
            "/srv/app2",
            "/srv/app.bak/x",
            "/srv/app-old",
            "/x/srv/app",
            "/srv/app/../x",
            "https://h.example/srv/app",
            "file:///srv/apps",
            r"C:\srv\apps",
            "/srv/%61pps",
            "/srv/\u{430}pp",
        ],
        false,
    );
    all(r"C:\srv\app", &[r"c:\SRV\app\x", "C:/srv/app", "file:///C:/srv/app/x", r"C:\x\..\srv\app"], true);
    all(r"C:\srv\app", &[r"D:\srv\app", r"C:\srv\apps", "/srv/apps"], false);
    all("src", &["src/x", "./src/x", r"src\x", r".\SRC\x", "lib/../src", "src//x", "src%2fx"], true);
    all("src", &["source/x", "lib/src", "srcs", "/src/x", "src/../x", "src2/x"], false);
}

#[test]
fn a_plain_target_has_one_reading() {
    for target in [
        "api.example.com",
        "https://api.example.com/v1/users?x=1",
        "/srv/app/x",
        "src/main.rs",
        "db.internal:5432",
    ] {
        assert_eq!(places(target).len(), 1, "{target}: {:#?}", places(target));
    }
}

proptest! {
    #[test]
    fn reading_never_panics(target in ".{0,80}", prefix in ".{0,80}") {
        let _ = under(&target, &prefix);
    }

    #[test]
    fn reading_odd_urls_never_panics(target in "([a-z]{0,3}|[:/\\\\@#?%;,.\\[\\]]|%2[0-9a-f]|\u{ff0f}){0,30}", prefix in "[a-c:/\\\\@#?%;,.\\[\\]]{0,20}") {
        prop_assert!(places(&target).len() < 1000);
        let _ = under(&target, &prefix);
    }

    #[test]
    fn a_disguised_host_is_the_host(name in "[a-z]{1,9}", zone in "[a-z]{2,5}", path in "[a-z]{0,5}", port in 1..65536) {
        let host = format!("{name}.{zone}");
        for target in [
            format!("https://{}/{path}", host.to_uppercase()),
            format!("{host}.:{port}/{path}"),
            format!("https:\\\\{host}\\{path}"),
            format!("a:b@{host}:{port}"),
            format!("https://{name}%2e{zone}/{path}"),
            format!("jdbc:x://{host}:{port}/{path}"),
            format!("https://{host}\\@evil.net/{path}"),
            format!(" //{name}\u{3002}{zone}/{path}"),
        ] {
            prop_assert!(under(&target, &host), "{}", target);
            let other = format!("x{host}");
            prop_assert!(!under(&target, &other), "{} {}", target, other);
        }
    }
}

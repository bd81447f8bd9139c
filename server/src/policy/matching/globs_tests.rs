use proptest::prelude::*;

use super::super::paths::path_readings;
use super::*;

fn glob(pattern: &str, path: &str) -> bool {
    Globs::new(vec![pattern.to_owned()]).unwrap().first_match(&path_readings(path)).is_some()
}

fn check(table: &[(&str, &str, bool)]) {
    let wrong: Vec<_> =
        table.iter().filter(|(pattern, path, expected)| glob(pattern, path) != *expected).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn globs() {
    check(&[
        (".env", ".env", true),
        (".env", "app/.env", true),
        (".env", "/srv/app/.env", true),
        (".env", "app/.environment", false),
        (".env", "app/x/../.env", true),
        (".env", r"app\.env", true),
        ("./.env", "app/.env", true),
        ("*.pem", "keys/a.pem", true),
        ("*.pem", "a.pem/x", false),
        ("/etc/*", "/etc/passwd", true),
        ("/etc/*", "/etc/ssh/config", false),
        ("/etc/*", "/srv/etc/passwd", false),
        ("/etc/**", "/etc/ssh/config", true),
        ("/etc/**", "/srv/../etc/ssh/config", true),
        ("src/**/secret.rs", "src/secret.rs", true),
        ("src/**/secret.rs", "src/a/b/secret.rs", true),
        ("src/**/secret.rs", "src/a/notsecret.rs", false),
        ("secrets/", "app/secrets/a/b", true),
        ("a?c", "abc", true),
        ("a?c", "a/c", false),
        ("a.c", "abc", false),
        ("[x]", "x", false),
        ("[x]", "[x]", true),
        ("\u{e9}t\u{e9}/*", "\u{e9}t\u{e9}/\u{e7}a", true),
        ("**", "a/b", true),
        ("/**", "/a/b", true),
        ("/**", "a/b", false),
        ("**/", "a/b", true),
        ("src//x/./y", "src/x/y", true),
        (r"src\*.key", "src/a.key", true),
    ]);
}

#[test]
fn a_folder_is_part_of_what_it_holds() {
    check(&[
        ("/etc/**", "/etc", true),
        ("/etc/**", "/etc/", true),
        ("/etc/**", "/ETC/.", true),
        ("/etc/**", "/etcetera", false),
        ("/etc/**", "/etc.bak/x", false),
        ("/etc/**", "/srv/etc", false),
        ("secrets/", "app/secrets", true),
        ("secrets/", "app/secrets/", true),
        ("secrets/**", "secrets", true),
        ("secrets/", "app/secrets.md", false),
        ("secrets/", "app/my-secrets/x", false),
        ("/etc/*", "/etc", false),
    ]);
}

#[test]
fn a_file_has_many_spellings() {
    for path in [
        "/ETC/passwd",
        "/Etc/Passwd",
        "//etc/passwd",
        "/x/../etc/passwd",
        "/./etc//passwd",
        r"\etc\passwd",
        "/etc/passwd/",
        "/etc/passwd ",
        " /etc/passwd",
        "file:///etc/passwd",
        "file:/etc/passwd",
        "file://localhost/etc/passwd",
        "FILE://LocalHost/etc/passwd",
        "file://127.0.0.1/etc/passwd",
        "file:////etc/passwd",
        r"file:\\\etc\passwd",
        "file://etc/passwd",
        "file:etc/passwd",
        "file:///etc/passwd?x=1",
        "file:///etc/passwd#x",
        "file%3A///etc/passwd",
        "/etc%2fpasswd",
        "/etc%2Fpasswd",
        "/etc%252fpasswd",
        "/etc%25252fpasswd",
        "/%65tc/passwd",
        "/x%2f..%2fetc/passwd",
        "/x/%2e%2e/etc/passwd",
        "/x/%2e./etc/passwd",
        "/etc%5cpasswd",
        "/\u{ff45}\u{ff54}\u{ff43}/passwd",
        "\u{ff0f}etc\u{ff0f}passwd",
        "/e\u{200b}tc/passwd",
        "/etc\u{ad}/passwd",
        "/etc/passwd%00.png",
        "C:\\etc\\passwd",
        "c:/etc/passwd",
        "/c:/etc/passwd",
        "file:///C:/etc/passwd",
        r"\\?\C:\etc\passwd",
        r"\\.\C:\etc\passwd",
        "/etc./passwd",
        "/etc /passwd",
        "/x/.. /etc/passwd",
        "/x/\u{2025}/etc/passwd",
        "/etc::$INDEX_ALLOCATION/passwd",
        "/etc:$I30:$INDEX_ALLOCATION/passwd",
        "/../../etc/passwd",
        "../../etc/passwd",
        "..%2f..%2f..%2fetc/passwd",
        r"..\..\etc\passwd",
        "file:../../etc/passwd",
        "/etc/passwd\0.png",
    ] {
        assert!(glob("/etc/**", path), "{path}");
    }
    for path in [
        ".ENV",
        "x/.env",
        ".env ",
        ".env.",
        ".env. .",
        ".env/",
        ".env/.",
        ".env::$DATA",
        ".env::$data",
        "\u{ff0e}env",
        "%2eenv",
        "%252eenv",
        ".%65nv",
        "x/..%2f.env",
        "C:\\x\\.env",
        "C:.env",
        ".e\u{200d}nv",
        "\u{feff}.env",
        ".env\u{200b}",
        ".env\u{fe0f}",
        "\u{2024}env",
        "file:.env",
        "file:///x/.env",
        "~/.env",
        "$HOME/.env",
        ".env%20",
        ".env%00",
        ".env%3A%3A$DATA",
        r"\\server\share\.env",
    ] {
        assert!(glob(".env", path), "{path}");
    }
    for path in [
        "caf\u{e9}",
        "caf\u{e9}/x",
        "CAF\u{c9}/x",
        "cafe\u{301}/x",
        "CAFE\u{301}/x",
        "caf%C3%A9/x",
        "cafe%CC%81/x",
        "\u{ff43}\u{ff41}\u{ff46}\u{e9}/x",
        "a/caf\u{e9}./x",
    ] {
        assert!(glob("caf\u{e9}/**", path), "{path}");
    }
    check(&[
        ("*.pem", "a.PEM", true),
        ("*.pem", "a.pem.", true),
        ("*.pem", "a.pem::$DATA", true),
        ("*.PEM", "a.pem", true),
        ("CAFE\u{301}/**", "caf\u{e9}/x", true),
        (r"C:\Windows\**", "c:/windows/system32/x", true),
        (r"C:\Windows\**", r"c:\x\..\windows\y", true),
        (r"C:\Windows\**", r"\\?\C:\WINDOWS\y", true),
        (r"C:\Windows\**", "file:///C:/Windows/y", true),
        (r"C:\Windows\**", r"d:\windows\y", false),
        ("/stra\u{df}e/**", "/STRASSE/x", true),
    ]);
}

#[test]
fn a_name_is_no_more_than_it_says() {
    check(&[
        (".env", ".environment", false),
        (".env", ".env.example", false),
        (".env", ".env-sample", false),
        (".env", "my.env", false),
        (".env", "env", false),
        (".env", "docs/env.md", false),
        (".env", ".env/readme", false),
        (".env", "x.env%2ebak", false),
        (".env", ".\u{435}nv", false),
        (".env", "100%.env", false),
        (".env", ".env:notes", false),
        (".env", "", false),
        (".env", "/", false),
        ("/etc/**", "etc/passwd", false),
        ("/etc/**", "../etc/passwd", false),
        ("/etc/**", "x/../../etc/passwd", false),
        ("/etc/**", "../../etcetera/x", false),
        ("/etc/**", "/srv/etc/passwd", false),
        ("/etc/**", "/etc2/passwd", false),
        ("/etc/**", "/etc/../srv/x", true),
        ("/etc/**", "https://docs.example/etc/passwd", false),
        ("/etc/**", "file:///srv/etc/passwd", false),
        ("/etc/**", "/srv/file:/etc", false),
        ("/etc/**", "/etc%20tera/x", false),
        ("*.pem", "a.pem.txt", false),
        ("*.pem", "pem", false),
        ("*.pem", "a-pem", false),
        ("secrets/", "secretsauce/x", false),
        ("caf\u{e9}/**", "cafe/x", false),
        ("caf\u{e9}/**", "caf\u{e8}/x", false),
        ("src/**", "resrc/x", false),
        ("readme", "readme.md", false),
    ]);
}

#[test]
fn a_plain_path_has_one_reading() {
    for path in ["src/main.rs", "/srv/app", ".env", "a"] {
        assert_eq!(path_readings(path), [path]);
    }
    assert_eq!(path_readings("x/../.env"), [".env", "x/../.env"]);
}

#[test]
fn the_glob_named_is_the_one_written() {
    let globs = Globs::new(vec!["*.PEM".into(), ".env".into()]).unwrap();
    let first = |path: &str| globs.first_match(&path_readings(path)).map(str::to_owned);
    assert_eq!(first("a/.env").as_deref(), Some(".env"));
    assert_eq!(first("a/x.pem").as_deref(), Some("*.PEM"));
    assert_eq!(first("readme"), None);
}

proptest! {
    #[test]
    fn any_text_is_a_glob(pattern in ".{0,256}", path in ".{0,300}") {
        let globs = Globs::new(vec![pattern]).unwrap();
        let _ = globs.first_match(&path_readings(&path));
    }

    #[test]
    fn a_literal_glob_matches_itself_below_any_folder(name in "[a-z\\[\\](){}+^$|][a-z.\\[\\](){}+^$|]{0,19}", folder in "[a-z]{1,9}") {
        prop_assert!(glob(&name, &name));
        let below = format!("/{folder}/{name}");
        prop_assert!(glob(&name, &below));
    }

    #[test]
    fn a_disguised_name_is_the_name(name in "[a-z][a-z0-9_]{0,12}", up in 0..9_usize, folder in "[a-z]{1,9}") {
        let glob_of = format!("/{name}/**");
        let away = "x/../".repeat(up);
        for path in [
            format!("/{}/{folder}", name.to_uppercase()),
            format!("/{away}{name}/{folder}"),
            format!("/{name}%2f{folder}"),
            format!("file://localhost/{away}{name}/{folder}"),
            format!("/{name}. ./{folder}"),
            format!("C:\\{name}\\{folder}"),
        ] {
            prop_assert!(glob(&glob_of, &path), "{}", path);
        }
        let other = format!("/{folder}-/{name}");
        prop_assert!(!glob(&glob_of, &other));
    }
}

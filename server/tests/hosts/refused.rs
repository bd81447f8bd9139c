//! Databases that cannot be used: one clear sentence, and nothing is changed.

use super::*;

fn problem(url: &str) -> String {
    let options = InstanceOptions { database: Some(Database::new(url)), ..InstanceOptions::default() };
    let problem = Instance::open(&options).expect_err("it was opened").to_string();
    assert!(!problem.contains('\n') && !problem.contains("sesame"), "{problem}");
    problem
}

/// The address with another user, password, port or name.
fn but(url: &str, change: impl FnOnce(&mut url::Url)) -> String {
    let mut url = url::Url::parse(url).unwrap();
    change(&mut url);
    url.to_string()
}

#[test]
fn what_cannot_be_reached_is_told() {
    let database = TestDatabase::new("DASHCLAW_TEST_POSTGRES");
    let nobody = but(database.url(), |url| url.set_port(Some(1)).unwrap());
    assert!(problem(&nobody).contains("cannot reach the database 127.0.0.1:1/"), "{}", problem(&nobody));
    let wrong = but(database.url(), |url| url.set_password(Some("sesame")).unwrap());
    assert!(problem(&wrong).contains("password authentication failed"), "{}", problem(&wrong));
    let other = but(database.url(), |url| url.set_path("/no_such_database"));
    assert!(problem(&other).contains("does not exist"), "{}", problem(&other));
    assert!(problem("mysql://h/d").contains("not one of PostgreSQL"), "{}", problem("mysql://h/d"));
}

#[test]
fn a_database_of_another_program_or_version_is_left_as_it_is() {
    let other = TestDatabase::new("DASHCLAW_TEST_POSTGRES");
    other.run_in("CREATE TABLE actions (mine INTEGER)");
    assert!(problem(other.url()).contains("of another program"), "{}", problem(other.url()));
    other.run_in("INSERT INTO actions (mine) VALUES (1)");

    let newer = TestDatabase::new("DASHCLAW_TEST_POSTGRES");
    drop(Host::open(&Database::new(newer.url())));
    newer.run_in("UPDATE dashclaw_schema SET version = 1000");
    assert!(problem(newer.url()).contains("newer version"), "{}", problem(newer.url()));
}

#[test]
fn who_may_not_make_tables_is_told() {
    let database = TestDatabase::new("DASHCLAW_TEST_POSTGRES");
    database.run_in("DROP ROLE IF EXISTS powerless; CREATE ROLE powerless LOGIN PASSWORD 'open sesame'");
    let powerless = but(database.url(), |url| {
        url.set_username("powerless").unwrap();
        url.set_password(Some("open sesame")).unwrap();
    });
    assert!(problem(&powerless).contains("permission denied"), "{}", problem(&powerless));
    database.run_in("DROP ROLE powerless");
}

#[test]
fn hosts_that_start_at_once_make_the_tables_once() {
    let database = TestDatabase::new("DASHCLAW_TEST_POSTGRES");
    let url = database.url().to_owned();
    let starting: Vec<_> = (0..4)
        .map(|_| {
            let url = url.clone();
            std::thread::spawn(move || Host::open(&Database::new(url)).world.instance.shutdown())
        })
        .collect();
    for one in starting {
        one.join().unwrap();
    }
}

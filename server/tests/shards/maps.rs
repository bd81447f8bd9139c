//! Maps that do not fit what the databases hold, and maps that change.

use super::*;

#[tokio::test]
async fn what_the_map_puts_elsewhere_is_not_judged_by_nothing() {
    let shards = Shards::new("shards-maps");
    let three = ["north", "east", "south"];
    let host = World::on(&options(shards.map(&three)));
    let key = shards.key("org_east", "east", "member");
    assert_eq!(guard(&host, &key).await.0, 200);

    // Two databases taken for each other.
    let swapped = [("north", "north"), ("east", "south"), ("south", "east")];
    let default = ("org_default".to_owned(), "north");
    let told = problem(shards.map_with(&swapped, std::slice::from_ref(&default)));
    assert!(told.contains("the shard map calls `east` is the shard `south`"), "{told}");
    // The organisation in another place than where its records are.
    let as_named = three.map(|name| (name, name));
    let told = problem(shards.map_with(&as_named, &[("org_east".to_owned(), "south"), default]));
    assert!(
        told.contains("1 organisations are in the database `east`") && told.contains("`org_east`"),
        "{told}"
    );
    // Another home.
    let told = problem(shards.map(&["east", "north", "south"]));
    assert!(told.contains("the first of the map"), "{told}");
    // One of them by itself.
    let alone = InstanceOptions {
        database: Some(Database::new(shards.all["east"].url())),
        ..InstanceOptions::default()
    };
    let told = Instance::open(&alone).expect_err("it was opened").to_string();
    assert!(told.contains("is the shard `east` of several"), "{told}");
    // One that was an instance by itself.
    let by_itself = Database::new(shards.all["west"].url());
    let by_itself = InstanceOptions { database: Some(by_itself), ..InstanceOptions::default() };
    drop(Instance::open(&by_itself).unwrap());
    let told = problem(shards.map(&NAMES));
    assert!(told.contains("`west` was one by itself"), "{told}");
    // None of these changed anything.
    assert_eq!(guard(&host, &key).await.0, 200);
    drop(host);
    let host = World::on(&options(shards.map(&three)));
    assert_eq!(guard(&host, &key).await.0, 200);
}

#[tokio::test]
async fn what_was_one_database_becomes_the_first_of_several() {
    let shards = Shards::new("shards-grown");
    let alone = InstanceOptions {
        database: Some(Database::new(shards.all["north"].url())),
        ..InstanceOptions::default()
    };
    let host = World::on(&alone);
    let jwks = ask(&host, "", "GET", "/api/integrity/jwks", Value::Null).await;
    let member = host.key(Role::Member);
    assert_eq!(guard(&host, &member).await.0, 200);
    let alone = host;
    let databases = [("north", "north"), ("east", "east")];
    // Its organisation stays where it is: whether by the hash or by name, but not by chance.
    let elsewhere = problem(shards.map_with(&databases, &[("org_default".to_owned(), "east")]));
    assert!(elsewhere.contains("`org_default`"), "{elsewhere}");
    let host = World::on(&options(shards.map_with(&databases, &[("org_default".to_owned(), "north")])));
    assert_eq!(guard(&host, &member).await.0, 200);
    assert_eq!(ask(&host, "", "GET", "/api/integrity/jwks", Value::Null).await, jwks);
    // A host that still has it alone would keep every organisation in it.
    for _ in 0..3 {
        assert_eq!(guard(&alone, &member).await.0, 503);
    }
}

#[tokio::test]
async fn a_host_with_an_older_map_writes_nothing() {
    let shards = Shards::new("shards-older");
    let older = World::on(&options(shards.map(&["north", "east"])));
    let key = shards.key("org_east", "east", "member");
    let admin = shards.key("org_east", "east", "admin");
    assert_eq!(guard(&older, &key).await.0, 200);

    // The same places, and room for others.
    let newer = World::on(&options(shards.map(&["north", "east", "south"])));
    assert_eq!(guard(&newer, &key).await.0, 200);
    let halt = json!({ "halted": true });
    assert_eq!(ask(&newer, &admin, "POST", "/api/halt", halt).await.0, 200);
    // Were a new organisation first seen by both, each would put it elsewhere.
    for _ in 0..3 {
        let (status, body) = guard(&older, &key).await;
        assert_eq!((status, body["code"].as_str()), (503, Some("GUARD_AUDIT_PERSIST_FAILED")), "{body}");
    }
    assert_eq!(guard(&newer, &key).await.1["decision"], "block");
}

//! Several hosts on one PostgreSQL: what one of them has answered holds on all.
#![cfg(feature = "postgres")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot be set up has failed")]

mod common;

#[path = "hosts/refused.rs"]
mod refused;
#[path = "hosts/told.rs"]
mod told;

use std::collections::BTreeSet;
use std::sync::Arc;

use common::World;
use common::database::TestDatabase;
use dashclaw_server::{Database, Instance, InstanceOptions, Listen, Role};
use futures_util::future::join_all;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

const OPERATOR: &str = "oc_live_the_operators";

/// A host, and who asks it.
struct Host {
    world: World,
}

/// Hosts of one database, and an agent's key that all of them know.
struct Hosts {
    all: Vec<Arc<Host>>,
    agent: String,
    // Gone after the hosts.
    database: TestDatabase,
}

impl Hosts {
    fn new(count: usize) -> Self {
        let database = TestDatabase::new("DASHCLAW_TEST_POSTGRES");
        let one = Database::new(database.url());
        Self::on(database, &vec![one; count])
    }

    fn on(database: TestDatabase, each: &[Database]) -> Self {
        let hosts: Vec<_> = each.iter().map(|database| Arc::new(Host::open(database))).collect();
        let agent = hosts[0].world.agent.clone();
        Self { all: hosts, agent, database }
    }

    fn host(&self, n: usize) -> &Arc<Host> {
        &self.all[n % self.all.len()]
    }

    async fn guard(&self, n: usize, body: Value) -> (u16, Value) {
        self.host(n).ask(&self.agent, "POST", "/api/guard", body).await
    }
}

impl Host {
    fn open(database: &Database) -> Self {
        Self {
            world: World::on(&InstanceOptions {
                database: Some(database.clone()),
                api_key: Some(OPERATOR.into()),
                ..InstanceOptions::default()
            }),
        }
    }

    async fn ask(&self, key: &str, method: &str, path: &str, body: Value) -> (u16, Value) {
        let reply = self.world.as_key(key, method, path, body).await;
        (reply.status.as_u16(), reply.body)
    }

    async fn operate(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.ask(OPERATOR, method, path, body).await
    }
}

fn look(n: usize) -> Value {
    json!({ "agent_id": "a", "action_type": "look", "declared_goal": format!("look {n}") })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_limit_holds_whoever_is_asked() {
    let hosts = Hosts::new(3);
    let policy = json!({
        "name": "Ten", "policy_type": "rate_limit",
        "rules": { "max_actions": 10, "window_minutes": 60, "action": "block" },
    });
    let (status, made) = hosts.host(0).operate("POST", "/api/policies", policy).await;
    assert_eq!(status, 201, "{made}");
    let answers = join_all((0..60).map(|n| hosts.guard(n, look(n)))).await;
    let allowed = answers.iter().filter(|(_, body)| body["decision"] == "allow").count();
    assert_eq!(allowed, 10);
    assert!(
        answers.iter().all(|(status, body)| *status == 200 || *status == 503 || body["decision"] == "block")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_key_is_one_action_on_all_hosts() {
    let hosts = Hosts::new(3);
    for round in 0..10 {
        let created = (0..24).map(|n| {
            let body = json!({
                "agent_id": "a", "action_type": "pay", "declared_goal": "pay once",
                "idempotency_key": format!("key {round}"),
            });
            hosts.host(n).ask(&hosts.agent, "POST", "/api/actions", body)
        });
        let answers = join_all(created).await;
        let ids: BTreeSet<_> = answers.iter().map(|(_, body)| body["action_id"].as_str().unwrap()).collect();
        let made = answers.iter().filter(|(status, _)| *status == 201).count();
        assert_eq!((ids.len(), made), (1, 1), "{answers:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_decision_is_repeated_on_whatever_host_its_key_comes_to() {
    let hosts = Hosts::new(3);
    let asked = (0..24).map(|n| {
        let mut body = look(0);
        body["idempotency_key"] = json!("once");
        hosts.guard(n, body)
    });
    let answers = join_all(asked).await;
    let ids: BTreeSet<_> = answers.iter().map(|(_, body)| body["decision_id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 1, "{answers:?}");
    let mut other = look(1);
    other["idempotency_key"] = json!("once");
    assert_eq!(hosts.guard(1, other).await.0, 409);
}

/// Asks on all hosts but the first for as long as that changes something, and then once more.
async fn asked_while(hosts: &Hosts, change: impl Future<Output = ()>) -> Vec<(u16, Value)> {
    let before = join_all((0..8).map(|n| hosts.guard(n + 1, look(n))));
    let (_, ()) = tokio::join!(before, change);
    join_all((0..24).map(|n| hosts.guard(n, look(n)))).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_decided_by_what_was_in_force_before() {
    let hosts = Hosts::new(3);
    join_all((0..3).map(|n| hosts.guard(n, look(n)))).await;
    for _ in 0..5 {
        let halted = asked_while(&hosts, async {
            let halt = json!({ "halted": true, "reason": "test" });
            let (status, told) = hosts.host(0).operate("POST", "/api/halt", halt).await;
            assert_eq!(status, 200, "{told}");
        });
        for (_, body) in halted.await {
            assert_eq!(body["decision"], "block", "{body}");
        }
        let free = asked_while(&hosts, async {
            hosts.host(0).operate("POST", "/api/halt", json!({ "halted": false })).await;
        });
        for (_, body) in free.await {
            assert_eq!(body["decision"], "allow", "{body}");
        }
        let policy = json!({
            "name": "No looking", "policy_type": "block_action_type", "rules": { "action_types": ["look"] },
        });
        let mut id = String::new();
        let blocked = asked_while(&hosts, async {
            let (_, made) = hosts.host(0).operate("POST", "/api/policies", policy).await;
            id = made["policy_id"].as_str().unwrap().to_owned();
        });
        for (_, body) in blocked.await {
            assert_eq!(body["decision"], "block", "{body}");
        }
        let path = format!("/api/policies?id={id}");
        assert_eq!(hosts.host(1).operate("DELETE", &path, Value::Null).await.0, 200);
    }
}

/// As when the answer to the earlier question is on record, and the host that repeats it has not heard of anything since.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_answer_is_repeated_once_what_it_rests_on_has_changed() {
    let database = TestDatabase::new("DASHCLAW_TEST_POSTGRES");
    let one = Database { listen: Listen::Never, ..Database::new(database.url()) };
    let hosts = Hosts::on(database, &[one.clone(), one]);
    let key = hosts.host(0).world.instance.create_key(Role::Member, "test").unwrap();
    let key = key.expose_secret();
    let asked = async |n: usize| {
        let mut body = look(0);
        body["idempotency_key"] = json!(format!("round {n}"));
        hosts.host(1).ask(key, "POST", "/api/guard", body).await
    };
    let change = async |method, path: &str, body| {
        let (status, answer) = hosts.host(0).operate(method, path, body).await;
        assert!(status == 200 || status == 201, "{answer}");
        answer
    };
    for n in 0..3 {
        assert_eq!(asked(n).await.1["decision"], "allow");
        change("POST", "/api/halt", json!({ "halted": true, "reason": "test" })).await;
        assert_eq!(asked(n).await.1["decision"], "block");
        change("POST", "/api/halt", json!({ "halted": false })).await;
        assert_eq!(asked(n).await.1["decision"], "allow");
        let policy = json!({
            "name": "No looking", "policy_type": "block_action_type", "rules": { "action_types": ["look"] },
        });
        let made = change("POST", "/api/policies", policy).await;
        assert_eq!(asked(n).await.1["decision"], "block");
        let path = format!("/api/policies?id={}", made["policy_id"].as_str().unwrap());
        change("DELETE", &path, Value::Null).await;
        assert_eq!(asked(n).await.1["decision"], "allow");
    }
    let listed = change("GET", "/api/keys", Value::Null).await;
    let id = listed["keys"][0]["id"].as_str().unwrap();
    change("DELETE", &format!("/api/keys/{id}"), Value::Null).await;
    let (status, answer) = asked(2).await;
    assert_eq!(status, 401, "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_revoked_key_is_refused_on_all_hosts() {
    let hosts = Hosts::new(3);
    for _ in 0..5 {
        let key = hosts.host(0).world.instance.create_key(Role::Member, "test").unwrap();
        let key = key.expose_secret();
        for n in 0..3 {
            assert_eq!(hosts.host(n).ask(key, "POST", "/api/guard", look(n)).await.0, 200);
        }
        let (_, listed) = hosts.host(0).operate("GET", "/api/keys", Value::Null).await;
        let id = listed["keys"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(hosts.host(0).operate("DELETE", &format!("/api/keys/{id}"), Value::Null).await.0, 200);
        let asked = (0..12).map(async |n: usize| {
            let heartbeat = json!({ "agent_id": "a", "status": "online" });
            let action = json!({ "agent_id": "a", "action_type": "look", "declared_goal": "look" });
            match n % 3 {
                0 => hosts.host(n).ask(key, "POST", "/api/guard", look(n)).await,
                1 => hosts.host(n).ask(key, "POST", "/api/actions", action).await,
                _ => hosts.host(n).ask(key, "POST", "/api/agents/heartbeat", heartbeat).await,
            }
        });
        for (status, body) in join_all(asked).await {
            assert_eq!(status, 401, "{body}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_approval_is_used_once_on_all_hosts() {
    let hosts = Hosts::new(3);
    let policy = json!({
        "name": "Ask", "policy_type": "require_approval", "rules": { "action_types": ["deploy"] },
    });
    hosts.host(0).operate("POST", "/api/policies", policy).await;
    let deploy = json!({ "agent_id": "a", "action_type": "deploy", "declared_goal": "ship it" });
    for _ in 0..5 {
        let (status, made) = hosts.host(0).ask(&hosts.agent, "POST", "/api/actions", deploy.clone()).await;
        assert_eq!(status, 202, "{made}");
        let path = format!("/api/approvals/{}", made["action_id"].as_str().unwrap());
        // The first of many wins.
        let said = (0..6).map(|n| hosts.host(n).operate("POST", &path, json!({ "decision": "allow" })));
        let said = join_all(said).await.iter().filter(|(status, _)| *status == 200).count();
        assert_eq!(said, 1);
        let answers = join_all((0..12).map(|n| hosts.guard(n, deploy.clone()))).await;
        let allowed = answers.iter().filter(|(_, body)| body["decision"] == "allow").count();
        assert_eq!(allowed, 1, "{answers:?}");
    }
}

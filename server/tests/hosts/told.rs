//! What happens on one host is heard on the others, in order and once.

use std::time::Duration;

use super::*;
use common::stream::Frames;
use tokio::net::TcpListener;

/// The ways in which hosts hear of each other.
fn ways() -> Vec<(&'static str, TestDatabase, Database)> {
    let direct = |database: &TestDatabase, listen| Database { url: database.url().into(), listen };
    let (listens, looks) =
        (TestDatabase::new("DASHCLAW_TEST_POSTGRES"), TestDatabase::new("DASHCLAW_TEST_POSTGRES"));
    let (pooled, both) =
        (TestDatabase::new("DASHCLAW_TEST_PGBOUNCER"), TestDatabase::new("DASHCLAW_TEST_PGBOUNCER"));
    let by_listening = direct(&listens, Listen::Same);
    let by_looking = direct(&looks, Listen::Never);
    let by_pooler = direct(&pooled, Listen::Same);
    let beside_pooler = direct(&both, Listen::At(both.direct_url().into()));
    vec![
        ("listening", listens, by_listening),
        ("looking", looks, by_looking),
        ("through a pooler", pooled, by_pooler),
        ("through a pooler, and listening beside it", both, beside_pooler),
    ]
}

async fn serve(host: &Arc<Host>) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let host = Arc::clone(host);
    tokio::spawn(async move { host.world.instance.serve(listener).await.unwrap() });
    address
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_approval_on_one_host_is_heard_on_another_whatever_lies_between() {
    for (way, database, one) in ways() {
        let hosts = Hosts::on(database, &[one.clone(), one]);
        let address = serve(hosts.host(1)).await;
        let policy = json!({
            "name": "Ask", "policy_type": "require_approval", "rules": { "action_types": ["deploy"] },
        });
        hosts.host(0).operate("POST", "/api/policies", policy).await;
        let mut stream = Frames::open(address, OPERATOR, "").await;
        stream.frame().await.unwrap();
        for n in 0..10 {
            let deploy =
                json!({ "agent_id": "a", "action_type": "deploy", "declared_goal": format!("ship {n}") });
            let (_, made) = hosts.host(n).ask(&hosts.agent, "POST", "/api/actions", deploy).await;
            let id = made["action_id"].as_str().unwrap();
            let path = format!("/api/approvals/{id}");
            let (status, said) = hosts.host(0).operate("POST", &path, json!({ "decision": "allow" })).await;
            assert_eq!(status, 200, "{way}: {said}");
            loop {
                let frame = stream.frame().await.unwrap_or_else(|| panic!("{way}: the stream ended"));
                if frame.iter().any(|line| line == "event: action.updated") && frame[2].contains(id) {
                    break;
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_reader_that_goes_from_host_to_host_misses_nothing_and_hears_nothing_twice() {
    let hosts = Hosts::new(3);
    let mut addresses = Vec::new();
    for n in 0..3 {
        addresses.push(serve(hosts.host(n)).await);
    }
    let writing = async {
        for round in 0..20 {
            let said = (0..9).map(|n| {
                let body = json!({ "agent_id": format!("a{n}"), "status": "online" });
                hosts.host(n + round).ask(&hosts.agent, "POST", "/api/agents/heartbeat", body)
            });
            for (status, body) in join_all(said).await {
                assert_eq!(status, 200, "{body}");
            }
        }
    };
    let reading = async {
        let mut seen: Vec<i64> = Vec::new();
        let mut last = String::new();
        'hosts: for host in 0.. {
            let resume = if last.is_empty() { String::new() } else { format!("last-event-id: {last}\r\n") };
            let mut stream = Frames::open(addresses[host % 3], OPERATOR, &resume).await;
            for _ in 0..13 {
                let frame = stream.frame().await.unwrap();
                let Some(id) = frame[0].strip_prefix("id: ") else { continue };
                id.clone_into(&mut last);
                seen.push(id.rsplit_once('-').unwrap().1.parse().unwrap());
                if seen.len() == 180 {
                    break 'hosts;
                }
            }
        }
        seen
    };
    // The reader is there before anything happens.
    let first = Frames::open(addresses[0], OPERATOR, "").await;
    let ((), seen) = tokio::join!(
        async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            writing.await;
        },
        reading
    );
    drop(first);
    let begin = seen[0];
    assert_eq!(seen, (begin..begin + 180).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_answered_lasts_though_connections_are_cut() {
    let hosts = Hosts::new(2);
    let cutting = async {
        for _ in 0..30 {
            tokio::time::sleep(Duration::from_millis(20)).await;
            hosts.database.cut_one();
        }
    };
    let writing = async {
        let mut acknowledged = Vec::new();
        for round in 0..40 {
            let asked = (0..8).map(|n| hosts.guard(n, look(round * 8 + n)));
            for (status, body) in join_all(asked).await {
                assert!(status == 200 || status == 503, "{status} {body}");
                if status == 200 {
                    acknowledged.push(body["decision_id"].as_str().unwrap().to_owned());
                }
            }
        }
        acknowledged
    };
    let ((), acknowledged) = tokio::join!(cutting, writing);
    let stored = hosts.database.texts("SELECT id FROM guard_decisions");
    for id in &acknowledged {
        assert!(stored.contains(id), "{id} was acknowledged and is not there");
    }
    let gaps = "SELECT 'gap' FROM heads WHERE position <> (SELECT count(*) FROM events WHERE events.org_id = heads.org_id)
        OR position <> (SELECT max(position) FROM events WHERE events.org_id = heads.org_id)";
    assert_eq!(hosts.database.texts(gaps), BTreeSet::new());
    // Each decision that is there was told of once, though its answer may have been lost.
    let told = hosts
        .database
        .texts("SELECT data::jsonb ->> 'decision_id' FROM events WHERE name = 'guard.decision.created'");
    assert_eq!(told, stored);
}

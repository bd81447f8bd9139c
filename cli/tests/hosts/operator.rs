//! An operator who halts everything and lifts it, adds and removes a policy, makes and revokes keys; and who asks meanwhile.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::asking::Asker;
use super::load::{DECISIONS, DOLLARS, Load, RACERS};

/// The least time that something stays in force.
const IN_FORCE: Duration = Duration::from_millis(120);

/// Makes a key of the role member, and answers its text and its id.
pub(crate) async fn member(operator: &mut Asker) -> (String, String) {
    let made = operator.insist("POST", "/api/keys", &json!({ "label": "test", "role": "member" })).await;
    let part =
        |name: &str| made.body["key"][name].as_str().unwrap_or_else(|| panic!("{}", made.body)).to_owned();
    (part("raw_key"), part("id"))
}

/// The policies that stand all the time.
pub(crate) async fn add_policies(operator: &mut Asker) {
    let racers = |name: &str| (0..RACERS).map(|n| format!("{name} {n}")).collect::<Vec<_>>();
    let policies = [
        json!({ "name": "Ask", "policy_type": "require_approval", "rules": { "action_types": ["deploy"] } }),
        json!({
            "name": "Few", "policy_type": "rate_limit", "agent_ids": racers("limited"),
            "rules": { "max_actions": DECISIONS, "window_minutes": 60, "action": "block" },
        }),
        json!({
            "name": "Cheap", "policy_type": "x402_spend_limit", "agent_ids": racers("spender"),
            "rules": { "max_spend_usd": DOLLARS, "window_minutes": 60 },
        }),
    ];
    for policy in policies {
        let made = operator.insist("POST", "/api/policies", &policy).await;
        assert_eq!(made.status, 201, "{}", made.body);
    }
}

impl Load {
    /// How long something stays in force: for some requests of each writer.
    fn in_force(&self) -> Duration {
        IN_FORCE.max(self.pace * 3)
    }

    /// Changes what decisions are made on until it is over.
    pub(crate) async fn operate(self: Arc<Self>) {
        let mut operator = self.operator();
        for turn in 0_usize.. {
            if self.is_over() {
                return;
            }
            match turn % 3 {
                0 => self.halt(&mut operator).await,
                1 => self.forbid(&mut operator, turn).await,
                _ => self.revoke(&mut operator).await,
            }
            sleep(self.in_force()).await;
        }
    }

    async fn halt(&self, operator: &mut Asker) {
        for halted in [true, false] {
            let body = json!({ "halted": halted, "reason": "test" });
            let answer = operator.insist("POST", "/api/halt", &body).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
            self.seen.lock().changed("halt", halted, answer.begun, answer.ended);
            if halted {
                sleep(self.in_force()).await;
            }
        }
    }

    /// Adds a policy and removes it. One whose creation was not answered may be there as well.
    async fn forbid(&self, operator: &mut Asker, turn: usize) {
        let begun = Instant::now();
        for n in 0.. {
            let policy = json!({
                "name": format!("no probing {turn} {n}"), "policy_type": "block_action_type",
                "rules": { "action_types": ["probe"] },
            });
            let host = self.fleet.any_host();
            let answer = operator.ask(host, "POST", "/api/policies", &policy).await;
            if let Some(made) = answer.filter(|answer| answer.status == 201) {
                self.seen.lock().changed("no probing", true, begun, made.ended);
                break;
            }
            sleep(Duration::from_millis(20)).await;
        }
        sleep(self.in_force()).await;
        let begun = Instant::now();
        let listed = operator.insist("GET", "/api/policies", &Value::Null).await;
        let all = listed.body["policies"].as_array().expect("policies are listed");
        let named =
            |policy: &&Value| policy["name"].as_str().is_some_and(|name| name.starts_with("no probing"));
        let ids: Vec<&str> = all.iter().filter(named).filter_map(|policy| policy["id"].as_str()).collect();
        assert!(!ids.is_empty(), "the policy is not listed: {}", listed.body);
        let path = format!("/api/policies?ids={}", ids.join(","));
        let gone = operator.insist("DELETE", &path, &Value::Null).await;
        assert!(gone.status == 200 || gone.status == 404, "{} {}", gone.status, gone.body);
        self.seen.lock().changed("no probing", false, begun, gone.ended);
    }

    /// Makes a key, uses it on all hosts, and revokes it meanwhile.
    async fn revoke(&self, operator: &mut Asker) {
        let (key, id) = member(operator).await;
        let name = format!("key {id}");
        let ends = Instant::now() + self.in_force() * 2;
        let using = join_all((0..self.fleet.count()).map(async |host| {
            let mut asker = Asker::new(&self.fleet, &key);
            for turn in 0.. {
                if Instant::now() > ends && self.seen.lock().revoked.contains(&id) {
                    // Once more, behind the revocation.
                    return self.use_key(&mut asker, host, turn, &name).await;
                }
                self.use_key(&mut asker, host, turn, &name).await;
            }
        }));
        let revoking = async {
            sleep(self.in_force()).await;
            let revoked = operator.insist("DELETE", &format!("/api/keys/{id}"), &Value::Null).await;
            assert_eq!(revoked.status, 200, "{}", revoked.body);
            let mut told = self.seen.lock();
            told.changed(&name, true, revoked.begun, revoked.ended);
            told.revoked.insert(id.clone());
        };
        join(using, revoking).await;
    }

    async fn use_key(&self, asker: &mut Asker, host: usize, turn: usize, name: &str) {
        let repeated = format!("repeated {name}");
        let (path, body) = match turn % 4 {
            0 => ("/api/guard", json!({ "agent_id": "k", "action_type": "look" })),
            1 => {
                ("/api/guard", json!({ "agent_id": "k", "action_type": "look", "idempotency_key": repeated }))
            }
            2 => ("/api/actions", json!({ "agent_id": "k", "action_type": "work", "declared_goal": name })),
            _ => ("/api/agents/heartbeat", json!({ "agent_id": "k", "status": "online" })),
        };
        let answer = asker.ask(host, "POST", path, &body).await;
        let Some(answer) = self.settled(answer, path) else { return };
        let what = format!("host {host}: {path} {body} was answered {} {}", answer.status, answer.body);
        self.seen.lock().probe(&[name], answer.status == 401, (answer.begun, answer.ended), &what);
    }
}

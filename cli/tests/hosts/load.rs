//! Writers: agents that ask, act and report on all hosts, and race for keys, limits and a budget.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::asking::{Answer, Asker};
use super::fleet::Fleet;
use super::seen::Seen;

/// How many requests race for one key.
const RACE: usize = 5;
/// How many agents may race for a limit, and how many decisions and dollars each may have.
pub(crate) const RACERS: usize = 200;
pub(crate) const DECISIONS: i64 = 5;
pub(crate) const DOLLARS: f64 = 50.0;
const PRICE: f64 = 10.0;
/// How many requests race for a limit.
const CROWD: usize = 12;

/// What all writers share.
pub(crate) struct Load {
    pub(crate) fleet: Arc<Fleet>,
    pub(crate) seen: Seen,
    pub(crate) over: AtomicBool,
    operator: String,
    agent: String,
    turn: AtomicUsize,
    /// How long a writer rests between two requests.
    pub(crate) pace: Duration,
}

impl Load {
    pub(crate) fn new(fleet: &Arc<Fleet>, operator: &str, agent: &str, pace: Duration) -> Arc<Self> {
        Arc::new(Self {
            fleet: Arc::clone(fleet),
            seen: Seen::default(),
            over: AtomicBool::new(false),
            operator: operator.to_owned(),
            agent: agent.to_owned(),
            turn: AtomicUsize::new(0),
            pace,
        })
    }

    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }

    pub(crate) fn operator(&self) -> Asker {
        Asker::new(&self.fleet, &self.operator)
    }

    pub(crate) fn agent(&self) -> Asker {
        Asker::new(&self.fleet, &self.agent)
    }

    /// Notes what became of a request, and answers it where it was answered for good.
    pub(crate) fn settled(&self, answer: Option<Answer>, what: &str) -> Option<Answer> {
        let mut told = self.seen.lock();
        match answer {
            None => told.unanswered += 1,
            Some(answer) if answer.status == 503 && answer.body["code"].is_string() => {
                told.refused_for_now += 1;
            }
            Some(answer) if answer.status >= 500 => {
                told.unexpected(format!("{what}: {} {}", answer.status, answer.body));
            }
            Some(answer) => {
                told.answered += 1;
                return Some(answer);
            }
        }
        None
    }

    /// Asks about an act and notes the verdict, which is a refusal if one of these is in force.
    async fn guard(&self, asker: &mut Asker, host: usize, body: &Value, on: &[&str]) {
        let answer = asker.ask(host, "POST", "/api/guard", body).await;
        let Some(answer) = self.settled(answer, "guard") else { return };
        let mut told = self.seen.lock();
        if answer.status != 200 {
            return told.unexpected(format!("guard: {} {}", answer.status, answer.body));
        }
        let (id, verdict) = (answer.text("decision_id"), answer.text("decision"));
        let what = format!("host {host}: {body} was answered {}", answer.body);
        told.probe(on, verdict == "block", (answer.begun, answer.ended), &what);
        // What a halt blocks is a decision without a key.
        if let Some(key) = body["idempotency_key"].as_str().filter(|_| verdict == "allow") {
            told.decided.entry(key.to_owned()).or_default().insert(id.clone());
        }
        told.decisions.insert(id, verdict);
    }

    /// Creates an action under a key for which others race, and reports how it ended.
    async fn act(&self, asker: &mut Asker, key: &str, by: usize) {
        let body = json!({
            "agent_id": "worker", "action_type": "work", "declared_goal": format!("goal {key}"), "idempotency_key": key,
        });
        let answer = asker.ask(self.fleet.any_host(), "POST", "/api/actions", &body).await;
        let Some(answer) = self.settled(answer, "action") else { return };
        let id = answer.text("action_id");
        if id.is_empty() {
            return self.seen.lock().unexpected(format!("action: {} {}", answer.status, answer.body));
        }
        {
            let mut told = self.seen.lock();
            told.actions.entry(key.to_owned()).or_default().insert(id.clone());
            // A replay is a record, whatever is in force.
            if answer.status != 200 {
                let times = (answer.begun, answer.ended);
                told.probe(
                    &["halt"],
                    answer.status == 403,
                    times,
                    &format!("action {id}: {}", answer.status),
                );
            }
        }
        if answer.status == 403 {
            return;
        }
        let summary = format!("{key} by {by}");
        let report = json!({ "status": "completed", "close_if_running": true, "summary": summary });
        let path = format!("/api/actions/{id}/outcome");
        let answer = asker.ask(self.fleet.any_host(), "POST", &path, &report).await;
        if self.settled(answer, "outcome").is_some_and(|answer| answer.status == 200) {
            self.seen.lock().outcomes.entry(id).or_default().push(summary);
        }
    }

    async fn heartbeat(&self, asker: &mut Asker, turn: usize) {
        let name = format!("beat {turn}");
        let body =
            json!({ "agent_id": format!("beater {}", turn % 20), "agent_name": name, "status": "online" });
        let answer = asker.ask(self.fleet.any_host(), "POST", "/api/agents/heartbeat", &body).await;
        if self.settled(answer, "heartbeat").is_some_and(|answer| answer.status == 200) {
            self.seen.lock().heartbeats.insert(name);
        }
    }

    /// Writes until it is over.
    pub(crate) async fn write(self: Arc<Self>) {
        let mut asker = self.agent();
        while !self.is_over() {
            let turn = self.turn.fetch_add(1, Ordering::Relaxed);
            let (host, race) = (self.fleet.any_host(), turn / (7 * RACE));
            let look = json!({ "agent_id": "looker", "action_type": "look" });
            let with_key = |mut body: Value, key: String| {
                body["idempotency_key"] = key.into();
                body
            };
            let probing = ["halt", "no probing"];
            let probe = json!({ "agent_id": "prober", "action_type": "probe" });
            match turn % 7 {
                0 => self.guard(&mut asker, host, &look, &["halt"]).await,
                1 => self.guard(&mut asker, host, &with_key(look, format!("look {race}")), &["halt"]).await,
                2 => self.guard(&mut asker, host, &probe, &probing).await,
                // A key that all use all the time: its answer lasts only while what it was decided by is in force.
                3 => self.guard(&mut asker, host, &with_key(probe, "probe".into()), &probing).await,
                4 | 5 => self.act(&mut asker, &format!("act {race}"), turn).await,
                _ => self.heartbeat(&mut asker, turn).await,
            }
            sleep(self.pace).await;
        }
    }

    /// Lets crowds race for the limit of one agent, and for the budget of another, until it is over.
    pub(crate) async fn race(self: Arc<Self>) {
        let mut crowd: Vec<Asker> = (0..CROWD).map(|_| self.agent()).collect();
        for turn in 0..RACERS {
            if self.is_over() {
                return;
            }
            let (limited, spender) = (format!("limited {turn}"), format!("spender {turn}"));
            let look = json!({ "agent_id": limited, "action_type": "look" });
            let buy = json!({
                "agent_id": spender, "action_type": "x402_purchase", "declared_goal": "buy", "provider": "acme",
                "spend_amount": PRICE,
            });
            self.seen.lock().limited.insert(limited);
            self.seen.lock().spenders.insert(spender);
            for (path, body) in [("/api/guard", look), ("/api/actions", buy)] {
                let asked = crowd.iter_mut().enumerate().map(async |(n, asker)| {
                    let answer = asker.ask(turn + n, "POST", path, &body).await;
                    self.settled(answer, path);
                });
                join_all(asked).await;
            }
            sleep(self.pace * 10).await;
        }
    }

    /// Has actions wait, lets operators race to answer them, and those who asked race to use what was allowed.
    pub(crate) async fn approve(self: Arc<Self>) {
        let mut operators: Vec<Asker> = (0..4).map(|_| self.operator()).collect();
        let mut agents: Vec<Asker> = (0..8).map(|_| self.agent()).collect();
        for turn in 0.. {
            if self.is_over() {
                return;
            }
            sleep(self.pace * 10).await;
            let deploy = json!({ "agent_id": "deployer", "action_type": "deploy", "declared_goal": format!("ship {turn}") });
            let made = agents[0].ask(turn, "POST", "/api/actions", &deploy).await;
            let Some(made) = self.settled(made, "deploy").filter(|made| made.status == 202) else { continue };
            let id = made.text("action_id");
            let path = format!("/api/approvals/{id}");
            let said = operators.iter_mut().enumerate().map(async |(n, operator)| {
                let word = if (n + turn) % 4 == 0 { "deny" } else { "allow" };
                let answer = operator.ask(turn + n, "POST", &path, &json!({ "decision": word })).await;
                if self.settled(answer, "approval").is_some_and(|answer| answer.status == 200) {
                    self.seen.lock().approvals.entry(id.clone()).or_default().push(word);
                }
            });
            join_all(said).await;
            let asked = agents.iter_mut().enumerate().map(async |(n, agent)| {
                let answer = agent.ask(turn + n, "POST", "/api/guard", &deploy).await;
                let Some(answer) = self.settled(answer, "use") else { return };
                if answer.body["decision"] == "allow" {
                    let through = answer.text("decision_id");
                    self.seen.lock().let_through.entry(id.clone()).or_default().push(through);
                }
            });
            join_all(asked).await;
        }
    }
}

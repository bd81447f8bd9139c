//! What the scripted server knows: which exchanges are open, what was seen, what was wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::sync::watch;

use crate::case::{Case, Exchange, Greeting};
use crate::http::Request;
use crate::matcher::{Captures, compare, show};

/// The script of one case and the record of what happened.
#[derive(Debug)]
pub(crate) struct Script {
    exchanges: Vec<Exchange>,
    ordered: bool,
    through: Option<BTreeSet<String>>,
    greetings: Vec<Greeting>,
    state: Mutex<State>,
    changed: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct State {
    used: Vec<usize>,
    seen: BTreeMap<String, usize>,
    total: usize,
    connections: usize,
    /// What the proxy was asked for.
    through: BTreeSet<String>,
    complaints: Vec<String>,
    captures: Captures,
    signals: BTreeSet<String>,
    last_json: Option<Value>,
}

impl Script {
    pub(crate) fn new(case: &Case) -> Self {
        let state = State { used: vec![0; case.server.len()], ..State::default() };
        Self {
            exchanges: case.server.clone(),
            ordered: case.ordered,
            through: case.through.clone(),
            greetings: case.connections.clone(),
            state: Mutex::new(state),
            changed: watch::Sender::new(0),
        }
    }

    /// What happens to the next connection.
    pub(crate) fn greet(&self) -> Greeting {
        let mut state = self.state();
        state.connections += 1;
        self.greetings.get(state.connections - 1).copied().unwrap_or(Greeting::Serve)
    }

    /// The exchange that this request belongs to, by its head; a complaint when there is none.
    pub(crate) fn choose(&self, request: &Request) -> Option<&Exchange> {
        let line = request.line();
        let mut state = self.state();
        let open = |index: &usize| self.exchanges[*index].times.is_open(state.used[*index]);
        let chosen = if self.ordered {
            (0..self.exchanges.len()).find(open).filter(|index| self.exchanges[*index].on == line)
        } else {
            (0..self.exchanges.len()).filter(|index| self.exchanges[*index].on == line).find(open)
        };
        if let Some(index) = chosen {
            state.used[index] += 1;
        } else {
            let query = Value::Object(request.query.clone());
            state.complaints.push(format!("unexpected request {line} {query}"));
        }
        *state.seen.entry(line).or_default() += 1;
        state.total += 1;
        drop(state);
        self.changed.send_modify(|version| *version += 1);
        chosen.map(|index| &self.exchanges[index])
    }

    /// Compares the head of a request with what was expected.
    pub(crate) fn check_head(&self, exchange: &Exchange, request: &Request, fixed: &Map<String, Value>) {
        let mut state = self.state();
        let mut complaints = compare(
            &Value::Object(exchange.query.clone()),
            Some(&Value::Object(request.query.clone())),
            &mut state.captures,
        );
        let mut expected = fixed.clone();
        expected.extend(exchange.headers.clone());
        for (name, value) in &expected {
            let seen = request.header(&name.to_ascii_lowercase()).map(Value::from);
            let found = compare(value, seen.as_ref(), &mut state.captures);
            complaints.extend(found.into_iter().map(|complaint| format!("header {name}: {complaint}")));
        }
        state.complain(&exchange.on, complaints);
    }

    /// Compares the body of a request with what was expected.
    pub(crate) fn check_body(&self, exchange: &Exchange, request: &Request) {
        let mut state = self.state();
        let text = String::from_utf8_lossy(&request.body);
        let body: Option<Value> = (!request.body.is_empty())
            .then(|| serde_json::from_slice(&request.body).unwrap_or_else(|_| json!({ "not JSON": text })));
        let expected = exchange.body.clone().unwrap_or_else(|| json!("$absent"));
        let mut complaints = compare(&expected, body.as_ref(), &mut state.captures);
        let missing = exchange.has.iter().filter(|part| !text.contains(part.as_str()));
        complaints
            .extend(missing.map(|part| format!("expected `{part}` in {}", show(Some(&text.clone().into())))));
        if body.is_some() && request.header("content-type") != Some("application/json") {
            complaints.push(format!("content-type is {:?}", request.header("content-type")));
        }
        state.complain(&exchange.on, complaints);
    }

    /// Notes a defect of the request that is no matter of what was expected.
    pub(crate) fn complain(&self, complaint: String) {
        self.state().complaints.push(complaint);
    }

    /// Notes what the proxy was asked for.
    pub(crate) fn through(&self, what: String) {
        self.state().through.insert(what);
    }

    /// Remembers the JSON body that was served last: the result that a call returns unless its case says otherwise.
    pub(crate) fn served(&self, body: &Value) {
        self.state().last_json = Some(body.clone());
    }

    pub(crate) fn last_json(&self) -> Option<Value> {
        self.state().last_json.clone()
    }

    pub(crate) fn captures<T>(&self, work: impl FnOnce(&mut Captures) -> T) -> T {
        work(&mut self.state().captures)
    }

    pub(crate) fn signal(&self, name: &str) {
        self.state().signals.insert(name.to_owned());
        self.changed.send_modify(|version| *version += 1);
    }

    pub(crate) async fn signalled(&self, name: &str) {
        self.until(|state| state.signals.contains(name)).await;
    }

    /// Waits until so many requests of this verb and path came.
    pub(crate) async fn seen(&self, line: &str, times: usize) {
        self.until(|state| state.seen.get(line).is_some_and(|seen| *seen >= times)).await;
    }

    /// How many requests come within this time.
    pub(crate) async fn count_during(&self, time: Duration) -> usize {
        let before = self.state().total;
        tokio::time::sleep(time).await;
        self.state().total - before
    }

    /// Everything that was wrong, with the exchanges that did not take place.
    pub(crate) fn verdict(&self) -> Vec<String> {
        let mut state = self.state();
        let mut complaints = std::mem::take(&mut state.complaints);
        let missed =
            self.exchanges.iter().zip(&state.used).filter(|(exchange, used)| !exchange.times.is_met(**used));
        if let Some(expected) = self.through.as_ref().filter(|expected| **expected != state.through) {
            complaints.push(format!("the proxy was asked for {:?}, expected {expected:?}", state.through));
        }
        complaints.extend(missed.map(|(exchange, used)| {
            format!("{} came {used} times, expected {:?}", exchange.on, exchange.times)
        }));
        complaints
    }

    async fn until(&self, holds: impl Fn(&State) -> bool) {
        let mut changed = self.changed.subscribe();
        while !holds(&self.state()) {
            if changed.changed().await.is_err() {
                return;
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn complain(&mut self, line: &str, complaints: Vec<String>) {
        self.complaints.extend(complaints.into_iter().map(|complaint| format!("{line}: {complaint}")));
    }
}

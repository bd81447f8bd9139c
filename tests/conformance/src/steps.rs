//! The steps of a case: requests to the testee, waits of the runner, and what must come of each.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use dashclaw::api::find;
use dashclaw::catalogue::{Call, Kind};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::case::Step;
use crate::matcher::{Captures, compare, compare_open, is_word, show};
use crate::run::as_value;
use crate::server::Server;
use crate::structs::as_in;
use crate::testee::{Answer, Testee};
use crate::variables::substitute;

/// The steps that were done so far.
pub(crate) struct Steps<'a> {
    testee: &'a mut Testee,
    server: &'a mut Server,
    variables: Map<String, Value>,
    /// Options of every client that a step makes.
    base: Map<String, Value>,
    pending: BTreeMap<String, Pending>,
    /// Names of the requests that a later step cancels.
    cancellable: BTreeSet<&'a str>,
    pub(crate) complaints: Vec<String>,
    pub(crate) results: Vec<Value>,
}

/// What to do, its members, its raw arguments.
type Message = (&'static str, Map<String, Value>, Option<Box<RawValue>>);

/// An answer that is still to come.
struct Pending {
    id: u64,
    answer: oneshot::Receiver<Answer>,
    since: Instant,
}

impl<'a> Steps<'a> {
    pub(crate) fn new(
        testee: &'a mut Testee,
        server: &'a mut Server,
        steps: &'a [Step],
        variables: Map<String, Value>,
        base: Map<String, Value>,
    ) -> Self {
        let cancellable = steps.iter().filter_map(|step| step.cancel.as_deref()).collect();
        let (pending, complaints, results) = (BTreeMap::new(), Vec::new(), Vec::new());
        Self { testee, server, variables, base, pending, cancellable, complaints, results }
    }

    /// Makes a client. A refusal is a defect here; cases about refusals make their client in a step.
    pub(crate) async fn open(&mut self, name: &str, options: &Map<String, Value>) -> Result<(), String> {
        let members =
            Map::from_iter([("client".to_owned(), json!(name)), ("options".to_owned(), json!(options))]);
        let pending = self.ask("new", &members, None).await?;
        match receive(pending).await? {
            Answer::Ok(_) | Answer::Struct(_) => Ok(()),
            Answer::Error(error) => Err(format!("no client: {}", show(Some(&error)))),
        }
    }

    /// Closes what the case left open; every call that was started must have been joined.
    pub(crate) async fn tidy(&mut self, clients: impl Iterator<Item = &str>) -> Result<(), String> {
        self.complaints.extend(self.pending.keys().map(|name| format!("the case never joins `{name}`")));
        for client in clients {
            let members = Map::from_iter([("client".to_owned(), json!(client))]);
            let pending = self.ask("close", &members, None).await?;
            receive(pending).await?;
        }
        Ok(())
    }

    /// Does one step.
    pub(crate) async fn step(&mut self, step: &Step) -> Result<(), String> {
        if let Some(pause) = step.sleep {
            tokio::time::sleep(seconds(pause)).await;
        } else if let Some(seen) = &step.seen {
            self.server.script.seen(&seen.on, seen.times).await;
        } else if let Some(signal) = &step.signal {
            self.server.script.signal(signal);
        } else if step.listen == Some(true) {
            self.server.listen().map_err(|error| error.to_string())?;
        } else if let Some(pause) = step.quiet {
            let requests = self.server.script.count_during(seconds(pause)).await;
            if requests > 0 {
                self.complaints.push(format!("{requests} requests came when none may"));
            }
        } else if let Some(name) = &step.join {
            let pending = self.pending.remove(name).ok_or(format!("the case never started `{name}`"))?;
            self.finish(step, name, pending).await?;
        } else {
            self.request(step).await?;
        }
        Ok(())
    }

    async fn request(&mut self, step: &Step) -> Result<(), String> {
        let (action, members, arguments) = self.message(step)?;
        let pending = self.ask(action, &members, arguments.as_deref()).await?;
        match &step.start {
            Some(name) => drop(self.pending.insert(name.clone(), pending)),
            None => self.finish(step, action, pending).await?,
        }
        Ok(())
    }

    /// The request that a step stands for: what to do, its members, its raw arguments.
    fn message(&self, step: &Step) -> Result<Message, String> {
        let mut members = Map::new();
        let client = step.client.clone().unwrap_or_else(|| "c".to_owned());
        members.insert("client".to_owned(), json!(client));
        if step.new.is_some() {
            let mut options = self.base.clone();
            if let Some(instance) = &step.instance {
                options.retain(|name, _| name != "base_url" && name != "api_key");
                members.insert("instance".to_owned(), json!(instance));
                members.insert("role".to_owned(), json!(step.role.as_deref().unwrap_or("member")));
            }
            options.extend(step.options.clone().unwrap_or_default());
            members.insert("options".to_owned(), substitute(&json!(options), &self.variables));
        } else if let Some(options) = &step.options {
            members.insert("options".to_owned(), substitute(&json!(options), &self.variables));
        }
        if step.start.as_deref().is_some_and(|name| self.cancellable.contains(name)) {
            members.insert("cancellable".to_owned(), json!(true));
        }
        let action = self.action(step, &mut members)?;
        let with = step.with.as_ref().map(|with| substitute(&json!(with), &self.variables));
        let arguments = match (&step.with_text, with, action) {
            (Some(text), ..) => Some(RawValue::from_string(text.clone()).map_err(|error| error.to_string())?),
            (None, Some(with), _) => {
                Some(RawValue::from_string(with.to_string()).map_err(|error| error.to_string())?)
            }
            (None, None, "call" | "iterate") => {
                Some(RawValue::from_string("{}".to_owned()).map_err(|error| error.to_string())?)
            }
            _ => None,
        };
        Ok((action, members, arguments))
    }

    fn action(&self, step: &Step, members: &mut Map<String, Value>) -> Result<&'static str, String> {
        let text = |value: &String| substitute(&json!(value), &self.variables);
        let object = |value: &Map<String, Value>| match substitute(&json!(value), &self.variables) {
            Value::Object(members) => members,
            _ => Map::new(),
        };
        let whole = [
            ("run_governed", &step.run_governed),
            ("events", &step.events),
            ("start_heartbeat", &step.start_heartbeat),
            ("stop_heartbeat", &step.stop_heartbeat),
            ("iterate", &step.iterate),
            ("work_orders", &step.work_orders),
            ("verify_receipt", &step.verify_receipt),
            ("require_valid_receipt", &step.require_valid_receipt),
            ("canonical_json", &step.canonical_json),
            ("derive_idempotency_key", &step.derive_idempotency_key),
            ("sign_action", &step.sign_action),
            ("open_instance", &step.open_instance),
            ("close_instance", &step.close_instance),
        ];
        if let Some((action, Some(own))) = whole.into_iter().find(|(_, own)| own.is_some()) {
            members.extend(object(own));
            if let Some(row) = step.iterate.as_ref().and_then(|own| find(own["operation"].as_str()?)) {
                members.insert("iterator".to_owned(), json!(row.iterator));
            }
            // A receipt out of an earlier answer is a value; the testees take its text.
            if let Some(document) = members.get_mut("document").filter(|document| document.is_object()) {
                *document = Value::from(document.to_string());
            }
            return Ok(action);
        }
        let named = [
            ("call", "operation", &step.call),
            ("wait_for_approval", "action_id", &step.wait_for_approval),
            ("new", "client", &step.new),
            ("close", "client", &step.close),
        ];
        if let Some((action, name, Some(value))) = named.into_iter().find(|(_, _, value)| value.is_some()) {
            members.insert(name.to_owned(), text(value));
            // In languages with positional arguments some operations take one object.
            if let Some(Call::Object(name)) =
                find(value).map(|row| row.rules.call).filter(|_| action == "call")
            {
                members.insert("object".to_owned(), json!(name));
            }
            // In languages that tell lengths of time in another unit, or as a type.
            if let Some(row) = find(value).filter(|_| action == "call") {
                let lengths = row.fields.iter().filter(|field| field.kind == Kind::Seconds);
                let lengths: Vec<&str> = lengths.map(|field| field.name).collect();
                if !lengths.is_empty() {
                    members.insert("lengths".to_owned(), json!(lengths));
                }
            }
            return Ok(action);
        }
        let Some(name) = &step.cancel else { return Err("a step does nothing".to_owned()) };
        let target = self.pending.get(name).ok_or(format!("the case never started `{name}`"))?.id;
        members.insert("target".to_owned(), json!(target));
        Ok("cancel")
    }

    async fn ask(
        &mut self,
        action: &str,
        members: &Map<String, Value>,
        arguments: Option<&RawValue>,
    ) -> Result<Pending, String> {
        let since = Instant::now();
        let (id, answer) = self.testee.send(action, members, arguments).await?;
        Ok(Pending { id, answer, since })
    }

    /// Awaits the answer and judges it.
    async fn finish(&mut self, step: &Step, name: &str, pending: Pending) -> Result<(), String> {
        let since = pending.since;
        let joined = Instant::now();
        let answer = receive(pending).await?;
        // A join measures from the join on, so that a case can time what happens after its signal.
        let start = if step.join.is_some() && step.at_least.is_none() { joined } else { since };
        self.judge_time(step, name, start.elapsed());
        self.judge_answer(step, name, &answer);
        if let (Some(key), Answer::Ok(value) | Answer::Struct(value)) = (&step.save, &answer) {
            self.variables.insert(key.clone(), value.clone());
        }
        self.results.push(as_value(&answer));
        Ok(())
    }

    fn judge_time(&mut self, step: &Step, name: &str, took: Duration) {
        let took = took.as_secs_f64();
        if step.within.is_some_and(|most| took > most) {
            self.complaints.push(format!("{name} took {took:.3} s, expected at most {:?} s", step.within));
        }
        if step.at_least.is_some_and(|least| took < least) {
            self.complaints.push(format!("{name} took {took:.3} s, expected at least {:?} s", step.at_least));
        }
    }

    fn judge_answer(&mut self, step: &Step, name: &str, answer: &Answer) {
        let script = &self.server.script;
        let found = match (answer, &step.ok, &step.error) {
            (Answer::Error(error), None, Some(expected)) => {
                let expected = substitute(&json!(expected), &self.variables);
                let Value::Object(expected) = expected else { return };
                script.captures(|captures| compare_open(&expected, error, captures))
            }
            (Answer::Ok(value) | Answer::Struct(value), _, Some(_)) => {
                vec![format!("expected an error, seen {}", show(Some(value)))]
            }
            (Answer::Error(error), ..) => vec![format!("unexpected error {}", show(Some(error)))],
            (_, Some(expected), None) => {
                let expected = substitute(expected, &self.variables);
                script.captures(|captures| fits(&expected, answer, captures))
            }
            (_, None, None) if step.call.is_some() => match script.last_json() {
                Some(served) => script.captures(|captures| fits(&literal(&served), answer, captures)),
                None => Vec::new(),
            },
            (_, None, None) => Vec::new(),
        };
        self.complaints.extend(found.into_iter().map(|complaint| format!("{name}: {complaint}")));
    }
}

/// The complaints about a value that came back.
fn fits(expected: &Value, answer: &Answer, captures: &mut Captures) -> Vec<String> {
    match answer {
        Answer::Struct(value) => compare(expected, Some(&as_in(expected, value)), captures),
        Answer::Ok(value) | Answer::Error(value) => compare(expected, Some(value), captures),
    }
}

/// A served value as an expectation: its texts are no words.
fn literal(value: &Value) -> Value {
    match value {
        Value::String(text) if is_word(text) => Value::from(format!("${text}")),
        Value::Array(items) => items.iter().map(literal).collect(),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, value)| (name.clone(), literal(value))).collect())
        }
        other => other.clone(),
    }
}

async fn receive(pending: Pending) -> Result<Answer, String> {
    pending.answer.await.map_err(|_| "the testee ended without an answer".to_owned())
}

fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}

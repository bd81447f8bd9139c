//! The Rust testee: the public face of the crate `dashclaw` behind the protocol. It judges nothing.

mod methods;
mod typed;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use dashclaw::bridge::seconds;
use dashclaw::canonical::{Layer, canonical_json};
use dashclaw::idempotency::derive_idempotency_key;
use dashclaw::receipt::{Jwks, Verification, verify_receipt};
use dashclaw::signing::ActionSigner;
use dashclaw::{
    CallOptions, DEFAULT_HEARTBEAT, DashClaw, Error, ErrorKind, EventOptions, GovernedOptions, WaitOptions,
    WorkerOptions,
};
use dashclaw_server::{Instance, InstanceOptions, Role};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio_util::sync::CancellationToken;
use typed::{Given, Work};

/// Where a client of an instance in process is; nothing listens there.
const IN_PROCESS: &str = "http://embedded.invalid";

/// One request line.
#[derive(Deserialize)]
struct Request {
    id: u64,
    #[serde(rename = "do")]
    action: String,
    #[serde(default)]
    client: String,
    operation: Option<String>,
    arguments: Option<Box<RawValue>>,
    options: Option<Box<RawValue>>,
    action_id: Option<String>,
    work: Option<Value>,
    take: Option<usize>,
    #[serde(default)]
    cancellable: bool,
    target: Option<u64>,
    json: Option<String>,
    layer: Option<String>,
    document: Option<String>,
    jwks: Option<Box<RawValue>>,
    body: Option<String>,
    private_key: Option<String>,
    path: Option<String>,
    policies: Option<String>,
    instance: Option<String>,
    role: Option<String>,
    status: Option<String>,
    types: Option<Vec<String>>,
    orders: Option<Vec<Value>>,
}

type Answer = Result<String, Error>;

/// The member of an answer line that holds what came back.
const OK: &str = "ok";
/// The same, where a struct of the catalogue wrote it.
const STRUCT: &str = "struct";

#[derive(Default)]
struct Testee {
    clients: BTreeMap<String, DashClaw>,
    instances: BTreeMap<String, Instance>,
    running: Arc<Mutex<BTreeMap<u64, CancellationToken>>>,
}

/// Answers requests until `quit` or the end of the input.
pub(crate) async fn run() {
    // A program in Rust brings a subscriber; this one writes as those of the other languages do.
    dashclaw::bridge::log::start(None);
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    let mut testee = Testee::default();
    while let Ok(Some(line)) = lines.next_line().await {
        let request: Request = match serde_json::from_str(&line) {
            Ok(request) => request,
            Err(problem) => {
                let _ = writeln!(std::io::stderr(), "not a request: {problem}: {line}");
                continue;
            }
        };
        if request.action == "quit" {
            return reply(request.id, Ok("null".to_owned()));
        }
        testee.take(request);
    }
}

impl Testee {
    fn take(&mut self, request: Request) {
        let id = request.id;
        match request.action.as_str() {
            "new" => reply(id, self.make(&request)),
            "close" => reply(id, self.close(&request)),
            "cancel" => {
                self.cancel(&request);
                reply(id, Ok("null".to_owned()));
            }
            "open_instance" => reply(id, self.open(&request)),
            "close_instance" => {
                self.instances.remove(&instance_name(&request));
                reply(id, Ok("null".to_owned()));
            }
            "canonical_json" | "derive_idempotency_key" | "sign_action" => reply(id, pure(&request)),
            "verify_receipt" if request.jwks.is_some() => reply(id, verify(&request)),
            _ => self.spawn(request),
        }
    }

    fn make(&mut self, request: &Request) -> Answer {
        let mut builder = DashClaw::builder().options(options(request))?;
        if let Some(instance) = request.instance.as_ref().and_then(|name| self.instances.get(name)) {
            let admin = request.role.as_deref() == Some("admin");
            let key = if admin { instance.api_key() } else { instance.create_key(Role::Member, "testee")? };
            builder =
                builder.base_url(IN_PROCESS).transport(instance.transport()).api_key(key.expose_secret());
        }
        let client = builder.build()?;
        self.clients.insert(request.client.clone(), client);
        Ok("null".to_owned())
    }

    fn open(&mut self, request: &Request) -> Answer {
        let [path, policies] = [&request.path, &request.policies].map(|path| path.as_ref().map(Into::into));
        let options = InstanceOptions { path, policies, ..InstanceOptions::default() };
        self.instances.insert(instance_name(request), Instance::open(&options)?);
        Ok("null".to_owned())
    }

    fn close(&mut self, request: &Request) -> Answer {
        self.client(request)?.close();
        Ok("null".to_owned())
    }

    fn cancel(&self, request: &Request) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(token) = request.target.and_then(|target| running.get(&target)) {
            token.cancel();
        }
    }

    fn client(&self, request: &Request) -> Result<DashClaw, Error> {
        let client = self.clients.get(&request.client);
        client.cloned().ok_or_else(|| Error::argument("client", "is unknown"))
    }

    /// Answers when the call is done; others go on meanwhile.
    fn spawn(&self, request: Request) {
        let id = request.id;
        let client = match self.client(&request) {
            Ok(client) => client,
            Err(error) => return reply(id, Err(error)),
        };
        let cancel = CancellationToken::new();
        let running = Arc::clone(&self.running);
        running.lock().unwrap_or_else(PoisonError::into_inner).insert(id, cancel.clone());
        tokio::spawn(async move {
            let work = tokio::spawn(async move {
                match typed(&client, &request, &cancel) {
                    Some(work) => (STRUCT, work.await),
                    None => (OK, serve(&client, &request, cancel).await),
                }
            });
            let (member, answer) = work
                .await
                .unwrap_or_else(|panic| (OK, Err(Error::new(ErrorKind::Internal, panic.to_string()))));
            running.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
            reply_as(member, id, answer);
        });
    }
}

/// The method or the iterator for a request, if there is one that takes its arguments.
fn typed<'a>(client: &'a DashClaw, request: &'a Request, cancel: &CancellationToken) -> Option<Work<'a>> {
    let mut given = Given {
        client,
        operation: request.operation.as_deref()?,
        arguments: request.arguments.as_ref().map_or("{}", |raw| raw.get()),
        options: None,
    };
    // A call without options that no step cancels needs no more than the method.
    if request.options.is_some() || request.cancellable {
        let options = CallOptions::from_json(options(request)).ok()?;
        given.options = Some(CallOptions { cancel: Some(cancel.clone()), ..options });
    }
    match request.action.as_str() {
        "call" => methods::method(given),
        "iterate" => methods::iterator(given, request.take),
        _ => None,
    }
}

async fn serve(client: &DashClaw, request: &Request, cancel: CancellationToken) -> Answer {
    let text = |response: dashclaw::Response| String::from_utf8_lossy(&response.body).into_owned();
    match request.action.as_str() {
        "call" => {
            let options = CallOptions { cancel: Some(cancel), ..CallOptions::from_json(options(request))? };
            let operation = request.operation.as_deref().unwrap_or_default();
            let arguments = request.arguments.as_ref().map_or("{}", |raw| raw.get());
            client.call(operation, arguments.as_bytes(), &options).await.map(text)
        }
        "wait_for_approval" => {
            let options = wait_options(request, cancel)?;
            client
                .wait_for_approval(request.action_id.as_deref().unwrap_or_default(), &options)
                .await
                .map(text)
        }
        "events" => events(client, request, cancel).await,
        "start_heartbeat" => {
            let interval = wait_options(request, cancel)?.interval.unwrap_or(DEFAULT_HEARTBEAT);
            let arguments = json!({ "status": request.status }).to_string();
            client.start_heartbeat(arguments.as_bytes(), interval).map(|()| "null".to_owned())
        }
        "stop_heartbeat" => {
            client.stop_heartbeat();
            Ok("null".to_owned())
        }
        "iterate" => iterate(client, request, cancel).await,
        "work_orders" => work(client, request, cancel).await,
        "run_governed" => governed(client, request, cancel).await,
        "verify_receipt" => {
            let document = request.document.as_deref().unwrap_or_default();
            client.verify_receipt(document.as_bytes()).await.map(|answer| verification(&answer))
        }
        "require_valid_receipt" => {
            let document = request.document.as_deref().unwrap_or_default();
            client.require_valid_receipt(document.as_bytes()).await.map(|answer| verification(&answer))
        }
        other => Err(Error::argument("do", format!("`{other}` is unknown"))),
    }
}

async fn events(client: &DashClaw, request: &Request, cancel: CancellationToken) -> Answer {
    let given: Value = serde_json::from_str(options_text(request)).unwrap_or_default();
    let mut options = EventOptions { cancel: Some(cancel.clone()), ..EventOptions::default() };
    options.last_event_id = given["last_event_id"].as_str().map(str::to_owned);
    let mut stream = client.events(options);
    let mut seen = Vec::new();
    while seen.len() < request.take.unwrap_or(1) {
        match stream.next().await {
            Some(event) => seen.push(json!(event?)),
            None if cancel.is_cancelled() => {
                return Err(Error::new(ErrorKind::Cancelled, "the stream was stopped"));
            }
            None => break,
        }
    }
    Ok(Value::Array(seen).to_string())
}

async fn iterate(client: &DashClaw, request: &Request, cancel: CancellationToken) -> Answer {
    let options = CallOptions { cancel: Some(cancel), ..CallOptions::from_json(options(request))? };
    let operation = request.operation.as_deref().unwrap_or_default();
    let arguments = request.arguments.as_ref().map_or("{}", |raw| raw.get());
    let mut pages = client.pages(operation, arguments.as_bytes(), options)?;
    let mut seen = Vec::new();
    while request.take.is_none_or(|take| seen.len() < take) {
        match pages.next().await {
            Some(item) => seen.push(item?.get().to_owned()),
            None => break,
        }
    }
    Ok(format!("[{}]", seen.join(",")))
}

/// Does with each order what the case says, and then leaves the loop.
async fn work(client: &DashClaw, request: &Request, cancel: CancellationToken) -> Answer {
    let types = request.types.clone().unwrap_or_default();
    let interval = wait_options(request, cancel.clone())?.interval;
    let mut orders = client.work_orders(WorkerOptions { types, interval, cancel: Some(cancel.clone()) });
    let mut seen = Vec::new();
    let worked = async {
        for what in request.orders.iter().flatten() {
            let Some(order) = orders.next().await.transpose()? else {
                let stopped = || Error::new(ErrorKind::Cancelled, "the worker was stopped");
                return if cancel.is_cancelled() { Err(stopped()) } else { Ok(()) };
            };
            seen.push(order.id().to_owned());
            if let Some(output) = what.get("complete") {
                order.complete(output, what.get("cost")).await?;
            } else if let Some(reason) = what.get("fail") {
                let text = |at: usize| reason[at].as_str().unwrap_or_default();
                order.fail(text(0), text(1)).await?;
            }
        }
        Ok(())
    };
    let worked = worked.await;
    orders.close().await;
    worked.map(|()| json!(seen).to_string())
}

/// `work` returns a value or fails with a text, as the case says.
async fn governed(client: &DashClaw, request: &Request, cancel: CancellationToken) -> Answer {
    let given: Value = serde_json::from_str(options_text(request)).unwrap_or_default();
    let mut options = GovernedOptions { wait: wait_options(request, cancel)?, ..GovernedOptions::default() };
    options.rerun = given["rerun"] == true;
    if let Some(idempotency) = given.get("idempotency") {
        options.call = CallOptions::from_json(json!({ "idempotency": idempotency }).to_string().as_bytes())?;
    }
    let action = request.arguments.as_ref().map_or("{}", |raw| raw.get());
    let begun = client.begin_governed(action.as_bytes(), &options).await?;
    let id = &begun.action_id;
    if !begun.run {
        return Ok(json!({ "action_id": id, "ran": false, "outcome": begun.outcome }).to_string());
    }
    let start = Instant::now();
    let work = request.work.clone().unwrap_or_default();
    let failure = work["fails"].as_str();
    let reported = client.finish_governed(id, failure, start.elapsed()).await;
    let answer = match failure {
        Some(text) => json!({ "action_id": id, "ran": true, "failed": text }),
        None => {
            json!({ "action_id": id, "ran": true, "result": work["returns"], "reported": reported.is_ok() })
        }
    };
    Ok(answer.to_string())
}

fn pure(request: &Request) -> Answer {
    let json = request.json.as_deref().unwrap_or_default().as_bytes();
    let made = match request.action.as_str() {
        "canonical_json" => {
            let layer = match request.layer.as_deref() {
                Some("plain") => Layer::Plain,
                Some("rfc8785") => Layer::Rfc8785,
                _ => Layer::Integrity,
            };
            canonical_json(json, layer).map_err(|error| Error::argument("json", error))
        }
        "derive_idempotency_key" => {
            derive_idempotency_key(json).map_err(|error| Error::argument("parts", error))
        }
        _ => {
            let key = request.private_key.clone().unwrap_or_default().into();
            let body = request.body.as_deref().unwrap_or_default();
            let signer = ActionSigner::from_pem(&key);
            signer
                .and_then(|signer| signer.sign_action(body.as_bytes()))
                .map_err(|error| Error::argument("body", error))
        }
    };
    made.map(|text| Value::from(text).to_string())
}

fn instance_name(request: &Request) -> String {
    request.instance.clone().unwrap_or_default()
}

fn verify(request: &Request) -> Answer {
    let jwks = request.jwks.as_ref().map_or("", |raw| raw.get());
    let jwks = Jwks::parse(jwks.as_bytes()).map_err(|error| Error::argument("jwks", error))?;
    Ok(verification(&verify_receipt(request.document.as_deref().unwrap_or_default().as_bytes(), &jwks)))
}

fn verification(answer: &Verification) -> String {
    let mut members = json!(answer);
    members.as_object_mut().map(|members| members.remove("message"));
    members.to_string()
}

fn wait_options(request: &Request, cancel: CancellationToken) -> Result<WaitOptions, Error> {
    let given: Value = serde_json::from_str(options_text(request)).unwrap_or_default();
    let length = |name: &str| given[name].as_f64().map(|value| seconds(name, value)).transpose();
    let mut options = WaitOptions { cancel: Some(cancel), ..WaitOptions::default() };
    options.timeout = length("timeout")?;
    options.interval = length("interval")?;
    Ok(options)
}

fn options(request: &Request) -> &[u8] {
    options_text(request).as_bytes()
}

fn options_text(request: &Request) -> &str {
    request.options.as_ref().map_or("{}", |raw| raw.get())
}

/// The fields of an error; of the verdict behind a block the word alone, which is what every language has.
fn fields(error: &Error) -> Value {
    let mut fields: Value = serde_json::from_str(&error.to_json()).unwrap_or_default();
    if let Some(word) = fields["decision"].get("decision") {
        fields["decision"] = word.clone();
    }
    fields
}

fn reply(id: u64, answer: Answer) {
    reply_as(OK, id, answer);
}

/// Writes one answer line as a whole, so that concurrent answers do not mix.
fn reply_as(member: &str, id: u64, answer: Answer) {
    let line = match answer {
        Ok(value) => format!("{{\"id\":{id},\"{member}\":{value}}}\n"),
        Err(error) => format!("{{\"id\":{id},\"error\":{}}}\n", fields(&error)),
    };
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(line.as_bytes());
    let _ = stdout.flush();
}

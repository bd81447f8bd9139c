//! Every route that is served, asked by one organisation for what another has: it reads nothing of it and changes nothing of it,
//! and is answered as if there were none.
//!
//! The routes and their arguments are those of the router, so a new one is asked, too, or fails here until `known` says what
//! its arguments name.

mod known;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use dashclaw::catalogue::{Expect, Field, Method, Place, Row};
use futures_util::StreamExt;
use http::{Request, StatusCode};
use known::{Known, beside_the_row, body, mark, names_something};
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::app::App;
use crate::http::route::Access;
use crate::keys::{self, Caller, Role};

const MINE: &str = "org_mine";
const THEIRS: &str = "org_theirs";
/// The keys that ask. A key of an administrator is called as its organisation is; the second one may approve what the first
/// asks for.
const KEYS: [(&str, Role); 4] =
    [("", Role::Admin), (" second", Role::Admin), (" member", Role::Member), (" readonly", Role::Readonly)];

/// What differs from one reading to the next by itself.
const VOLATILE: [&str; 6] =
    ["lastUpdated", "timestamp", "last_used_at", "elapsed_ms", "oldest_minutes", "avg_wait_minutes"];
/// Routes that show counts only, or nothing yet, so that nobody's mark can be seen there.
const WITHOUT_A_MARK: [&str; 6] = [
    "get_signals",
    "get_operations_summary",
    "get_recommendations",
    "get_learning_recommendations",
    "get_spend",
    "get_doctor",
];
/// Reads that are put on record, so that a second one finds more than the first.
const RECORDED: [&str; 1] = ["get_agent_env"];
/// Routes that write nothing which can be read.
const UNSEEN: [&str; 3] = ["simulate_policy", "verify_integrity", "record_recommendation_events"];

/// An instance that serves both organisations.
struct World {
    app: Arc<App>,
    router: Router,
}

/// A route at one of its paths.
struct Asked {
    row: &'static Row,
    path: &'static str,
    access: Access,
}

/// The arguments of a request that name something, and whose that is.
type Named<'a> = Vec<(&'static str, &'a Known)>;

fn asked() -> Vec<Asked> {
    let routes = super::routes();
    let beside: Vec<_> = routes.iter().filter(|route| route.row.is_none()).map(|route| route.path).collect();
    assert_eq!(
        beside,
        ["/livez", "/readyz", "/metrics", "/session", "/session", "/session"],
        "what is not of the API needs a look of its own"
    );
    let with_rows = routes.iter().filter_map(|route| Some((route, route.row?)));
    with_rows
        .flat_map(|(route, row)| route.paths().map(move |path| Asked { row, path, access: route.access }))
        .collect()
}

impl World {
    async fn new() -> Self {
        let app = crate::test_app::app().await;
        for org_id in [MINE, THEIRS] {
            for (name, role) in KEYS {
                let key = format!("{org_id}{name}");
                let (org_id, agent_id, revoked) = (org_id.to_owned(), None, CancellationToken::new());
                let caller = Caller {
                    org_id,
                    role,
                    principal: key.clone(),
                    agent_id,
                    stored: false,
                    session: None,
                    revoked,
                };
                app.callers.admit(keys::hash(&key), caller);
            }
        }
        let router = crate::http::router(&app, super::routes());
        Self { app, router }
    }

    /// The status and body of an answer; a stream's is what it is given first, as text.
    async fn ask(&self, key: &str, method: &str, path: &str, body: &Value) -> (StatusCode, Value) {
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let request = Request::builder().method(method).uri(path).header("x-api-key", key);
        let answer = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let status = answer.status();
        let streams = answer.headers().get("content-type").is_some_and(|form| form == "text/event-stream");
        let (mut parts, mut text) = (answer.into_body().into_data_stream(), String::new());
        while !(streams && text.contains("event: connected"))
            && let Some(part) = parts.next().await
        {
            text += std::str::from_utf8(&part.unwrap()).unwrap();
        }
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// Everything that can be read of an organisation which has this, by the path it stands at.
    async fn view(&self, org_id: &str, has: &Known) -> Map<String, Value> {
        let mut seen = Map::new();
        let is_seen = |asked: &&Asked| asked.access != Access::Public && !RECORDED.contains(&asked.row.name);
        for asked in asked().iter().filter(|asked| asked.reads()).filter(is_seen) {
            let (path, _) = asked.request(&asked.needed(has));
            let (status, body) = self.ask(org_id, "GET", &path, &Value::Null).await;
            assert_eq!(status, 200, "{path} {body}");
            let key = format!("{} {path}", asked.row.name);
            seen.insert(key, steady(body));
        }
        seen
    }

    /// Every list of an organisation, as text.
    async fn lists(&self, org_id: &str) -> String {
        let mut seen = String::new();
        for asked in asked().iter().filter(|asked| asked.reads() && !asked.path.contains('{')) {
            seen += &self.ask(org_id, "GET", asked.path, &Value::Null).await.1.to_string();
        }
        seen
    }
}

impl Asked {
    fn reads(&self) -> bool {
        self.row.method == Method::Get && self.access != Access::Cron
    }

    /// What must be named, here of what one organisation has. A stream shows what was only behind a cursor.
    fn needed<'a>(&self, of: &'a Known) -> Named<'a> {
        let streams = self.row.rules.expect == Expect::Events;
        let needed = |field: &&Field| field.required || streams || self.is_in_path(field.name);
        self.names().filter(needed).map(|field| (field.name, of)).collect()
    }

    fn names(&self) -> impl Iterator<Item = &'static Field> {
        self.row.arguments().filter(|field| names_something(field))
    }

    fn is_in_path(&self, name: &str) -> bool {
        self.path.contains(&format!("{{{name}}}"))
    }

    /// Every way to name what is theirs: all that must be named, and each other thing beside what is mine.
    fn attacks<'a>(&self, mine: &'a Known, theirs: &'a Known) -> Vec<Named<'a>> {
        let mut attacks = vec![self.needed(theirs)];
        let names = self.names().map(|field| field.name).chain(beside_the_row(self.row.name).iter().copied());
        for name in names {
            let beside = self.needed(mine).into_iter().filter(|(needed, _)| *needed != name);
            attacks.push(beside.chain([(name, theirs)]).collect());
        }
        attacks
    }

    /// The path with its query, and the body, of a request that names this.
    fn request(&self, named: &Named<'_>) -> (String, Value) {
        let row = self.row;
        let (mut path, mut query, mut body) = (self.path.to_owned(), Vec::new(), body(row));
        for (name, known) in named {
            let id = known.of(row.name, name);
            let field = row.field(name);
            let in_body = field.is_some_and(|field| field.place == Place::Body);
            let on_wire = field.map_or(*name, Field::on_wire);
            if self.is_in_path(name) {
                path = path.replace(&format!("{{{name}}}"), id);
            } else if in_body {
                body[on_wire] = if name.ends_with("_ids") { json!([id]) } else { json!(id) };
            } else {
                query.push(format!("{on_wire}={id}"));
            }
        }
        assert!(!path.contains('{'), "{path}");
        let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
        let reads = matches!(row.method, Method::Get | Method::Delete);
        (path + &query, if reads { Value::Null } else { body })
    }
}

/// Without what differs from one reading to the next by itself.
fn steady(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.into_iter().filter(|(name, _)| !VOLATILE.contains(&name.as_str()));
            kept.map(|(name, value)| (name, steady(value))).collect()
        }
        Value::Array(items) => items.into_iter().map(steady).collect(),
        other => other,
    }
}

/// Without texts, in which stand ids and times, and without the numbers of rows: what is left tells how much there is of what.
fn shape(value: Value) -> Value {
    match steady(value) {
        Value::Object(mut members) => {
            members.remove("id");
            members.into_iter().map(|(name, value)| (name, shape(value))).collect()
        }
        Value::Array(items) => items.into_iter().map(shape).collect(),
        Value::String(_) => json!(""),
        other => other,
    }
}

/// Says what of `theirs` stands in an answer to a request that did not name it.
fn leaks(theirs: &Known, request: &str, answer: &Value) -> Vec<String> {
    let text = answer.to_string();
    let ids = theirs.ids().filter(|id| !request.contains(id)).map(str::to_owned);
    ids.chain([mark(THEIRS)]).filter(|known| text.contains(known)).collect()
}

#[tokio::test]
async fn nothing_is_read_of_another() {
    let (world, empty) = (World::new().await, World::new().await);
    let theirs = Known::plant(&world, THEIRS, true).await;
    let seen = world.view(THEIRS, &theirs).await;
    for (read, body) in &seen {
        let row = read.split(' ').next().unwrap();
        let told = leaks(&theirs, "", body);
        assert_eq!(told.is_empty(), WITHOUT_A_MARK.contains(&row), "plant what stands at {read}: {body}");
    }
    for asked in asked().iter().filter(|asked| asked.reads()) {
        for named in asked.attacks(&theirs, &theirs) {
            let (path, _) = asked.request(&named);
            for (name, _) in KEYS {
                let key = format!("{MINE}{name}");
                let (status, body) = world.ask(&key, "GET", &path, &Value::Null).await;
                assert_eq!(leaks(&theirs, &path, &body), Vec::<String>::new(), "{path} {status} {body}");
                let (status_of_none, none) = empty.ask(&key, "GET", &path, &Value::Null).await;
                assert_eq!((status, shape(body)), (status_of_none, shape(none)), "{key} {path}");
            }
        }
    }
    assert_eq!(differences(&seen, &world.view(THEIRS, &theirs).await), Vec::<String>::new());
}

fn differences(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<String> {
    let differ = before.iter().filter(|(path, body)| after[*path] != **body);
    differ.map(|(path, body)| format!("{path}: {body} became {}", after[path])).collect()
}

/// Asks a route for what is theirs, and says as which it was answered.
async fn attack(
    world: &World,
    asked: &Asked,
    mine: &Known,
    theirs: &Known,
) -> Vec<(String, StatusCode, Value)> {
    let mut answers = Vec::new();
    for (turn, named) in asked.attacks(mine, theirs).into_iter().enumerate() {
        let (path, body) = asked.request(&named);
        let method = asked.row.method.as_str();
        for (name, _) in KEYS {
            let (status, answer) = world.ask(&format!("{MINE}{name}"), method, &path, &body).await;
            let request = format!("{path} {body}");
            assert_eq!(leaks(theirs, &request, &answer), Vec::<String>::new(), "{method} {request} {answer}");
            answers.push((format!("{method} {} {turn}{name}", asked.path), status, shape(answer)));
        }
    }
    answers
}

async fn nothing_is_changed(asked: &Asked, halted: bool) {
    let (world, without) = (World::new().await, World::new().await);
    let theirs = Known::plant(&world, THEIRS, halted).await;
    let mine = Known::plant(&world, MINE, false).await;
    let alone = Known::plant(&without, MINE, false).await;
    let before = world.view(THEIRS, &theirs).await;
    let answers = attack(&world, asked, &mine, &theirs).await;
    let changed = differences(&before, &world.view(THEIRS, &theirs).await);
    assert_eq!(changed, Vec::<String>::new(), "{} {}", asked.row.method.as_str(), asked.path);
    for (answer, of_none) in answers.iter().zip(attack(&without, asked, &alone, &theirs).await) {
        assert_eq!(*answer, of_none);
    }
    // What I had may be gone, by one of my own requests.
    let lists = world.lists(MINE).await;
    assert!(!lists.contains(&mark(THEIRS)), "{lists}");
    if !halted {
        // It works where it is no attack.
        let (path, body) = asked.request(&asked.needed(&theirs));
        let method = asked.row.method.as_str();
        let (status, answer) = world.ask(&format!("{THEIRS} second"), method, &path, &body).await;
        assert!(status.is_success(), "{method} {path} {body}: {status} {answer}");
        let seen = UNSEEN.contains(&asked.row.name) || world.view(THEIRS, &theirs).await != before;
        assert!(seen, "{method} {path} changes nothing that can be read");
    }
    drop(world.app);
}

#[tokio::test]
async fn nothing_is_changed_of_another() {
    for asked in asked().iter().filter(|asked| asked.row.method != Method::Get) {
        for halted in [false, true] {
            nothing_is_changed(asked, halted).await;
        }
    }
}

//! What an instance does, one module per domain, each with the same rooms: `routes` (HTTP in, answer out), `cases` (what
//! happens), `rules` (pure), `rows` (what is stored).

pub(crate) mod actions {
    mod around;
    pub(crate) mod birth;
    pub(crate) mod cases;
    mod create;
    mod graph;
    mod pricing;
    pub(super) mod routes;
    pub(crate) mod rows;
    pub(crate) mod rules;
    mod signature;
    mod trace;
}
pub(crate) mod activity {
    pub(crate) mod cases;
    pub(super) mod routes;
    mod rows;
}
pub(crate) mod agents {
    mod cases;
    pub(super) mod routes;
    pub(crate) mod rows;
}
pub(crate) mod approvals {
    mod cases;
    pub(super) mod routes;
    pub(crate) mod sweep;
}
pub(crate) mod assumptions {
    mod cases;
    pub(super) mod routes;
    pub(crate) mod rows;
    mod rules;
}
pub(crate) mod doctor {
    mod cases;
    pub(super) mod routes;
    mod rows;
    mod rules;
}
pub(crate) mod guard {
    mod cases;
    pub(crate) mod decide;
    pub(crate) mod judge;
    mod known;
    pub(crate) mod log;
    pub(crate) mod premises;
    pub(crate) mod question;
    pub(crate) mod routes;
    pub(crate) mod rows;
    mod shown;
}
pub(crate) mod halts {
    pub(crate) mod cases;
    pub(super) mod routes;
}
pub(crate) mod health {
    mod cases;
    pub(super) mod routes;
}
pub(crate) mod identities {
    mod cases;
    mod pairings;
    pub(super) mod routes;
    pub(crate) mod rows;
    mod rules;
}
pub(crate) mod integrity {
    mod cases;
    pub(super) mod routes;
    pub(crate) mod rows;
}
pub(crate) mod keys {
    pub(crate) mod cases;
    pub(super) mod routes;
    pub(crate) mod rows;
}
pub(crate) mod learning {
    mod cases;
    pub(super) mod routes;
    mod rows;
}
pub(crate) mod loops {
    mod cases;
    pub(super) mod routes;
    pub(crate) mod rows;
    mod rules;
}
pub(crate) mod metrics {
    mod cases;
    pub(super) mod routes;
    mod rows;
}
pub(crate) mod operations {
    mod cases;
    pub(super) mod routes;
    mod rows;
    mod rules;
}
pub(crate) mod outcomes {
    mod cases;
    pub(super) mod routes;
    pub(crate) mod sweep;
}
pub(crate) mod policies {
    pub(crate) mod cases;
    pub(super) mod routes;
    pub(crate) mod rows;
}
pub(crate) mod retention {
    pub(crate) mod cases;
    mod rows;
}
pub(crate) mod secrets {
    pub(crate) mod cases;
    pub(super) mod routes;
    mod rows;
    mod rules;
}
pub(crate) mod sessions {
    mod cases;
    pub(super) mod routes;
    pub(crate) mod rows;
    mod rules;
}
pub(crate) mod settings {
    pub(crate) mod cases;
    pub(crate) mod rows;
}
pub(crate) mod sign_in {
    pub(crate) mod cases;
    pub(super) mod routes;
    mod rows;
    mod rules;
}
pub(crate) mod signals {
    pub(crate) mod cases;
    pub(super) mod routes;
    mod rules;
}
pub(crate) mod spend {
    mod cases;
    pub(super) mod routes;
    mod rows;
}
pub(crate) mod stream {
    pub(super) mod routes;
}

use std::time::Duration;

use dashclaw::clock;
use futures_util::FutureExt;

use crate::db::DbResult;
use crate::http::route::{Owned, Owns, Route};
use crate::jobs::Kind;

/// Finds whose something is with this function of its domain.
macro_rules! owner {
    ($find:path) => {
        |context, id| context.look_up(id, |id, tx| async move { Ok($find(tx, id).await?) }.boxed()).boxed()
    };
}

/// What belongs to an agent, by the argument that names it.
const OWNED: [(&str, Owned); 4] = [
    ("action_id", Owned { unknown: "Action not found", agent_of: owner!(actions::rows::agent_of) }),
    ("loop_id", Owned { unknown: "Open loop not found", agent_of: owner!(loops::rows::agent_of) }),
    (
        "assumption_id",
        Owned { unknown: "Assumption not found", agent_of: owner!(assumptions::rows::agent_of) },
    ),
    ("session_id", Owned { unknown: "Session not found", agent_of: owner!(sessions::rows::agent_of) }),
];
/// The argument that also names what something new hangs on.
const PARENT: &str = "action_id";

/// Every route. Operations that differ only in what the client fills in share one.
pub(crate) fn routes() -> Vec<Route> {
    let mut routes = [
        actions::routes::routes(),
        activity::routes::routes(),
        agents::routes::routes(),
        approvals::routes::routes(),
        assumptions::routes::routes(),
        doctor::routes::routes(),
        guard::routes::routes(),
        halts::routes::routes(),
        health::routes::routes(),
        identities::routes::routes(),
        integrity::routes::routes(),
        keys::routes::routes(),
        learning::routes::routes(),
        loops::routes::routes(),
        metrics::routes::routes(),
        operations::routes::routes(),
        outcomes::routes::routes(),
        policies::routes::routes(),
        secrets::routes::routes(),
        sessions::routes::routes(),
        sign_in::routes::routes(),
        signals::routes::routes(),
        spend::routes::routes(),
        stream::routes::routes(),
    ]
    .concat();
    for route in &mut routes {
        route.owned = owned(route);
    }
    routes
}

/// Everything that is done in the background.
pub(crate) fn jobs() -> Vec<Kind> {
    vec![
        Kind {
            name: "outcomes.sweep",
            every: Some(Duration::from_secs(60)),
            run: |app, shard, _| {
                async move { told(outcomes::sweep::sweep_shard(&app, &shard).await.map(drop)) }.boxed()
            },
        },
        Kind {
            name: "approvals.expire",
            every: Some(Duration::from_secs(30)),
            run: |app, shard, _| {
                async move { told(approvals::sweep::sweep(&app, &shard).await.map(drop)) }.boxed()
            },
        },
        Kind {
            name: "retention.records",
            every: Some(Duration::from_secs(3600)),
            run: |app, shard, _| {
                let removed =
                    async move { retention::cases::remove_expired(&app, &shard, clock::unix_millis()).await };
                removed.map(|removed| told(removed.map(drop))).boxed()
            },
        },
        Kind {
            name: "retention.events",
            every: Some(Duration::from_secs(3600)),
            run: |app, shard, _| {
                let removed = async move {
                    retention::cases::remove_old_events(&app, &shard, clock::unix_millis()).await
                };
                removed.map(told).boxed()
            },
        },
    ]
}

fn told(done: DbResult<()>) -> Result<(), String> {
    done.map_err(|error| error.to_string())
}

/// What a request of this route changes or adds to: what its path names, and the action that something new hangs on.
fn owned(route: &Route) -> Vec<Owns> {
    let in_path = |name: &str| route.path.contains(&format!("{{{name}}}"));
    let hangs_on = |name: &str| name == PARENT && !route.new_id;
    let found = OWNED.into_iter().filter(|(name, _)| in_path(name) || hangs_on(name));
    found.map(|(argument, owned)| Owns { argument, owned }).collect()
}

#[cfg(test)]
mod isolation_tests;
#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    /// Every Rust file below this folder.
    fn files(folder: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let found = entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] });
        found.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
    }

    fn uses(path: &Path, words: &[&str]) -> Vec<String> {
        let text = fs::read_to_string(path).unwrap();
        let found = text.lines().filter(|line| words.iter().any(|word| line.contains(word)));
        found.map(|line| format!("{}: {}", path.display(), line.trim())).collect()
    }

    /// Each statement is looked at by the transaction that runs it, as in every test of this crate.
    #[tokio::test]
    async fn no_list_reads_all_of_a_table_whatever_is_asked_for() {
        let app = crate::test_app::app().await;
        let lists = [
            (
                "/api/actions",
                "agent_id=a swarm_id=s status=running exclude_status=failed action_type=t risk_min=5 outcome_status=pending \
                 session_id=s limit=5&offset=5",
            ),
            ("/api/guard", "agent_id=a decision=block limit=5&offset=5"),
            ("/api/guard/decisions", "agent_id=a decision=block limit=5&offset=5"),
            (
                "/api/assumptions",
                "validated=true stale=true drift=true action_id=x agent_id=a limit=5&offset=5",
            ),
            ("/api/actions/loops", "status=open loop_type=t priority=high agent_id=a action_id=x"),
            ("/api/sessions", "agent_id=a status=running limit=5"),
            ("/api/pairings", "status=pending status=expired"),
            ("/api/actions/signals", "agent_id=a"),
            ("/api/policies", "agent_id=a"),
            ("/api/agents", ""),
            ("/api/identities", ""),
            ("/api/keys", ""),
            ("/api/operations/summary", ""),
            ("/metrics", ""),
        ];
        for (path, filters) in lists {
            let every = filters.split(' ').collect::<Vec<_>>().join("&");
            for query in filters.split(' ').chain(["", every.as_str()]) {
                let asked = format!("{path}?{query}");
                let (status, body) =
                    crate::test_app::call(&app, "GET", &asked, serde_json::Value::Null).await;
                assert_eq!(status, 200, "{asked} {body}");
            }
        }
    }

    /// Data can be spread by organisations while only these look at more than one.
    #[test]
    fn few_statements_name_no_organisation() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut found = Vec::new();
        for path in files(&source) {
            let name = path.strip_prefix(&source).unwrap().to_str().unwrap().replace('\\', "/");
            let text = fs::read_to_string(&path).unwrap();
            let (code, _) = text.split_once("#[cfg(test)]\nmod ").unwrap_or((&text, ""));
            let count = ["everywhere(", "find_anywhere("]
                .iter()
                .map(|name| code.matches(name).count())
                .sum::<usize>();
            if count > 0 && !name.ends_with("_tests.rs") && !["db.rs", "db/shard.rs"].contains(&&*name) {
                found.push((name, count));
            }
        }
        found.sort();
        let expected = [
            // Whether anything can be stored.
            ("db/storing.rs", 1),
            // Which organisations something waits in.
            ("domains/approvals/sweep.rs", 1),
            // A key is found before its organisation is known.
            ("domains/keys/cases.rs", 2),
            // Which organisations there is work for.
            ("domains/outcomes/sweep.rs", 1),
            ("domains/retention/cases.rs", 2),
            // A session is found before its organisation is known.
            ("domains/sign_in/cases.rs", 1),
            // The epoch of all events.
            ("events/hub.rs", 1),
            // Work in the background is whoever's.
            ("jobs.rs", 2),
            ("jobs/worker.rs", 5),
            // The key that receipts are signed with.
            ("signer.rs", 1),
        ];
        assert_eq!(found, expected.map(|(name, count)| (name.to_owned(), count)));
    }

    /// The arrows between the rooms run one way.
    #[test]
    fn only_routes_know_http_and_http_knows_no_domain() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let told = |path: &PathBuf| {
            ["routes.rs", "cases_tests.rs", "isolation_tests.rs"].iter().any(|name| path.ends_with(name))
        };
        let mut below = files(&source.join("domains"));
        below.extend(files(&source.join("db")));
        below.retain(|path| !told(path));
        let mut wrong: Vec<String> =
            below.iter().flat_map(|path| uses(path, &["crate::http", "axum::", "use http::"])).collect();
        wrong.extend(files(&source.join("http")).iter().flat_map(|path| uses(path, &["crate::domains"])));
        assert_eq!(wrong, Vec::<String>::new());
    }
}

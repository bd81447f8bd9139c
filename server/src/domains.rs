//! What an instance does, one module per domain, each with the same rooms: `routes` (HTTP in, answer out), `cases` (what
//! happens), `rules` (pure), `rows` (what is stored).

pub(crate) mod actions {
    pub(crate) mod birth;
    pub(crate) mod cases;
    mod create;
    mod graph;
    mod pricing;
    pub(super) mod routes;
    pub(crate) mod rules;
    mod signature;
    mod trace;
}
pub(crate) mod agents {
    mod cases;
    pub(super) mod routes;
}
pub(crate) mod approvals {
    mod cases;
    pub(super) mod routes;
}
pub(crate) mod assumptions {
    mod cases;
    pub(super) mod routes;
    mod rules;
}
pub(crate) mod guard {
    mod cases;
    pub(crate) mod decide;
    pub(crate) mod judge;
    mod known;
    pub(crate) mod question;
    pub(super) mod routes;
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
    mod rules;
}
pub(crate) mod integrity {
    mod cases;
    pub(super) mod routes;
}
pub(crate) mod keys {
    pub(crate) mod cases;
    pub(super) mod routes;
}
pub(crate) mod learning {
    mod cases;
    pub(super) mod routes;
}
pub(crate) mod loops {
    mod cases;
    pub(super) mod routes;
}
pub(crate) mod operations {
    mod cases;
    pub(super) mod routes;
}
pub(crate) mod outcomes {
    mod cases;
    pub(super) mod routes;
    pub(crate) mod sweep;
}
pub(crate) mod policies {
    mod cases;
    pub(super) mod routes;
}
pub(crate) mod sessions {
    mod cases;
    pub(super) mod routes;
}
pub(crate) mod signals {
    pub(crate) mod cases;
    pub(super) mod routes;
    mod rules;
}
pub(crate) mod stream {
    pub(super) mod routes;
}

use crate::http::route::{Owns, Route};
use crate::store::Owned;

/// What belongs to an agent, by the argument that names it.
const OWNED: [(&str, Owned); 4] = [
    ("action_id", Owned::Action),
    ("loop_id", Owned::Loop),
    ("assumption_id", Owned::Assumption),
    ("session_id", Owned::Session),
];

/// Every route. Operations that differ only in what the client fills in share one.
pub(crate) fn routes() -> Vec<Route> {
    let mut routes = [
        actions::routes::routes(),
        agents::routes::routes(),
        approvals::routes::routes(),
        assumptions::routes::routes(),
        guard::routes::routes(),
        halts::routes::routes(),
        health::routes::routes(),
        identities::routes::routes(),
        integrity::routes::routes(),
        keys::routes::routes(),
        learning::routes::routes(),
        loops::routes::routes(),
        operations::routes::routes(),
        outcomes::routes::routes(),
        policies::routes::routes(),
        sessions::routes::routes(),
        signals::routes::routes(),
        stream::routes::routes(),
    ]
    .concat();
    for route in &mut routes {
        route.owned = owned(route);
    }
    routes
}

/// What a request of this route changes or adds to: what its path names, and the action that something new hangs on.
fn owned(route: &Route) -> Vec<Owns> {
    let in_path = |name: &str| route.path.contains(&format!("{{{name}}}"));
    let hangs_on = |owned: Owned| owned == Owned::Action && !route.new_id;
    let found = OWNED.into_iter().filter(|(name, owned)| in_path(name) || hangs_on(*owned));
    found.map(|(argument, owned)| Owns { argument, owned }).collect()
}

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

    /// The arrows between the rooms run one way.
    #[test]
    fn only_routes_know_http_and_http_knows_no_domain() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let below = files(&source.join("domains")).into_iter().filter(|path| !path.ends_with("routes.rs"));
        let mut wrong: Vec<String> =
            below.flat_map(|path| uses(&path, &["crate::http", "axum::", "use http::"])).collect();
        wrong.extend(files(&source.join("http")).iter().flat_map(|path| uses(path, &["crate::domains"])));
        assert_eq!(wrong, Vec::<String>::new());
    }
}

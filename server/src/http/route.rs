//! A route: an operation of the catalogue, and who answers it.

use axum::response::Response;
use dashclaw::catalogue::{Method, Operation, Row};
use futures_util::future::BoxFuture;

use super::call::Call;
use super::refusal::Answer;

/// Answers a request.
pub(crate) type Handler = fn(Call) -> BoxFuture<'static, Answer<Response>>;

/// Who may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Anybody.
    Public,
    /// The scheduler, by a secret of its own, which the handler checks.
    Cron,
    /// Anybody with a key; a key that may only read may only GET.
    Key,
    /// An admin; others are told this.
    Admin(&'static str),
}

/// What a handler does about wrong arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Checks {
    /// They are refused as the row says.
    ByRow,
    /// The operation has words of its own for them.
    ByHandler,
}

/// An operation and who answers it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) aliases: &'static [&'static str],
    /// Nothing for operations that are not in the catalogue.
    pub(crate) row: Option<&'static Row>,
    pub(crate) access: Access,
    pub(crate) checks: Checks,
    pub(crate) handler: Handler,
}

impl Route {
    /// The route of a catalogue operation.
    pub(crate) fn of<T: Operation>(handler: Handler) -> Self {
        let row = const { &T::ROW };
        let access = match (row.rules.public, row.rules.admin) {
            (true, _) => Access::Public,
            (_, true) => Access::Admin("Admin access required"),
            _ => Access::Key,
        };
        let (method, path, aliases) = (row.method, row.path, row.rules.aliases);
        Self { method, path, aliases, row: Some(row), access, checks: Checks::ByRow, handler }
    }

    /// A route that is not in the catalogue.
    pub(crate) fn at(method: Method, path: &'static str, access: Access, handler: Handler) -> Self {
        Self { method, path, aliases: &[], row: None, access, checks: Checks::ByHandler, handler }
    }

    /// The handler itself says what is wrong with the arguments.
    pub(crate) fn own_checks(mut self) -> Self {
        self.checks = Checks::ByHandler;
        self
    }

    /// Who is not an admin is told this.
    pub(crate) fn admin(mut self, refusal: &'static str) -> Self {
        self.access = Access::Admin(refusal);
        self
    }

    /// Whether it changes anything. The scheduler asks with GET for what writes.
    pub(crate) fn writes(&self) -> bool {
        self.method != Method::Get || self.access == Access::Cron
    }

    /// Its path and the paths that mean the same.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &'static str> + use<> {
        std::iter::once(self.path).chain(self.aliases.iter().copied())
    }
}

/// A path for the router, which wants one name for parameters at the same place, and the names in order.
pub(crate) fn router_path(path: &str) -> (String, Vec<String>) {
    let mut names = Vec::new();
    let segments = path.split('/').map(|segment| {
        match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) => {
                names.push(name.to_owned());
                format!("{{p{}}}", names.len())
            }
            None => segment.to_owned(),
        }
    });
    let path = segments.collect::<Vec<_>>().join("/");
    (path, names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_named_by_their_place() {
        let (path, names) = router_path("/api/a/{action_id}/b/{x}");
        assert_eq!(
            (path.as_str(), names),
            ("/api/a/{p1}/b/{p2}", vec!["action_id".to_owned(), "x".to_owned()])
        );
    }
}

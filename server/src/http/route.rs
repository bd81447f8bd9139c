//! A route: an operation of the catalogue, and who answers it.

use std::fmt;
use std::sync::Arc;

use dashclaw::catalogue::{Method, Operation, Row};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::StatusCode;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::call::{Call, Reply, ok};
use crate::context::Context;
use crate::failure::Answer;

/// Answers a request.
pub(crate) type Handler = Arc<dyn Fn(Call) -> BoxFuture<'static, Reply> + Send + Sync>;

/// Who may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Anybody.
    Public,
    /// Who starts and stops the process: anybody, however often.
    Probe,
    /// The scheduler, by a secret of its own, which the handler checks.
    Cron,
    /// Anybody with a key; a key that may only read may only GET.
    Key,
    /// The same, and one that may only read may ask for this as well.
    AnyKey,
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
#[derive(Clone)]
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) aliases: &'static [&'static str],
    /// Nothing for what is not of the API: probes and metrics.
    pub(crate) row: Option<&'static Row>,
    pub(crate) access: Access,
    pub(crate) checks: Checks,
    /// Members of the body that the platform takes under another name, and the field each of them means.
    pub(crate) other_names: &'static [(&'static str, &'static str)],
    /// Whether an id in its body is that of something new.
    pub(crate) new_id: bool,
    /// The arguments that name what belongs to an agent.
    pub(crate) owned: Vec<Owns>,
    /// Whether its key may stand in `authorization`, as those send it who know no other place.
    pub(crate) bearer_key: bool,
    /// Whether its answer is permission to act, which a key that was revoked in the meantime must not get.
    pub(crate) permits: bool,
    pub(crate) handler: Handler,
}

/// An argument that names what belongs to an agent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owns {
    pub(crate) argument: &'static str,
    pub(crate) owned: Owned,
}

/// A kind of thing that belongs to an agent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owned {
    /// That there is no such thing.
    pub(crate) unknown: &'static str,
    /// Finds the agent that one belongs to, by its id.
    pub(crate) agent_of: fn(&Context, String) -> BoxFuture<'_, Answer<Option<String>>>,
}

impl Route {
    /// The route of a catalogue operation.
    pub(crate) fn of<T: Operation>(handler: fn(Call) -> BoxFuture<'static, Reply>) -> Self {
        Self::handled::<T>(Arc::new(handler))
    }

    /// The route of a catalogue operation that is one case: its request is read, the case runs, its response is written.
    pub(crate) fn case<T, R, F>(case: fn(Context, T) -> F) -> Self
    where
        T: Operation + DeserializeOwned + 'static,
        R: Serialize,
        F: Future<Output = Answer<R>> + Send + 'static,
    {
        let handler = move |call: Call| {
            async move {
                let request = call.request()?;
                ok(&case(call.context, request).await?)
            }
            .boxed()
        };
        Self::handled::<T>(Arc::new(handler))
    }

    fn handled<T: Operation>(handler: Handler) -> Self {
        let row = const { &T::ROW };
        let access = match (row.rules.public, row.rules.scheduler, row.rules.admin) {
            (true, ..) => Access::Public,
            (_, true, _) => Access::Cron,
            (.., true) => Access::Admin("Admin access required"),
            _ => Access::Key,
        };
        let (method, path, aliases) = (row.method, row.path, row.rules.aliases);
        Self { row: Some(row), checks: Checks::ByRow, ..Self::new(method, path, aliases, access, handler) }
    }

    /// A route that is not of the API.
    pub(crate) fn at(
        method: Method,
        path: &'static str,
        access: Access,
        handler: fn(Call) -> BoxFuture<'static, Reply>,
    ) -> Self {
        Self::new(method, path, &[], access, Arc::new(handler))
    }

    fn new(
        method: Method,
        path: &'static str,
        aliases: &'static [&'static str],
        access: Access,
        handler: Handler,
    ) -> Self {
        Self {
            method,
            path,
            aliases,
            row: None,
            access,
            checks: Checks::ByHandler,
            other_names: &[],
            new_id: false,
            owned: Vec::new(),
            bearer_key: false,
            permits: false,
            handler,
        }
    }

    /// It answers 201.
    pub(crate) fn created(mut self) -> Self {
        let handler = self.handler;
        self.handler = Arc::new(move |call| {
            let answer = handler(call);
            async move {
                let mut response = answer.await?;
                *response.status_mut() = StatusCode::CREATED;
                Ok(response)
            }
            .boxed()
        });
        self
    }

    /// These members of the body mean these fields, too.
    pub(crate) fn other_names(mut self, names: &'static [(&'static str, &'static str)]) -> Self {
        self.other_names = names;
        self
    }

    /// The id in its body is that of something new.
    pub(crate) fn new_id(mut self) -> Self {
        self.new_id = true;
        self
    }

    /// It stands at this path instead of its row's, whose parameters are members of the request.
    pub(crate) fn at_path(mut self, path: &'static str) -> Self {
        (self.path, self.aliases) = (path, &[]);
        self
    }

    /// Its key may stand in `authorization`.
    pub(crate) fn bearer_key(mut self) -> Self {
        self.bearer_key = true;
        self
    }

    /// Its answer is permission to act.
    pub(crate) fn permits(mut self) -> Self {
        self.permits = true;
        self
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

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Route")
            .field("method", &self.method)
            .field("path", &self.path)
            .finish_non_exhaustive()
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

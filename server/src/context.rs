//! Who asks, and what serves them: what every case is given beside its request.

use std::sync::Arc;

use crate::app::App;
use crate::db::{Tx, Work};
use crate::failure::{Answer, Failure};
use crate::keys::{Caller, Role};

/// Who asks, and what serves them.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub(crate) app: Arc<App>,
    /// Nobody for what anybody may ask.
    pub(crate) caller: Option<Arc<Caller>>,
    /// How many bytes the request had; what is large is worked on where it holds up nobody.
    pub(crate) size: usize,
}

impl Context {
    /// Whose organisation this is about.
    pub(crate) fn org_id(&self) -> &str {
        self.caller.as_ref().map_or(&self.app.config.org_id, |caller| &caller.org_id)
    }

    /// Who is on record for what is decided.
    pub(crate) fn principal(&self) -> &str {
        self.caller.as_ref().map_or("", |caller| &caller.principal)
    }

    /// Whether the caller may administer.
    pub(crate) fn is_admin(&self) -> bool {
        self.caller.as_ref().is_some_and(|caller| caller.role == Role::Admin)
    }

    /// A [short read](crate::db::Db::look_up) of the organisation.
    pub(crate) async fn look_up<D, T, W>(&self, given: D, work: W) -> Answer<T>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        W: for<'a> Fn(&'a D, &'a Tx<'_>) -> Work<'a, T, Failure> + Send + 'static,
    {
        self.app.db.look_up(self.org_id(), given, work).await
    }

    /// A [read that may take long](crate::db::Db::scan) of the organisation.
    pub(crate) async fn scan<D, T, W>(&self, given: D, work: W) -> Answer<T>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        W: for<'a> Fn(&'a D, &'a Tx<'_>) -> Work<'a, T, Failure> + Send + 'static,
    {
        self.app.db.scan(self.org_id(), given, work).await
    }

    /// A [write](crate::db::Db::write) in the organisation.
    pub(crate) async fn write<D, T, W>(&self, given: D, work: W) -> Answer<T>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        W: for<'a> Fn(&'a D, &'a Tx<'_>) -> Work<'a, T, Failure> + Send + 'static,
    {
        self.app.db.write(self.org_id(), given, work).await
    }
}

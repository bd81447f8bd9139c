//! Who asks, and what serves them: what every case is given beside its request.

use std::sync::Arc;

use crate::app::App;
use crate::db::{Tx, Work};
use crate::domains::keys;
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

    /// The same, as people see it.
    pub(crate) fn shown(&self) -> String {
        self.caller.as_ref().map_or_else(String::new, |caller| caller.shown())
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
        W: for<'a> Fn(&'a D, &'a Tx<'_>) -> Work<'a, T, Failure> + Send + Sync + 'static,
    {
        self.app.db.look_up(self.org_id(), given, work).await
    }

    /// A [read that may take long](crate::db::Db::scan) of the organisation.
    pub(crate) async fn scan<D, T, W>(&self, given: D, work: W) -> Answer<T>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        W: for<'a> Fn(&'a D, &'a Tx<'_>) -> Work<'a, T, Failure> + Send + Sync + 'static,
    {
        self.app.db.scan(self.org_id(), given, work).await
    }

    /// A [write](crate::db::Db::write) in the organisation.
    pub(crate) async fn write<D, T, W>(&self, given: D, work: W) -> Answer<T>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        W: for<'a> Fn(&'a D, &'a Tx<'_>) -> Work<'a, T, Failure> + Send + Sync + 'static,
    {
        self.write_with(None, given, work).await
    }

    /// The same, [beside others](crate::db::Db::write_beside) where it names keys. Whose key was revoked meanwhile, on
    /// whatever host, writes no more.
    pub(crate) async fn write_with<D, T, W>(&self, keys: Option<Vec<String>>, given: D, work: W) -> Answer<T>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        W: for<'a> Fn(&'a D, &'a Tx<'_>) -> Work<'a, T, Failure> + Send + Sync + 'static,
    {
        let stored = self.caller.as_ref().is_some_and(|caller| caller.stored);
        let given = (stored.then(|| self.principal().to_owned()), given, work);
        match keys {
            Some(keys) => self.app.db.write_beside(self.org_id(), &keys, given, checked::<D, T, W>).await,
            None => self.app.db.write(self.org_id(), given, checked::<D, T, W>).await,
        }
    }
}

/// Does a write of a principal, unless its key was revoked.
fn checked<'a, D, T, W>(
    (principal, given, work): &'a (Option<String>, D, W),
    tx: &'a Tx<'_>,
) -> Work<'a, T, Failure>
where
    D: Send + Sync + 'static,
    T: Send + 'static,
    W: for<'w> Fn(&'w D, &'w Tx<'_>) -> Work<'w, T, Failure> + Send + Sync + 'static,
{
    Box::pin(async move {
        if let Some(principal) = principal
            && keys::rows::is_revoked(tx, principal).await?
        {
            return Err(Failure::unauthorized());
        }
        work(given, tx).await
    })
}

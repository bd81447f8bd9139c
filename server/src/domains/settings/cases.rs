//! Settings of organisations.

use futures_util::FutureExt;

use super::rows;
use crate::db::{Db, DbResult};

/// Sets a setting, or removes it. What is known of the organisation must be forgotten after it.
pub(crate) async fn put(db: &Db, org_id: &str, name: &str, value: Option<String>) -> DbResult<()> {
    let given = (name.to_owned(), value);
    db.write(org_id, given, |(name, value), tx| rows::put(tx, name, value.as_deref()).boxed()).await
}

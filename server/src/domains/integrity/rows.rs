//! Where the key is kept that receipts are signed with.

use dashclaw::clock;
use secrecy::{ExposeSecret, SecretString};

use crate::db::{DbResult, Tx, values};

/// The private key receipts are signed with, as a JWK, one for all organisations. The first one that is offered is kept and
/// answered from then on.
pub(crate) async fn signing_key(
    tx: &Tx<'_>,
    offered: Option<&SecretString>,
) -> DbResult<Option<SecretString>> {
    if let Some(offered) = offered {
        let sql = "INSERT INTO signing_keys (id, jwk, created_at) VALUES ('default', $1, $2)
            ON CONFLICT (id) DO NOTHING";
        tx.run(sql, &values![offered.expose_secret(), clock::now_iso()]).await?;
    }
    let sql = "SELECT jwk FROM signing_keys WHERE id = 'default'";
    let kept: Option<String> = tx.one(sql, &[], |row| row.get(0)).await?;
    Ok(kept.map(SecretString::from))
}

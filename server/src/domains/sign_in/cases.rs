//! Signing in at the page, staying signed in, signing out.
//!
//! A session has two halves, both secret: one in a cookie, which the page cannot read, and one that the page sends in a header.
//! A cookie goes to every port of a host, so it opens nothing alone; and what the page keeps goes nowhere by itself.

use std::net::IpAddr;
use std::sync::Arc;

use dashclaw::clock;
use futures_util::FutureExt;
use secrecy::{ExposeSecret, SecretString};

use super::rows::{self, Session};
use super::rules;
use crate::app::App;
use crate::context::Context;
use crate::db::DbResult;
use crate::failure::{Answer, Failure, Kind};
use crate::ids;
use crate::keys::{self, Caller, SignedIn};

/// How exactly the storage knows when a session was last used, in milliseconds.
const NOTED_EVERY_MS: i64 = 60_000;
/// When who failed too often may come back, in seconds.
const PAUSE: u64 = 60;

/// What somebody signs in with.
pub(super) enum Proof {
    Key(SecretString),
    /// That of a link.
    Token(SecretString),
}

/// A session that has begun. Only here can its halves be read.
pub(super) struct Begun {
    pub(super) cookie: SecretString,
    pub(super) header: SecretString,
    pub(super) caller: Caller,
}

/// Signs in.
pub(super) async fn begin(app: &App, client: Option<IpAddr>, proof: Proof, name: &str) -> Answer<Begun> {
    if app.sign_ins.must_wait(client) {
        let failure = Failure::new(Kind::TooMany, "Too many attempts to sign in. Wait a minute.");
        return Err(failure.code("TOO_MANY_ATTEMPTS").retry_after(PAUSE));
    }
    let name = rules::name(name).map_err(|problem| Failure::validation(vec![problem]))?;
    let (key_hash, refusal) = match &proof {
        Proof::Key(key) => (Some(keys::hash(key.expose_secret())), "This key is unknown, or it was revoked"),
        Proof::Token(token) => {
            let refusal =
                "This link was used already, or is older than two minutes. Sign in with an API key.";
            (app.sign_ins.redeem(token.expose_secret()), refusal)
        }
    };
    let holder = match key_hash {
        Some(hash) => app.callers.get(&app.db, hash).await?,
        None => None,
    };
    let (Some(key_hash), Some(holder)) = (key_hash, holder) else {
        app.sign_ins.failed(client);
        return Err(Failure::new(Kind::Unauthorized, refusal).code("SIGN_IN_REFUSED"));
    };
    let (cookie, header) = (SecretString::from(ids::secret()?), SecretString::from(ids::secret()?));
    let now = clock::unix_millis();
    let session = Session {
        org_id: holder.org_id.clone(),
        id: ids::page_session()?,
        cookie_hash: keys::hash(cookie.expose_secret()),
        header_hash: keys::hash(header.expose_secret()),
        key_hash,
        name,
        created_ms: now,
        used_ms: now,
    };
    let signed_in = SignedIn { id: session.id.clone(), name: session.name.clone() };
    let stored = app.db.write(&holder.org_id, session, |session, tx| {
        async move {
            let now = session.created_ms;
            rows::remove_ended(tx, now - rules::TOTAL_MS, now - rules::IDLE_MS).await?;
            rows::insert(tx, session).await
        }
        .boxed()
    });
    stored.await?;
    Ok(Begun { cookie, header, caller: app.sign_ins.caller(&holder, signed_in) })
}

/// Who calls with these two halves; nobody when one of them is missing, another session's, or too old, or when the key that
/// the session was opened with holds no more.
pub(crate) async fn caller(app: &App, cookie: &str, header: &str) -> DbResult<Option<Arc<Caller>>> {
    let cookie = keys::hash(cookie);
    let found = app.db.find_anywhere(cookie, |hash, tx| rows::by_cookie(tx, hash).boxed()).await?;
    let now = clock::unix_millis();
    let fits = |session: &Session| {
        session.header_hash == keys::hash(header) && rules::lasts(session.created_ms, session.used_ms, now)
    };
    let Some(session) = found.filter(fits) else { return Ok(None) };
    let holder = app.callers.get(&app.db, session.key_hash).await?;
    let Some(holder) = holder.filter(|holder| holder.org_id == session.org_id) else { return Ok(None) };
    if now - session.used_ms >= NOTED_EVERY_MS {
        note_use(app, &session, now);
    }
    let signed_in = SignedIn { id: session.id, name: session.name };
    Ok(Some(Arc::new(app.sign_ins.caller(&holder, signed_in))))
}

/// It is in the queue after the first poll. Nobody waits for it, and nothing is lost but a minute.
fn note_use(app: &App, session: &Session, now: i64) {
    let keys = [format!("page session {}", session.id)];
    let noted = app.db.write_beside(&session.org_id, &keys, (session.id.clone(), now), |(id, now), tx| {
        rows::note_use(tx, id, *now).boxed()
    });
    let _ = noted.now_or_never();
}

/// Whether a session lasts still, on whatever host it was ended.
pub(crate) async fn lasts(app: &App, org_id: &str, session_id: &str) -> DbResult<bool> {
    let id = session_id.to_owned();
    let found = app.db.look_up(org_id, id, |id, tx| rows::find(tx, id).boxed()).await?;
    let now = clock::unix_millis();
    Ok(found.is_some_and(|session| rules::lasts(session.created_ms, session.used_ms, now)))
}

/// Signs out: the session is gone, and what it has open ends.
pub(super) async fn end(context: &Context) -> Answer<()> {
    let Some(session) = context.caller.as_ref().and_then(|caller| caller.session.clone()) else {
        return Err(Failure::bad_request("There is no session to end"));
    };
    let id = session.id.clone();
    context.write(id, |id, tx| async move { Ok(rows::remove(tx, id).await?) }.boxed()).await?;
    context.app.sign_ins.end(&session.id);
    Ok(())
}

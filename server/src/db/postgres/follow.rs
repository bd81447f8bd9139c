//! What other hosts do: the heads of the organisations that somebody here listens to or knows, looked at often, and at once
//! when another host says that there is news. The table is the truth; a notification only makes it be read sooner.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dashclaw::clock;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};
use tokio_postgres::types::Type;
use tokio_util::sync::CancellationToken;

use super::address::Address;
use super::problem::Problem;
use super::session::{Session, Statements};
use super::writer::Shared;
use crate::db::outbox::{self, News};
use crate::db::{Head, Tx};

/// How often heads are looked at while somebody listens, and while nobody does.
const LISTENING: Duration = Duration::from_millis(50);
const RESTING: Duration = Duration::from_secs(1);
/// How long what happens here is gathered before other hosts are told.
const GATHER: Duration = Duration::from_millis(10);
/// How long to rest when the server cannot be reached.
const PAUSE: Duration = Duration::from_millis(500);
/// How often clocks are compared.
const CLOCKS: Duration = Duration::from_secs(10);
/// How many events are read at once.
const PAGE: i64 = 200;
const CHANNEL: &str = "dashclaw";

const HEADS: &str = "SELECT org_id, version, position FROM heads WHERE org_id = ANY($1)";
const TELL: &str = "SELECT pg_notify('dashclaw', told) FROM unnest($1::text[]) AS told";

/// Wakes who follows, and gathers what other hosts are to be told.
#[derive(Debug, Default)]
pub(super) struct Followers {
    news: Notify,
    changed: Mutex<BTreeSet<String>>,
    told: Notify,
}

impl Followers {
    /// Has the heads looked at now.
    pub(super) fn wake(&self) {
        self.news.notify_one();
    }

    /// Notes that something happened here.
    pub(super) fn note(&self, org_id: &str) {
        let mut changed = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
        if !changed.contains(org_id) {
            changed.insert(org_id.to_owned());
        }
        drop(changed);
        self.told.notify_one();
    }

    fn take(&self) -> Vec<String> {
        let mut changed = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *changed).into_iter().collect()
    }
}

/// Follows the heads until `stop`.
pub(super) async fn follow(shared: Arc<Shared>, follower: Arc<dyn super::Follow>, stop: CancellationToken) {
    let mut session = None;
    let mut all_seen: Option<Instant> = None;
    while !stop.is_cancelled() {
        let mut orgs = follower.followed();
        let rest = if orgs.iter().any(|followed| followed.listening) { LISTENING } else { RESTING };
        // Those that nobody listens to have time.
        if all_seen.is_some_and(|at| at.elapsed() < RESTING) {
            orgs.retain(|followed| followed.listening);
        } else {
            all_seen = Some(Instant::now());
        }
        let rest =
            match look(&shared, &mut session, &*follower, orgs.into_iter().map(|one| one.org_id).collect())
                .await
            {
                Ok(()) => rest,
                Err(why) => {
                    tracing::debug!(?why, "heads could not be read");
                    session = None;
                    PAUSE
                }
            };
        tokio::select! {
            () = stop.cancelled() => {}
            _ = timeout(rest, shared.followers.news.notified()) => {}
        }
    }
}

/// Looks at heads once.
async fn look(
    shared: &Shared,
    session: &mut Option<Session>,
    follower: &dyn super::Follow,
    orgs: Vec<String>,
) -> Result<(), Problem> {
    if orgs.is_empty() {
        return Ok(());
    }
    let session = connected(shared, session).await?;
    for row in session.query_own(HEADS, &[(&orgs, Type::TEXT_ARRAY)]).await? {
        let head = Head { org_id: row.try_get(0)?, version: row.try_get(1)?, position: row.try_get(2)? };
        let Some(mut behind) = follower.see(&head) else { continue };
        while behind < head.position {
            let statements = Statements::on(session);
            let tx = Tx::of_postgres(&statements, Some(&head.org_id));
            let events = outbox::behind(&tx, behind, PAGE).await;
            let events = events.map_err(|error| {
                statements.problem().unwrap_or_else(|| Problem::Failed(error.to_string()))
            })?;
            let Some(last) = events.last() else { break };
            behind = last.position;
            if let Some(hear) = shared.hear.get() {
                hear(News { org_id: head.org_id.clone(), events });
            }
        }
    }
    Ok(())
}

/// Tells other hosts that there is news, until `stop`. It is no part of the writes that it tells of: a transaction that
/// notifies waits for every other that does.
pub(super) async fn tell(shared: Arc<Shared>, stop: CancellationToken) {
    let mut session = None;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = shared.followers.told.notified() => {}
        }
        sleep(GATHER).await;
        let orgs = shared.followers.take();
        if orgs.is_empty() {
            continue;
        }
        // Nothing is lost but time when it fails: the others look by themselves.
        if let Err(why) = notify(&shared, &mut session, &orgs).await {
            tracing::debug!(?why, "other hosts could not be told");
            session = None;
        }
    }
}

async fn notify(shared: &Shared, session: &mut Option<Session>, orgs: &[String]) -> Result<(), Problem> {
    let session = connected(shared, session).await?;
    session.query_own(TELL, &[(&orgs, Type::TEXT_ARRAY)]).await.map(drop)
}

/// Listens for what other hosts tell, until `stop`. Whoever was away has missed something, so heads are looked at after
/// each connection.
pub(super) async fn listen(shared: Arc<Shared>, address: Address, stop: CancellationToken) {
    // Its connection is direct and its own.
    let direct = Arc::default();
    while !stop.is_cancelled() {
        let hears = Arc::clone(&shared);
        let told = Box::new(move |_| hears.followers.wake());
        let session = match Session::connect_and_hear(&address, &direct, told).await {
            Ok(session) => session,
            Err(why) => {
                tracing::debug!(?why, "nobody can be listened to");
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = sleep(PAUSE) => continue,
                }
            }
        };
        if let Err(why) = session.control(&format!("LISTEN {CHANNEL}")).await {
            tracing::debug!(?why, "nobody can be listened to");
        }
        shared.followers.wake();
        // A connection that is gone is noticed by what drives it; a transaction must never run on this one.
        while !session.is_closed() && !stop.is_cancelled() {
            tokio::select! {
                () = stop.cancelled() => return,
                () = sleep(PAUSE) => {}
            }
        }
    }
}

/// The connection that there is, or a new one.
async fn connected<'s>(
    shared: &Shared,
    session: &'s mut Option<Session>,
) -> Result<&'s mut Session, Problem> {
    match session {
        Some(session) => Ok(session),
        None => Ok(session.insert(Session::connect(&shared.address, &shared.pooled).await?)),
    }
}

/// Compares this host's clock with the server's again and again, until `stop`: records are timed by the host, and limits and
/// approvals count by time.
pub(super) async fn compare_clocks(shared: Arc<Shared>, stop: CancellationToken) {
    let mut session = None;
    while !stop.is_cancelled() {
        match clocks_apart(&shared, &mut session).await {
            Ok(apart_ms) => shared.note_clocks(apart_ms),
            Err(why) => {
                tracing::debug!(?why, "the server's clock could not be read");
                session = None;
            }
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = sleep(CLOCKS) => {}
        }
    }
}

/// How far this host's clock is ahead of the server's, in milliseconds.
async fn clocks_apart(shared: &Shared, session: &mut Option<Session>) -> Result<i64, Problem> {
    let session = connected(shared, session).await?;
    let asked = clock::unix_millis();
    let told = session.control("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint").await?;
    let answered = clock::unix_millis();
    let told: Option<i64> = told.and_then(|told| told.parse().ok());
    // Where it was read lies between asking and hearing.
    Ok(told.map_or(0, |told| if told < asked { asked - told } else { (answered - told).min(0) }))
}

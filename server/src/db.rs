//! What an instance remembers: statements that are written once, in transactions of the database that it has.
//!
//! What is written is atomic: it happens wholly or not at all, and once it has answered, it lasts.

mod conditions;
mod error;
mod migrations;
pub(crate) mod outbox;
#[cfg(test)]
mod plan;
#[cfg(feature = "postgres")]
mod postgres;
mod row;
mod shard;
#[cfg(feature = "postgres")]
mod shard_map;
mod sqlite;
mod storing;
mod tx;
mod value;

#[cfg(all(test, feature = "postgres"))]
#[path = "../tests/common/database.rs"]
mod test_database;

use std::path::Path;
use std::sync::Arc;

pub(crate) use conditions::Where;
pub(crate) use error::{DbError, DbResult, Fails};
use futures_util::future::{BoxFuture, join_all};
use outbox::News;
#[cfg(all(test, feature = "postgres"))]
use postgres::Postgres;
#[cfg(feature = "postgres")]
pub(crate) use postgres::{Listen, PostgresOptions};
use prometheus_client::metrics::histogram::Histogram;
pub(crate) use row::Row;
use serde::Serialize;
pub(crate) use shard::Shard;
#[cfg(feature = "postgres")]
pub(crate) use shard_map::ShardMap;
pub(crate) use tx::Tx;
pub(crate) use value::{ToValue, Value, values};

use crate::metrics::times;

/// What is done in a transaction. Whatever it fails with, nothing of it is kept.
pub(crate) type Work<'a, T, E = DbError> = BoxFuture<'a, Result<T, E>>;

/// The data of an instance: in one database, or shared out among several by organisation.
///
/// Work is a function of what it is given and a transaction, because it may be run more than once: what it was given stays.
#[derive(Clone, Debug)]
pub(crate) struct Db {
    /// What belongs to no organisation is in the first.
    shards: Arc<[Arc<Shard>]>,
    #[cfg(feature = "postgres")]
    map: Option<Arc<ShardMap>>,
    write_times: Histogram,
}

/// Who is told what happened.
pub(crate) type Hear = Box<dyn Fn(News) + Send + Sync>;

/// Who wants to know what other hosts do.
#[cfg(feature = "postgres")]
pub(crate) trait Follow: Send + Sync {
    /// The organisations that are of interest.
    fn followed(&self) -> Vec<Followed>;
    /// Looks at a head, and says behind which position it wants the events.
    fn see(&self, head: &Head) -> Option<i64>;
}

/// An organisation that is of interest.
#[cfg(feature = "postgres")]
#[derive(Clone, Debug)]
pub(crate) struct Followed {
    pub(crate) org_id: String,
    /// Whether somebody waits for its events.
    pub(crate) listening: bool,
}

/// Where an organisation stands.
#[cfg(feature = "postgres")]
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) org_id: String,
    /// The version of all that its decisions are made on.
    pub(crate) version: i64,
    /// The position of its newest event.
    pub(crate) position: i64,
}

/// A page of a list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page {
    pub(crate) limit: i64,
    pub(crate) offset: i64,
}

impl Page {
    /// The page that is asked for; the first one of `most` unless the request says otherwise.
    pub(crate) fn asked(limit: Option<i64>, offset: Option<i64>, most: i64) -> Self {
        Self { limit: limit.unwrap_or(most), offset: offset.unwrap_or(0) }
    }
}

impl Db {
    /// Opens the database in this file, or one in memory. The error is one sentence for people.
    pub(crate) fn open(path: Option<&Path>) -> Result<Self, String> {
        #[cfg(all(test, feature = "postgres"))]
        if path.is_none()
            && let Some(database) = test_database::TestDatabase::where_wanted()
        {
            let options = PostgresOptions::new(database.url().to_owned());
            let times = times();
            let postgres = Postgres::open(&options)?.and_remove(database);
            return Ok(Self::over(Shard::on_postgres(postgres, &times), times));
        }
        let times = times();
        Ok(Self::over(Shard::open(path, &times)?, times))
    }

    /// Opens a database on a server. The error is one sentence for people.
    #[cfg(feature = "postgres")]
    pub(crate) fn open_postgres(options: &PostgresOptions) -> Result<Self, String> {
        let times = times();
        Ok(Self::over(Shard::open_postgres(options, &times)?, times))
    }

    fn over(shard: Shard, write_times: Histogram) -> Self {
        Self {
            shards: Arc::new([Arc::new(shard)]),
            #[cfg(feature = "postgres")]
            map: None,
            write_times,
        }
    }

    /// Opens the databases of a map. The error is one sentence for people.
    #[cfg(feature = "postgres")]
    pub(crate) fn open_shards(map: Arc<ShardMap>) -> Result<Self, String> {
        let write_times = times();
        let open = |options| Shard::open_postgres(options, &write_times).map(Arc::new);
        let shards: Arc<[Arc<Shard>]> = ShardMap::options(&map).iter().map(open).collect::<Result<_, _>>()?;
        // Only once all of them fit: a map that is refused by one changes nothing in the others.
        shards.iter().try_for_each(|shard| shard.take_part())?;
        Ok(Self { shards, map: Some(map), write_times })
    }

    /// All databases.
    pub(crate) fn shards(&self) -> &[Arc<Shard>] {
        &self.shards
    }

    /// Where what belongs to no organisation is, and all that there is where there is but one.
    pub(crate) fn home(&self) -> &Shard {
        &self.shards[0]
    }

    /// Where an organisation is.
    fn of(&self, org_id: &str) -> &Shard {
        #[cfg(feature = "postgres")]
        if let Some(map) = &self.map {
            return &self.shards[map.place(org_id)];
        }
        let _ = org_id;
        self.home()
    }

    /// A short read: a few rows by an index. It sees everything that was acknowledged before it began.
    pub(crate) async fn look_up<D, T, E, W>(&self, org_id: &str, given: D, work: W) -> Result<T, E>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        W: for<'a> Fn(&'a D, &'a Tx<'_>) -> Work<'a, T, E> + Send + Sync + 'static,
    {
        self.of(org_id).look_up_in(Some(org_id.to_owned()), given, work).await
    }

    /// A short read of what is found before its organisation is known. That it is nowhere is answered only once every database
    /// has said so.
    pub(crate) async fn find_anywhere<D, T, W>(&self, given: D, work: W) -> DbResult<Option<T>>
    where
        D: Clone + Send + Sync + 'static,
        T: Send + 'static,
        W: for<'a> Fn(&'a D, &'a Tx<'_>) -> Work<'a, Option<T>> + Copy + Send + Sync + 'static,
    {
        let asked = self.shards.iter().map(|shard| shard.look_up_everywhere(given.clone(), work));
        let mut nowhere = Ok(None);
        for found in join_all(asked).await {
            match found {
                Ok(Some(found)) => return Ok(Some(found)),
                Ok(None) => {}
                Err(error) => nowhere = Err(error),
            }
        }
        nowhere
    }

    /// A read that may take long, as that of a list. It holds up nobody, and sees everything as it was at one time.
    pub(crate) async fn scan<D, T, E, W>(&self, org_id: &str, given: D, work: W) -> Result<T, E>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
        W: for<'a> Fn(&'a D, &'a Tx<'_>) -> Work<'a, T, E> + Send + Sync + 'static,
    {
        self.of(org_id).scan(org_id, given, work).await
    }

    /// Writes, with the organisation for itself. It answers once what was written lasts; when `work` fails, nothing of it is
    /// kept.
    pub(crate) async fn write<D, T, E, W>(&self, org_id: &str, given: D, work: W) -> Result<T, E>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        E: Fails + Send + 'static,
        W: for<'a> Fn(&'a D, &'a Tx<'_>) -> Work<'a, T, E> + Send + 'static,
    {
        self.of(org_id).write_in(Some(org_id), None, given, work).await
    }

    /// Writes beside others of the organisation, and has only these keys for itself: all that it reads to decide on must be
    /// the organisation's policies and settings, or stand under one of them.
    pub(crate) async fn write_beside<D, T, E, W>(
        &self,
        org_id: &str,
        keys: &[String],
        given: D,
        work: W,
    ) -> Result<T, E>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        E: Fails + Send + 'static,
        W: for<'a> Fn(&'a D, &'a Tx<'_>) -> Work<'a, T, E> + Send + 'static,
    {
        self.of(org_id).write_in(Some(org_id), Some(keys), given, work).await
    }

    /// Has `hear` told of what happened: once it lasts, whether or not anybody waits for the answer. It is called between two
    /// commits, so it must be quick. Where several hosts or lanes write, it may be told late and not in the order of the
    /// commits.
    pub(crate) fn on_news(&self, hear: impl Fn(News) + Send + Sync + 'static) {
        let hear = Arc::new(hear);
        for shard in &*self.shards {
            let hear = Arc::clone(&hear);
            shard.on_news(Box::new(move |news| hear(news)));
        }
    }

    /// Has `follower` see what other hosts do. On SQLite there are none.
    #[cfg(feature = "postgres")]
    pub(crate) fn follow(&self, follower: &Arc<dyn Follow>) {
        for (place, shard) in self.shards.iter().enumerate() {
            shard.follow(match &self.map {
                Some(map) => Arc::new(OfOne { follower: Arc::clone(follower), map: Arc::clone(map), place }),
                None => Arc::clone(follower),
            });
        }
    }

    /// Has the heads looked at that are followed, as something of this organisation is known to be missing. It says whether
    /// anybody does.
    pub(crate) fn look(&self, org_id: &str) -> bool {
        self.of(org_id).look()
    }

    /// Whether something can be stored now, in one of the databases at least. A disk that does not answer is waited for no
    /// longer than two seconds where the caller has a `clock`, which is a runtime's.
    pub(crate) async fn can_store(&self, clock: bool) -> DbResult<()> {
        let asked = self.shards.iter().map(|shard| shard.can_store(clock));
        let mut found = join_all(asked).await;
        let one = found.iter().position(Result::is_ok).unwrap_or_default();
        found.swap_remove(one)
    }

    /// Whether every database is said to store nothing.
    pub(crate) fn is_said_to_store_nothing(&self) -> bool {
        self.shards.iter().all(|shard| shard.is_said_to_store_nothing())
    }

    /// How long writes took, from asking for them to their end, in seconds.
    pub(crate) fn write_times(&self) -> Histogram {
        self.write_times.clone()
    }

    /// How many writes wait for their turn.
    pub(crate) fn writes_waiting(&self) -> usize {
        self.shards.iter().map(|shard| shard.writes_waiting()).sum()
    }

    /// Finishes what was begun and closes the databases; every later call answers [`DbError::Closed`].
    pub(crate) fn close(&self) {
        for shard in &*self.shards {
            shard.close();
        }
    }
}

/// Follows the organisations of one database.
#[cfg(feature = "postgres")]
struct OfOne {
    follower: Arc<dyn Follow>,
    map: Arc<ShardMap>,
    place: usize,
}

#[cfg(feature = "postgres")]
impl Follow for OfOne {
    fn followed(&self) -> Vec<Followed> {
        let mut followed = self.follower.followed();
        followed.retain(|one| self.map.place(&one.org_id) == self.place);
        followed
    }

    fn see(&self, head: &Head) -> Option<i64> {
        self.follower.see(head)
    }
}

/// Copies the database in the file `from`, which may be in use, to the new file `to`; answers its bytes. The error is one
/// sentence for people.
pub(crate) fn backup(from: &Path, to: &Path) -> Result<u64, String> {
    sqlite::backup(from, to)
}

/// A record as it is stored: JSON text.
pub(crate) fn encode(record: &impl Serialize) -> DbResult<String> {
    Ok(serde_json::to_string(record)?)
}

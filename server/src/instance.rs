//! An instance: opened, served, asked in process, shut down.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use dashclaw::api::orgs::ApiKey;
use dashclaw::api::policies::Policy;
use dashclaw::transport::Transport;
use dashclaw::{Builder, Error, ErrorKind, clock};
use futures_util::FutureExt;
use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::blocking::wait;
use crate::config::{Config, Database, InstanceOptions};
use crate::db::{self, Db, DbError};
use crate::domains::identities::rows::Identity;
use crate::domains::keys::cases::Revoked;
use crate::domains::{self, halts, identities, keys, outcomes, policies, settings};
use crate::events::Hub;
use crate::http;
use crate::jobs::Worker;
use crate::keys::{KeyHash, NewKey, Role};
use crate::orgs::Halt;
use crate::policy::read_policy_file;
use crate::serve::{Limits, serve};
use crate::signer::Signer;
use crate::transport::RouterTransport;
use crate::web;

/// The file in a data directory.
const DATABASE: &str = "dashclaw.db";
/// Who is on record for what the program around an instance does.
const OWNER: &str = "instance";
/// Where clients in this process believe that an instance is: nothing listens there.
const ADDRESS: &str = "http://localhost";

/// A governance server in one value. Dropping it shuts it down.
pub struct Instance {
    app: Arc<App>,
    router: Router,
    api_key: SecretString,
    /// The key that links sign in with.
    operator: KeyHash,
    first_start: bool,
    worker: Mutex<Option<Worker>>,
}

impl Instance {
    /// Opens an instance. It needs no runtime, and blocks for some milliseconds.
    ///
    /// # Errors
    /// [`ErrorKind::Instance`] with one sentence: the database is locked, corrupt, of another program or unreadable, or
    /// the policy file has a mistake. Nothing was changed then.
    pub fn open(options: &InstanceOptions) -> dashclaw::Result<Self> {
        let config = Config::read(options);
        // Read before the database is touched, so that a mistake in it changes nothing.
        let policies = options.policies.as_deref().map(|file| file_policies(file, &config)).transpose()?;
        let db = open_db(options)?;
        let first_start = !wait(keys::cases::any(&db)).map_err(storage)?;
        if let Some(policies) = policies {
            load(&db, &config.org_id, policies)?;
        }
        let hub = wait(Hub::open(&db)).map_err(storage)?;
        let signer = wait(Signer::open(&db, config.signing_key.as_ref())).map_err(storage)?;
        let app = Arc::new(App::new(config, db, hub, signer));
        #[cfg(feature = "postgres")]
        crate::follower::follow(&app);
        let api_key = app.admit_in_process(Role::Admin).map_err(broken)?;
        let operator = options.api_key.as_ref().unwrap_or(&api_key);
        let operator = crate::keys::hash(operator.expose_secret());
        if let Some(key) = &options.api_key {
            app.admit_operator(key.expose_secret());
        }
        let worker = Worker::start(Arc::clone(&app), domains::jobs()).map_err(broken)?;
        let router = http::router(&app, [domains::routes(), web::routes()].concat());
        Ok(Self { app, router, api_key, operator, first_start, worker: Mutex::new(Some(worker)) })
    }

    /// Everything it serves, for a listener of your own. Give it
    /// [`ConnectInfo`](axum::extract::ConnectInfo) so that rate limits know clients apart.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Serves it on a socket until [`stopping`](Self::stopping) is cancelled; requests under way are finished then. A client
    /// that sends its request, or takes its answer, too slowly is cut off, and one that rests makes room for others when
    /// there are too many.
    pub async fn serve(&self, listener: TcpListener) -> std::io::Result<()> {
        serve(listener, self.router.clone(), Limits::default(), self.stopping()).await
    }

    /// Calls it without a port: `DashClaw::builder().transport(instance.transport())`.
    pub fn transport(&self) -> Arc<dyn Transport> {
        Arc::new(RouterTransport::new(self.router.clone()))
    }

    /// Lets the client that `builder` makes reach this instance, with a key of the role `role` (`admin`, `member`,
    /// `readonly`). No port is involved.
    ///
    /// The key holds until this instance ends and is a principal of its own: an agent's client is a `member`'s, and what it
    /// asks for is approved by another client, an `admin`'s.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`]: there is no such role.
    pub fn install(&self, builder: Builder, role: &str) -> dashclaw::Result<Builder> {
        let unknown =
            || Error::configuration("role", format!("must be `admin`, `member` or `readonly`, not `{role}`"));
        let role = Role::from_word(role).ok_or_else(unknown)?;
        let key = self.app.admit_in_process(role).map_err(broken)?;
        Ok(builder.base_url(ADDRESS).api_key(key.expose_secret()).transport(self.transport()))
    }

    /// A key of the admin role for an operator in this process. It is new at each start, never stored, and a principal of
    /// its own.
    pub fn api_key(&self) -> SecretString {
        self.api_key.clone()
    }

    /// A token that signs somebody in at the operator's page, once and within two minutes, with the key of the options or else
    /// that of [`api_key`](Self::api_key). It belongs behind `#token=`, where no server and no log sees it.
    pub fn sign_in_token(&self) -> dashclaw::Result<SecretString> {
        self.app.sign_ins.token(self.operator).map_err(broken)
    }

    /// Whether no API key has ever been made with this data.
    pub fn is_first_start(&self) -> bool {
        self.first_start
    }

    /// Makes an API key. Only its hash is stored: this is the one time it can be read.
    pub fn create_key(&self, role: Role, label: &str) -> dashclaw::Result<SecretString> {
        let made = self.make_key(role, label)?;
        let text = made.text().clone();
        self.store_keys(vec![made])?;
        Ok(text)
    }

    /// Makes an API key of the member role that speaks for one agent: a request that claims another is refused.
    pub fn create_agent_key(&self, agent_id: &str, label: &str) -> dashclaw::Result<SecretString> {
        let org_id = &self.app.config.org_id;
        let made = NewKey::make(org_id, Role::Member, label, Some(agent_id)).map_err(broken)?;
        let text = made.text().clone();
        self.store_keys(vec![made])?;
        Ok(text)
    }

    /// Makes an API key that does not hold before it is [stored](Self::store_keys), for callers that must show it first.
    pub fn make_key(&self, role: Role, label: &str) -> dashclaw::Result<NewKey> {
        NewKey::make(&self.app.config.org_id, role, label, None).map_err(broken)
    }

    /// Stores keys, all or none; from now on they hold.
    pub fn store_keys(&self, keys: Vec<NewKey>) -> dashclaw::Result<()> {
        let records = keys.into_iter().map(|key| key.record).collect();
        wait(keys::cases::add(&self.app.db, &self.app.config.org_id, records)).map_err(storage)
    }

    /// The stored API keys, the newest first, without the keys themselves.
    pub fn keys(&self) -> dashclaw::Result<Vec<ApiKey>> {
        wait(keys::cases::all(&self.app, &self.app.config.org_id)).map_err(storage)
    }

    /// Revokes an API key by its id (`key_…`): from now on it is refused, across restarts, and its event streams end.
    /// Answers nothing when there is no such key. Unlike an admin over HTTP, who owns the process may revoke every key.
    pub fn revoke_key(&self, id: &str) -> dashclaw::Result<Option<ApiKey>> {
        let revoked = keys::cases::put_revoked(&self.app, &self.app.config.org_id, OWNER, id, false);
        match wait(revoked).map_err(storage)? {
            Revoked::Done(key) => Ok(Some(*key)),
            Revoked::NotFound | Revoked::LastAdmin => Ok(None),
        }
    }

    /// Replaces the policies that came from a file by those of this one, or `starter`, all or none, and answers how many there are
    /// now. Whoever asks after that is judged by them.
    ///
    /// # Errors
    /// [`ErrorKind::Instance`]: the file cannot be read, has a mistake, or names policies that were made through the API. The
    /// policies stay as they are.
    pub fn load_policies(&self, file: &Path) -> dashclaw::Result<usize> {
        let policies = file_policies(file, &self.app.config)?;
        let count = policies.len();
        let loaded = load(&self.app.db, &self.app.config.org_id, policies);
        self.app.forget_org(&self.app.config.org_id);
        loaded.map(|()| count)
    }

    /// Halts the organisation: every guard call and every new action is blocked, and the reason names `actor`. It lasts
    /// until [`lift_halt`](Self::lift_halt), across restarts.
    pub fn set_halt(&self, actor: &str, reason: Option<&str>) -> dashclaw::Result<()> {
        let halt = Halt { actor: actor.to_owned(), reason: reason.map(str::to_owned), at: clock::now_iso() };
        self.put_halt(Some(halt))
    }

    /// Lifts the halt.
    pub fn lift_halt(&self) -> dashclaw::Result<()> {
        self.put_halt(None)
    }

    fn put_halt(&self, halt: Option<Halt>) -> dashclaw::Result<()> {
        wait(halts::cases::put(&self.app, &self.app.config.org_id, OWNER, halt)).map_err(storage)
    }

    /// Registers the public key (PEM) that an agent signs its actions with. `algorithm` is `RSASSA-PKCS1-v1_5` as a rule.
    pub fn register_identity(
        &self,
        agent_id: &str,
        public_key: &str,
        algorithm: &str,
    ) -> dashclaw::Result<()> {
        let identity = Identity { public_key: public_key.to_owned(), algorithm: algorithm.to_owned() };
        let given = (agent_id.to_owned(), identity);
        let registered = self.app.db.write(&self.app.config.org_id, given, |(agent_id, identity), tx| {
            identities::rows::register(tx, agent_id, identity).boxed()
        });
        wait(registered).map(drop).map_err(storage)
    }

    /// Sets a setting of the organisation by the platform's name (`DASHCLAW_OUTCOME_TIMEOUT_MINUTES`,
    /// `ENFORCE_AGENT_SIGNATURES`, `DASHCLAW_AUTOSCAN_BLOCK`, `DASHCLAW_ALLOW_SELF_APPROVAL`), or removes it.
    pub fn set_setting(&self, name: &str, value: Option<&str>) -> dashclaw::Result<()> {
        let org_id = &self.app.config.org_id;
        let stored = wait(settings::cases::put(&self.app.db, org_id, name, value.map(str::to_owned)));
        self.app.forget_org(org_id);
        stored.map_err(storage)
    }

    /// Gives up actions whose outcome was not reported in time, as a timer does every minute. Answers how many.
    pub fn sweep_outcomes(&self) -> dashclaw::Result<usize> {
        wait(outcomes::sweep::sweep(&self.app)).map(|swept| swept.rows).map_err(storage)
    }

    /// Is cancelled when the instance shuts down. Cancelling it ends streams and [`serve`](Self::serve) and leaves the rest
    /// to [`shutdown`](Self::shutdown).
    pub fn stopping(&self) -> CancellationToken {
        self.app.stop.clone()
    }

    /// Shuts it down: streams end, the timer stops, what waits is written, the database is closed and free for others.
    /// Later requests are answered 503.
    pub fn shutdown(&self) {
        self.app.stop.cancel();
        let worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(worker) = worker {
            worker.stop();
        }
        self.app.db.close();
    }
}

/// Copies an instance's data to the new file `to`, also while the instance runs, and answers how many bytes that has. `data` is
/// what [`InstanceOptions::path`] is: the database file, or the folder in which it is `dashclaw.db`.
///
/// What was acknowledged before the copy began is in it. It is a database like the one it comes from: put in its place, while
/// no instance runs there, it is restored. Like that one it holds the private key that receipts are signed with, so only its
/// owner may read it.
///
/// # Errors
/// [`ErrorKind::Instance`] with one sentence: there are no such data, they are another program's, there is a file `to`, or it
/// cannot be written. No file is left behind then.
pub fn backup(data: &Path, to: &Path) -> dashclaw::Result<u64> {
    db::backup(&database_file(data), to).map_err(|problem| Error::new(ErrorKind::Instance, problem))
}

/// The database of a folder, or the file itself.
fn database_file(path: &Path) -> PathBuf {
    if path.is_dir() { path.join(DATABASE) } else { path.to_owned() }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.shutdown();
    }
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instance").field("org_id", &self.app.config.org_id).finish_non_exhaustive()
    }
}

fn broken(error: impl fmt::Display) -> Error {
    Error::new(ErrorKind::Instance, format!("the instance cannot run: {error}"))
}

fn storage(error: DbError) -> Error {
    match error {
        DbError::Closed => Error::new(ErrorKind::Closed, "the instance was shut down"),
        error => broken(format!("its database failed: {error}")),
    }
}

fn open_db(options: &InstanceOptions) -> dashclaw::Result<Db> {
    let opened = match (&options.path, &options.database, &options.shard_map) {
        // As SQLite itself names a database that is no file.
        (path, None, None) => {
            let file = path.as_deref().filter(|path| *path != Path::new(":memory:")).map(database_file);
            Db::open(file.as_deref())
        }
        (None, Some(database), None) => open_database(database),
        (None, None, Some(file)) => open_shards(file),
        _ => {
            Err("the data are in a file, in a database or in those of a shard map: in one of them".to_owned())
        }
    };
    opened.map_err(|problem| Error::new(ErrorKind::Instance, problem))
}

#[cfg(feature = "postgres")]
fn open_database(database: &Database) -> Result<Db, String> {
    Db::open_postgres(&database.options())
}

#[cfg(feature = "postgres")]
fn open_shards(file: &Path) -> Result<Db, String> {
    Db::open_shards(Arc::new(db::ShardMap::read(file)?))
}

#[cfg(not(feature = "postgres"))]
const WITHOUT: &str =
    "this program was built without PostgreSQL; `cargo install dashclaw-cli` builds the command with it";

#[cfg(not(feature = "postgres"))]
fn open_database(_: &Database) -> Result<Db, String> {
    Err(WITHOUT.to_owned())
}

#[cfg(not(feature = "postgres"))]
fn open_shards(_: &Path) -> Result<Db, String> {
    Err(WITHOUT.to_owned())
}

fn file_policies(file: &Path, config: &Config) -> dashclaw::Result<Vec<Policy>> {
    let read = read_policy_file(file, config.allow_private_webhooks)
        .map_err(|problems| Error::new(ErrorKind::Instance, problems.join("; ")))?;
    let now = clock::now_iso();
    let policy = |policy| policies::cases::of_file(policy, &config.org_id, "file", &now).map_err(broken);
    read.into_iter().map(policy).collect()
}

fn load(db: &Db, org_id: &str, policies: Vec<Policy>) -> dashclaw::Result<()> {
    let replaced =
        db.write(org_id, policies, |given, tx| policies::cases::replace_managed(tx, given).boxed());
    let taken = wait(replaced).map_err(storage)?;
    if taken.is_empty() {
        return Ok(());
    }
    let names = taken.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let problem = format!("the policy file names policies that were made through the API: {names}");
    Err(Error::new(ErrorKind::Instance, problem))
}

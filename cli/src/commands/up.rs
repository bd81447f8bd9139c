//! `dashclaw up`: an instance on a port.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

mod reload;

use clap::Args;
use dashclaw_server::{
    Database, HostName, Instance, InstanceOptions, Listen, Origin, PublicUrl, RateLimit, Role, TrustedProxies,
};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::running::{self, Running};
use crate::failure::{Ended, Failure};
use crate::output::{Output, shown};

/// How long requests under way are waited for at the end.
const PATIENCE: Duration = Duration::from_secs(5);
/// What a client may do where others than this machine can connect.
const PUBLIC_LIMIT: RateLimit = RateLimit { max: 1000, window: Duration::from_secs(60) };

const EXAMPLES: &str = "\
Examples:
  dashclaw up
  dashclaw up --policies starter
  dashclaw up --data ./governance --policies policies.yaml
  dashclaw up --port 0                                  # any free port; it is printed
  DASHCLAW_API_KEY=oc_live_… dashclaw up --host 0.0.0.0 # for other machines, too
  dashclaw up --database postgres://dashclaw@db.example/dashclaw   # one of many hosts on one database

The first start with new data prints two API keys, once: an operator's (role admin), who approves, makes policies and
other keys, and an agent's (role member), which asks, acts and reports. Give agents no other: whoever created an action
cannot approve it. POST /api/keys makes more, with \"agent_id\" for one agent only; GET /api/keys lists them and
DELETE /api/keys/ID revokes one. With a key of your own choice none are printed; that one is the operator's.
A file of policies that changes is read again, all or nothing: one with a mistake is told, and the policies stay as they are.
The link that is printed signs you in at the operator's page, once and within two minutes; an operator's key does it at any time.
Stop it with Ctrl-C, SIGTERM or `dashclaw down`: open event streams are closed, and everything that was answered is on disk.";

/// Runs a governance server on this machine, with its data in one folder.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Up {
    /// The port to listen on; 0 takes any free one
    #[arg(long, default_value_t = 8787)]
    port: u16,
    /// The address to listen on. Any but loopback needs an API key of your own choice
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST), value_name = "ADDRESS")]
    host: IpAddr,
    /// The folder for the data, whatever DATABASE_URL says [default: ~/.dashclaw/data]
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// A PostgreSQL database for the data instead of a folder, shared by any number of hosts:
    /// postgres://USER:PASSWORD@HOST/NAME?sslmode=…&sslrootcert=…
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    database: Option<SecretString>,
    /// A direct address of the same database, to hear at once what other hosts do; then --database may lead through a
    /// pooler in transaction mode. `off` looks often instead [default: that of --database]
    #[arg(long, env = "DASHCLAW_LISTEN_URL", hide_env_values = true, value_name = "URL")]
    listen_url: Option<SecretString>,
    /// A YAML file that shares the organisations out among several PostgreSQL databases, the same on every host; it takes
    /// the place of --database
    #[arg(long, env = "DASHCLAW_SHARD_MAP", value_name = "FILE")]
    shard_map: Option<PathBuf>,
    /// A file of policies, YAML or JSON, read at start and whenever it changes; `starter` for those that come with the program
    #[arg(long, value_name = "FILE")]
    policies: Option<PathBuf>,
    /// Where people reach the server, as behind a reverse proxy: links begin with it
    #[arg(long, env = "DASHCLAW_PUBLIC_URL", value_name = "URL")]
    public_url: Option<PublicUrl>,
    /// Names under which the server is reached, with commas between them, beside localhost, addresses and that of
    /// --public-url. Under any other it answers 421
    #[arg(long, env = "DASHCLAW_ALLOW_HOST", value_delimiter = ',', value_name = "NAMES")]
    allow_host: Vec<HostName>,
    /// Other sites whose pages may read answers, with commas between them [default: none]
    #[arg(long, env = "DASHCLAW_CORS_ORIGIN", value_delimiter = ',', value_name = "ORIGINS")]
    cors_origin: Vec<Origin>,
    /// Reverse proxies, addresses and networks with commas between them, whose X-Forwarded-For says who the client is
    #[arg(
        long,
        env = "DASHCLAW_TRUSTED_PROXIES",
        default_value = "",
        hide_default_value = true,
        value_name = "PROXIES"
    )]
    trusted_proxies: TrustedProxies,
    /// An operator's API key (role admin) that holds while the server runs
    #[arg(long, env = "DASHCLAW_API_KEY", hide_env_values = true, value_parser = api_key, value_name = "KEY")]
    api_key: Option<SecretString>,
}

/// A key must fit into a header, and an empty one admits nobody.
fn api_key(text: &str) -> Result<SecretString, String> {
    if text.is_empty() || !text.bytes().all(|byte| (0x21..=0x7e).contains(&byte)) {
        return Err("it must be printable ASCII without spaces".to_owned());
    }
    Ok(SecretString::from(text))
}

impl Up {
    /// Runs until it is told to stop.
    pub(crate) fn run(self, output: Output) -> Ended {
        if !self.host.is_loopback() && self.api_key.is_none() {
            return Err(format!(
                "`--host {}` lets other machines connect: choose an API key with --api-key or DASHCLAW_API_KEY",
                self.host
            )
            .into());
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        runtime.map_err(|error| format!("cannot start: {error}"))?.block_on(self.serve(output))?;
        Ok(0)
    }

    async fn serve(self, output: Output) -> Result<(), Failure> {
        let stop = stop_signal()?;
        // The port is taken before the data, so that a port in use changes nothing.
        let listener = TcpListener::bind((self.host, self.port))
            .await
            .map_err(|error| format!("cannot listen on {}:{}: {error}", self.host, self.port))?;
        let address = listener.local_addr().map_err(|error| format!("cannot listen: {error}"))?;
        let own_key = self.api_key.is_some();
        let policies = self.policies.clone();
        let place = place(self.data, self.shard_map, self.database, self.listen_url)?;
        let path = place.path.clone();
        let kept =
            place.path.as_ref().map_or_else(|| "in PostgreSQL".to_owned(), |path| path.display().to_string());
        let has_strangers = !self.host.is_loopback() || !self.trusted_proxies.is_empty();
        let instance = Instance::open(&InstanceOptions {
            policies: self.policies,
            api_key: self.api_key,
            rate_limit: has_strangers.then_some(PUBLIC_LIMIT),
            trusted_proxies: self.trusted_proxies,
            public_url: self.public_url.clone(),
            allowed_hosts: self.allow_host,
            cors_origins: self.cors_origin,
            ..place
        })
        .map_err(|error| running::explained(error, path.as_deref()))?;
        let instance = Arc::new(instance);
        let running = path.as_deref().map(|path| Running::begin(path, address));
        if instance.is_first_start() && !own_key {
            first_keys(&instance, output)?;
        }
        let is_private = match &self.public_url {
            Some(url) => url.as_str().starts_with("https:"),
            None => self.host.is_loopback(),
        };
        // Where keys would go over the network in clear, no link signs in.
        let token = is_private.then(|| instance.sign_in_token()).transpose();
        let token = token.map_err(|error| error.to_string())?;
        listening(address, self.public_url.as_ref(), &kept, token.as_ref(), output);
        let watched = policies.map(|file| reload::watch(file, Arc::clone(&instance), output));
        run(&instance, listener, stop).await?;
        drop(watched);
        instance.shutdown();
        drop(running);
        tell(output, &json!({ "event": "stopped" }), || "DashClaw has stopped.".to_owned());
        Ok(())
    }
}

/// Where the data are: in a folder, which is made, or in one or several databases.
fn place(
    data: Option<PathBuf>,
    shard_map: Option<PathBuf>,
    database: Option<SecretString>,
    listen_url: Option<SecretString>,
) -> Result<InstanceOptions, String> {
    if shard_map.is_some() && data.is_none() {
        return Ok(InstanceOptions { shard_map, ..InstanceOptions::default() });
    }
    if let Some(url) = database.filter(|_| data.is_none()) {
        let listen = match listen_url {
            None => Listen::Same,
            Some(word) if word.expose_secret() == "off" => Listen::Never,
            Some(url) => Listen::At(url),
        };
        let database = Some(Database { url, listen });
        return Ok(InstanceOptions { database, ..InstanceOptions::default() });
    }
    let data = data.or_else(default_data).ok_or("there is no home folder; say --data")?;
    std::fs::create_dir_all(&data)
        .map_err(|error| format!("cannot create the folder `{}`: {error}", data.display()))?;
    Ok(InstanceOptions { path: Some(data), ..InstanceOptions::default() })
}

/// Makes an operator's and an agent's key. They are stored only when they could be shown: keys that nobody has seen would
/// keep the next start from showing others.
fn first_keys(instance: &Instance, output: Output) -> Result<(), Failure> {
    let make = |role, label| instance.make_key(role, label).map_err(|error| error.to_string());
    let (operator, agent) = (make(Role::Admin, "operator")?, make(Role::Member, "agent")?);
    show_keys(operator.text(), agent.text(), output)
        .map_err(|unseen| Failure::new(format!("cannot show the API keys, so none were made: {unseen}")))?;
    Ok(instance.store_keys(vec![operator, agent])?)
}

/// Shows the keys that were made at the first start, this once, each with what it is for. The operator's comes first: with it
/// alone, others can be made.
fn show_keys(operator: &SecretString, agent: &SecretString, output: Output) -> Result<(), Failure> {
    let (operator, agent) = (operator.expose_secret(), agent.expose_secret());
    if output.is_json() {
        return output.json_line(&json!({ "event": "keys", "operator_key": operator, "agent_key": agent }));
    }
    output.say(&format!(
        "Operator's key (role admin; approves, makes keys and policies; shown only now): {operator}\n\
         Agent's key (role member; asks, acts and reports; shown only now): {agent}"
    ))
}

/// Says where the instance listens, and with a `token` gives a link to the page that signs in.
fn listening(
    address: SocketAddr,
    public_url: Option<&PublicUrl>,
    data: &str,
    token: Option<&SecretString>,
    output: Output,
) {
    let reached = public_url.map(PublicUrl::as_str);
    let page = reached.map_or_else(|| format!("http://{address}"), str::to_owned);
    let link = token.map(|token| format!("{page}/#token={}", token.expose_secret()));
    let whole = json!({
        "event": "listening", "url": format!("http://{address}"), "public_url": reached, "data": data, "page": link,
    });
    tell(output, &whole, || {
        let reached = reached.map_or(String::new(), |url| format!("Reached at {url}\n"));
        let page = link.as_ref().map_or_else(
            || format!("Approve, see and prove (sign in with the operator's key): {page}/"),
            |link| format!("Approve, see and prove (this link signs in once, for 2 minutes): {link}"),
        );
        format!(
            "DashClaw listens on http://{address}\n{reached}Data: {}\n{page}\nStop with Ctrl-C.",
            shown(data)
        )
    });
}

/// A server does not stop because nobody reads what it says any more.
fn tell(output: Output, event: &Value, text: impl FnOnce() -> String) {
    let _ = if output.is_json() { output.json_line(event) } else { output.say(&text()) };
}

/// Serves until `stop`, then gives requests under way some time to end.
async fn run(
    instance: &Instance,
    listener: TcpListener,
    stop: impl Future<Output = ()>,
) -> Result<(), String> {
    let served = instance.serve(listener);
    tokio::pin!(served);
    tokio::select! {
        ended = &mut served => return ended.map_err(|error| format!("the server failed: {error}")),
        () = stop => {}
    }
    instance.stopping().cancel();
    match tokio::time::timeout(PATIENCE, served).await {
        Ok(ended) => ended.map_err(|error| format!("the server failed: {error}")),
        // A client that does not finish its request does not keep the server from stopping.
        Err(_) => Ok(()),
    }
}

/// Where the data are unless it is said.
pub(crate) fn default_data() -> Option<PathBuf> {
    Some(std::env::home_dir()?.join(".dashclaw").join("data"))
}

/// Ctrl-C or SIGTERM, listened for from now on.
#[cfg(unix)]
fn stop_signal() -> Result<impl Future<Output = ()>, String> {
    use tokio::signal::unix::{SignalKind, signal};
    let listen = |kind| signal(kind).map_err(|error| format!("cannot listen for signals: {error}"));
    let (mut interrupt, mut terminate) = (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ctrl-C.
#[cfg(not(unix))]
fn stop_signal() -> Result<impl Future<Output = ()>, String> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    })
}

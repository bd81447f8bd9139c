//! Where the database is: an address as PostgreSQL's own programs take it, and how it is reached.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr as _;
use std::time::Duration;

use futures_util::TryFutureExt;
use futures_util::future::BoxFuture;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;
use url::form_urlencoded;

use super::problem::Problem;
use super::session::{Told, drive};
use crate::tls;

/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long sent bytes may stay unacknowledged before the connection counts as dead.
const UNACKNOWLEDGED: Duration = Duration::from_secs(10);

/// The address of a database.
#[derive(Clone)]
pub(super) struct Address {
    config: Config,
    tls: Option<MakeRustlsConnect>,
}

impl Address {
    /// Reads `postgres://user:password@host:port/database?sslmode=…&sslrootcert=…`. The error is one sentence, without the
    /// password.
    ///
    /// `sslmode` is `disable`, `prefer` (unless said; on loopback `disable`), `require`, `verify-ca` or `verify-full`. Where
    /// there is TLS, the server is verified: by the machine's authorities, or by those in the file `sslrootcert`.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let (plain, asked) = apart(text);
        let mut config = Config::from_str(&plain)
            .map_err(|error| format!("the database address is not one of PostgreSQL: {}", causes(&error)))?;
        if config.get_hosts().is_empty() {
            config.host("localhost");
        }
        let mode = match asked.mode.as_deref() {
            None if config.get_hosts().iter().all(is_here) => SslMode::Disable,
            None | Some("prefer" | "allow") => SslMode::Prefer,
            Some("disable") => SslMode::Disable,
            Some("require" | "verify-ca" | "verify-full") => SslMode::Require,
            Some(other) => return Err(format!("the database address asks for an unknown sslmode `{other}`")),
        };
        config.ssl_mode(mode);
        let tls = match (mode, asked.authorities) {
            (SslMode::Disable, _) => None,
            (_, Some(file)) => Some(tls::client_config_trusting(&file)?),
            (_, None) => Some(tls::client_config().map_err(|error| error.to_string())?),
        };
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if config.get_application_name().is_none() {
            config.application_name("dashclaw");
        }
        config.keepalives_idle(Duration::from_secs(15)).tcp_user_timeout(UNACKNOWLEDGED);
        Ok(Self { config, tls: tls.map(MakeRustlsConnect::new) })
    }

    /// Connects; `told` is told the payload of each notification.
    pub(super) fn connect(&self, told: Told) -> BoxFuture<'_, Result<Client, Problem>> {
        let connected = async move {
            if let Some(tls) = &self.tls {
                let (client, connection) = self.config.connect(tls.clone()).await?;
                tokio::spawn(drive(connection, told));
                return Ok(client);
            }
            let (client, connection) = self.config.connect(NoTls).await?;
            tokio::spawn(drive(connection, told));
            Ok(client)
        };
        Box::pin(connected.map_err(|error: tokio_postgres::Error| match Problem::from(error) {
            // No statement is wrong: the server does not let us in, for now.
            Problem::Failed(text) => Problem::Refused(text),
            problem => problem,
        }))
    }
}

/// Where it is, for people.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, host) in self.config.get_hosts().iter().enumerate() {
            let port =
                self.config.get_ports().get(index).or(self.config.get_ports().first()).unwrap_or(&5432);
            match host {
                Host::Tcp(name) => write!(f, "{name}:{port}")?,
                #[cfg(unix)]
                Host::Unix(path) => write!(f, "{}:{port}", path.display())?,
            }
            f.write_str(if index + 1 < self.config.get_hosts().len() { "," } else { "/" })?;
        }
        f.write_str(self.config.get_dbname().or(self.config.get_user()).unwrap_or_default())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

/// What is asked of TLS.
#[derive(Default)]
struct Asked {
    mode: Option<String>,
    authorities: Option<PathBuf>,
}

/// Takes apart what the library does not know, or takes for less than it says.
fn apart(text: &str) -> (String, Asked) {
    let mut asked = Asked::default();
    let Some((address, query)) = text.split_once('?') else { return (text.to_owned(), asked) };
    let mut kept = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "sslmode" => asked.mode = Some(value.into_owned()),
            "sslrootcert" => asked.authorities = Some(PathBuf::from(value.into_owned())),
            _ => {
                kept.append_pair(&name, &value);
            }
        }
    }
    // The library takes `+` for itself, as addresses of PostgreSQL do.
    let kept = kept.finish().replace('+', "%20");
    (if kept.is_empty() { address.to_owned() } else { format!("{address}?{kept}") }, asked)
}

fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

fn causes(error: &dyn std::error::Error) -> String {
    std::iter::successors(error.source(), |error| error.source())
        .fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(text: &str) -> SslMode {
        Address::read(text).unwrap().config.get_ssl_mode()
    }

    #[test]
    fn only_what_is_near_goes_without_tls_unless_it_is_said() {
        for near in ["postgres://u:p@127.0.0.1:5/d", "postgres://localhost/d", "postgres:///d?host=/run/p"] {
            assert_eq!(mode(near), SslMode::Disable, "{near}");
        }
        assert_eq!(mode("postgres://db.example/d"), SslMode::Prefer);
        assert_eq!(mode("postgres://localhost/d?sslmode=verify-full"), SslMode::Require);
        assert_eq!(mode("postgres://db.example/d?sslmode=disable&application_name=x"), SslMode::Disable);
    }

    #[test]
    fn a_wrong_address_is_one_sentence_without_its_password() {
        for wrong in [
            "postgres://u:sesame@h:notaport/d",
            "mysql://u:sesame@h/d",
            "postgres://u:sesame@h/d?sslmode=maybe",
            "postgres://u:sesame@h/d?sslmode=require&sslrootcert=/no/such/file",
            "postgres://u:sesame@h/d?nonsense=1",
        ] {
            let problem = Address::read(wrong).unwrap_err();
            assert!(!problem.contains("sesame") && !problem.contains('\n'), "{problem}");
        }
    }

    #[test]
    fn it_is_shown_without_its_password() {
        let address = Address::read("postgres://u:sesame@db.example:6000/d").unwrap();
        assert_eq!(address.to_string(), "db.example:6000/d");
        assert_eq!(format!("{address:?}"), "Address(db.example:6000/d)");
    }
}

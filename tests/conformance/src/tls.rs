//! TLS for the scripted server: one certificate for all cases, which vouches for itself.

use std::fmt::Display;
use std::sync::{Arc, OnceLock};

use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

/// Whom it is for: this machine, a name that nobody can look up, and addresses to which no connection can be made.
const NAMES: [&str; 6] = ["localhost", "127.0.0.1", "::1", "governance.invalid", "224.0.0.1", "ff02::1"];

/// Who the scripted server is.
#[derive(Clone)]
pub(crate) struct Identity {
    /// Makes a TLS server of a connection.
    pub(crate) acceptor: TlsAcceptor,
    /// The PEM text of the certificate to trust.
    pub(crate) certificate: String,
}

/// The identity of every scripted server.
pub(crate) fn identity() -> Result<Identity, String> {
    static IDENTITY: OnceLock<Result<Identity, String>> = OnceLock::new();
    IDENTITY.get_or_init(make).clone()
}

fn make() -> Result<Identity, String> {
    let params = rcgen::CertificateParams::new(NAMES.map(str::to_owned)).map_err(text)?;
    let key = rcgen::KeyPair::generate().map_err(text)?;
    let certificate = params.self_signed(&key).map_err(text)?;
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(text)?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .map_err(text)?;
    Ok(Identity { acceptor: TlsAcceptor::from(Arc::new(config)), certificate: certificate.pem() })
}

fn text(error: impl Display) -> String {
    error.to_string()
}

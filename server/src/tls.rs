//! TLS to others: who they are is always verified.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt as _;

/// TLS that trusts the authorities of the machine or, in slim containers, which carry none, those of the web.
pub(crate) fn client_config() -> Result<ClientConfig, rustls::Error> {
    let builder = builder()?;
    let config = match builder.clone().with_platform_verifier() {
        Ok(verified) => verified,
        Err(_) => builder.with_root_certificates(
            webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect::<RootCertStore>(),
        ),
    };
    Ok(config.with_no_client_auth())
}

/// TLS that trusts the certificates in a file (PEM) and nobody else.
#[cfg_attr(
    not(feature = "postgres"),
    expect(dead_code, reason = "only a database has authorities of its own")
)]
pub(crate) fn client_config_trusting(file: &Path) -> Result<ClientConfig, String> {
    let shown = file.display();
    let unreadable =
        |error: &dyn std::fmt::Display| format!("cannot read the certificates in `{shown}`: {error}");
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| unreadable(&error))? {
        let certificate = certificate.map_err(|error| unreadable(&error))?;
        roots.add(certificate).map_err(|error| unreadable(&error))?;
    }
    if roots.is_empty() {
        return Err(format!("there is no certificate in `{shown}`"));
    }
    let builder = builder().map_err(|error| error.to_string())?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

fn builder() -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()
}

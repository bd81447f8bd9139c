//! Who is trusted: the platform's certificate authorities, the caller's own, and a bundled list where a slim
//! container has none.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use crate::{Error, Result};

/// The TLS settings of a client that trusts the platform's roots and those in `extra_roots` (PEM).
///
/// Reading the platform's roots takes milliseconds, so a plain-HTTP client uses [`unused`] instead.
pub(super) fn client_config(extra_roots: Option<&[u8]>) -> Result<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let extra = extra_roots.map(read_pem).transpose()?.unwrap_or_default();
    let platform =
        rustls_platform_verifier::Verifier::new_with_extra_roots(extra.clone(), Arc::clone(&provider));
    let verifier: Arc<dyn ServerCertVerifier> = match platform {
        Ok(verifier) if system_has_roots() => Arc::new(verifier),
        _ => bundled_roots(extra, &provider)?,
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::configuration("ca_bundle", format!("leaves no usable TLS version: {error}")))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    Ok(config)
}

/// The TLS settings of a client that never makes a TLS connection: they trust nobody.
pub(super) fn unused() -> Result<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::new(crate::ErrorKind::Internal, error.to_string()))?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    Ok(config)
}

/// With extra roots the platform verifier is content to have no other; that must not switch the public ones off.
fn system_has_roots() -> bool {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    rustls_platform_verifier::Verifier::new(provider).is_ok()
}

fn bundled_roots(
    extra: Vec<CertificateDer<'static>>,
    provider: &Arc<rustls::crypto::CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>> {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    for certificate in extra {
        roots
            .add(certificate)
            .map_err(|error| Error::configuration("ca_bundle", format!("is not usable: {error}")))?;
    }
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
        .build()
        .map_err(|error| Error::configuration("ca_bundle", format!("is not usable: {error}")))?;
    Ok(verifier)
}

fn read_pem(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>> {
    let certificates = CertificateDer::pem_slice_iter(pem)
        .collect::<std::result::Result<Vec<_>, _>>()
        .map_err(|error| Error::configuration("ca_bundle", format!("is not PEM: {error}")))?;
    if certificates.is_empty() {
        return Err(Error::configuration("ca_bundle", "holds no certificate"));
    }
    Ok(certificates)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_without_certificates_is_no_bundle() {
        for pem in [&b"hello"[..], b"", b"-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n"] {
            let error = client_config(Some(pem)).unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::Configuration);
            assert!(error.to_string().contains("`ca_bundle`"), "{error}");
        }
    }
}

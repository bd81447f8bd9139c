//! Who is trusted: the platform's certificate authorities, the caller's own, and a bundled list where a slim
//! container has none.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

use super::own_certificates::OwnCertificates;
use crate::client::options::Network;
use crate::{Error, Result};

/// The TLS settings of a client that trusts the platform's roots and those of the caller.
///
/// Reading the platform's roots takes milliseconds, so a plain-HTTP client uses [`unused`] instead.
pub(super) fn client_config(network: &Network) -> Result<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut own = network.ca_bundle.as_deref().map(read_pem).transpose()?.unwrap_or_default();
    own.extend(network.extra_roots.as_deref().map(usable).unwrap_or_default());
    let verifier: Arc<dyn ServerCertVerifier> = match platform(&own, &provider) {
        Some(verifier) => Arc::new(verifier),
        None => bundled_roots(&own, &provider)?,
    };
    let verifier = if own.is_empty() {
        verifier
    } else {
        let alone = verifier_of(RootCertStore::empty(), &own, &provider)?;
        Arc::new(OwnCertificates::new(own, alone, verifier))
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

/// The platform's verifier with the caller's own roots, where the platform has roots.
#[cfg(not(target_os = "android"))]
fn platform(own: &[CertificateDer<'static>], provider: &Arc<CryptoProvider>) -> Option<Verifier> {
    // With extra roots it is content to have no other; that must not switch the public ones off.
    Verifier::new(Arc::clone(provider)).ok()?;
    Verifier::new_with_extra_roots(own.to_vec(), Arc::clone(provider)).ok()
}

/// The platform's verifier. It takes no roots but those of the application's network security configuration, so those of
/// the caller are looked at when it has refused.
#[cfg(target_os = "android")]
fn platform(_own: &[CertificateDer<'static>], provider: &Arc<CryptoProvider>) -> Option<Verifier> {
    Verifier::new(Arc::clone(provider)).ok()
}

fn bundled_roots(
    own: &[CertificateDer<'static>],
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>> {
    // A phone always has roots of its own.
    #[cfg(any(target_os = "android", target_os = "ios"))]
    let roots = RootCertStore::empty();
    #[cfg(not(any(target_os = "android", target_os = "ios")))]
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    Ok(verifier_of(roots, own, provider)?)
}

fn verifier_of(
    mut roots: RootCertStore,
    own: &[CertificateDer<'static>],
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>> {
    let unusable =
        |error: &dyn std::fmt::Display| Error::configuration("ca_bundle", format!("is not usable: {error}"));
    for certificate in own {
        roots.add(certificate.clone()).map_err(|error| unusable(&error))?;
    }
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
        .build()
        .map_err(|error| unusable(&error))
}

/// Those certificates in `pem` that can be trusted: what the surroundings of a program name must not stop it.
fn usable(pem: &[u8]) -> Vec<CertificateDer<'static>> {
    let mut certificates = read_pem(pem).unwrap_or_default();
    certificates.retain(|certificate| RootCertStore::empty().add(certificate.clone()).is_ok());
    certificates
}

/// The certificates in a PEM text. Editors put a byte-order mark before it.
fn read_pem(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>> {
    let pem = pem.strip_prefix(b"\xef\xbb\xbf").unwrap_or(pem);
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
            let network = Network { ca_bundle: Some(pem.to_vec()), ..Network::default() };
            let error = client_config(&network).unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::Configuration);
            assert!(error.to_string().contains("`ca_bundle`"), "{error}");
        }
    }

    #[test]
    fn what_the_surroundings_name_stops_no_client() {
        for pem in [&b"hello"[..], b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            let network = Network { extra_roots: Some(pem.to_vec()), ..Network::default() };
            client_config(&network).unwrap();
        }
    }
}

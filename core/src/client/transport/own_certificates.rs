//! Trust in a certificate that the caller has given as it is.
//!
//! Most tools make a self-signed certificate that claims to be an authority; platforms do not take an authority for a
//! server, and some take no authority that does not claim to be one. Whoever gives that very certificate as trusted means
//! it, so it is enough that the server shows it, that it has not expired and that it is for this name.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};

/// Whether the caller's own certificates are looked at whatever the server showed: Android's verifier knows none of them.
const ASKED_FOR_ANY: bool = cfg!(target_os = "android");

/// Asks the platform, and looks at the caller's own certificates when it says no.
#[derive(Debug)]
pub(super) struct OwnCertificates {
    own: Vec<CertificateDer<'static>>,
    /// Trusts these alone.
    alone: Arc<WebPkiServerVerifier>,
    platform: Arc<dyn ServerCertVerifier>,
}

impl OwnCertificates {
    pub(super) fn new(
        own: Vec<CertificateDer<'static>>,
        alone: Arc<WebPkiServerVerifier>,
        platform: Arc<dyn ServerCertVerifier>,
    ) -> Self {
        Self { own, alone, platform }
    }
}

impl ServerCertVerifier for OwnCertificates {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let refused = match self.platform.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        ) {
            Err(refused) if ASKED_FOR_ANY || self.own.contains(end_entity) => refused,
            decided => return decided,
        };
        match self.alone.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            // Its dates were looked at before this (`check_issuer_independent_properties` of webpki).
            Err(Error::InvalidCertificate(CertificateError::Other(cause))) if is_authority(&cause) => {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                Ok(ServerCertVerified::assertion())
            }
            Err(Error::InvalidCertificate(CertificateError::UnknownIssuer)) => Err(refused),
            decided => decided,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.platform.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.platform.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.platform.supported_verify_schemes()
    }
}

/// Whether a certificate was refused only because it is that of an authority.
pub(super) fn is_authority(cause: &OtherError) -> bool {
    matches!(cause.0.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity))
}

//! What the failure of an exchange means: whether the server can have seen the request, and what to tell people.

use std::error::Error;
use std::io;

use rustls::{CertificateError, InvalidMessage};

use super::one_at_a_time::Shared;
use super::own_certificates::is_authority;
use super::{Sent, TransportError};

/// The failure of an exchange of which no answer came.
pub(super) fn failed(error: &reqwest::Error) -> TransportError {
    let unsent = error.is_builder() || error.is_connect() || was_refused(error);
    TransportError { sent: if unsent { Sent::No } else { Sent::Maybe }, message: describe(error) }
}

/// The failure of an exchange whose answer had begun.
pub(super) fn lost(error: &reqwest::Error) -> TransportError {
    TransportError { sent: Sent::Maybe, message: describe(error) }
}

/// Whether the request waits for a connection that another call has opened.
pub(super) fn is_shared(error: &reqwest::Error) -> bool {
    find::<Shared>(error).is_some()
}

/// Whether an HTTP/2 server said that it did not look at the request (RFC 9113, 8.7): it refused the stream, or it
/// closed the connection in good order and names an earlier stream as the last.
fn was_refused(error: &reqwest::Error) -> bool {
    find::<h2::Error>(error).is_some_and(|error| {
        let refused = error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
        let closed = error.is_go_away() && error.reason() == Some(h2::Reason::NO_ERROR);
        error.is_remote() && (refused || closed)
    })
}

/// One sentence. Neither a header nor a URL stands in it.
fn describe(error: &reqwest::Error) -> String {
    let cause = innermost(error).to_string();
    match find::<rustls::Error>(error) {
        Some(rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType)) => {
            "the server does not speak TLS on this port: use `http` in the base URL, or the port for `https`"
                .to_owned()
        }
        Some(rustls::Error::InvalidCertificate(why)) if is_nobodys(why) => {
            format!(
                "nobody who is trusted vouches for the server's certificate: to trust it, give it, or that of its authority, as `ca_bundle` ({cause})"
            )
        }
        _ => cause,
    }
}

/// Whether nobody vouches for a certificate but, perhaps, itself.
fn is_nobodys(why: &CertificateError) -> bool {
    match why {
        CertificateError::UnknownIssuer => true,
        CertificateError::Other(cause) => is_authority(cause),
        _ => false,
    }
}

/// The innermost cause: the outer layers say little.
pub(super) fn innermost<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    causes(error).last().unwrap_or(error)
}

fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    causes(error).find_map(<dyn Error>::downcast_ref)
}

/// An error, its cause, the cause of that, and so on.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| cause(error))
}

fn cause<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>() {
        // Such an error passes its own content over when it is asked for its cause.
        Some(wrapper) => wrapper.get_ref().map(|inner| inner as &(dyn Error + 'static)),
        None => error.source(),
    }
}

//! Who an agent is, by the token it brings: a JSON Web Token (RFC 7519) of an issuer that the instance trusts.
//!
//! A token only names the agent; it is no key to the instance. What is found out about it is reported with the decision,
//! and two findings block: a token that was used before, and one that is valid for longer than a day.

mod cache;
mod claims;
mod keys;
mod token;
mod verifier;

pub use self::verifier::TokenTrust;
pub(crate) use self::verifier::Verifier;
use crate::app::App;

/// What is known about a token. The words are the platform's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Status {
    /// It is genuine, and says who the agent is.
    Verified,
    /// There is none.
    #[default]
    Unverified,
    /// It was genuine until it expired.
    Expired,
    /// It is not genuine, not for this instance, not valid yet, or cannot be checked.
    Failed,
    /// Nobody trusts its issuer.
    UnknownIssuer,
    /// It is genuine and valid for too long.
    ExpTooFar,
}

impl Status {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Unverified => "unverified",
            Self::Expired => "expired",
            Self::Failed => "failed",
            Self::UnknownIssuer => "unknown_issuer",
            Self::ExpTooFar => "exp_too_far",
        }
    }
}

/// Whether a token was used before. The words are the platform's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Replay {
    /// There is no genuine token.
    #[default]
    NotApplicable,
    /// It was not.
    Unique,
    /// It was.
    Replayed,
    /// It has no `jti`, so nobody can tell.
    NotPresent,
    /// The memory of used tokens does not answer.
    Unavailable,
    /// It is valid for longer than used tokens are remembered.
    ExpTooFar,
    /// The operator does not want it looked at.
    Disabled,
}

impl Replay {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::NotApplicable => "not_applicable",
            Self::Unique => "unique",
            Self::Replayed => "replayed",
            Self::NotPresent => "not_present",
            Self::Unavailable => "unavailable",
            Self::ExpTooFar => "exp_too_far",
            Self::Disabled => "disabled",
        }
    }
}

/// Who an agent is, as far as its token tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The agent's id, which replaces what the request says. Nothing unless the token is genuine.
    pub(crate) agent_id: Option<String>,
    /// The agent's name for people, likewise.
    pub(crate) agent_name: Option<String>,
    pub(crate) status: Status,
    pub(crate) replay: Replay,
    /// The token's own id.
    pub(crate) jti: Option<String>,
    /// Why nothing is allowed with this token.
    pub(crate) block: Option<String>,
    /// What a use of the token is noted by, while it is not yet used.
    unused: Option<verifier::Use>,
}

impl Identity {
    fn of(status: Status) -> Self {
        Self { status, ..Self::default() }
    }
}

/// Finds out who the agent of a request is. That is no use of the token yet.
pub(crate) async fn resolve(app: &App, bearer: &Bearer) -> Identity {
    match bearer {
        Bearer::None => Identity::default(),
        Bearer::Unreadable => Identity::of(Status::Failed),
        Bearer::Token(token) => app.tokens.resolve(app, token).await,
    }
}

/// Uses the token for a question that is decided now, and not answered from the record: a token that was used before
/// permits nothing.
pub(crate) async fn use_up(app: &App, org_id: &str, identity: &mut Identity) {
    if let Some(single) = identity.unused.take() {
        identity.replay = verifier::note_use(app, org_id, single).await;
        if identity.replay == Replay::Replayed {
            identity.block = Some("The agent's token was used before".to_owned());
        }
    }
}

/// The token that came with a request (RFC 6750).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Bearer {
    #[default]
    None,
    Token(String),
    /// There is one that cannot be read, or nobody can say which of several is meant.
    Unreadable,
}

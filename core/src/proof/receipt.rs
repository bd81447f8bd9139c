//! Receipts: signed evidence that can be checked offline.
//!
//! [`verify_receipt`] answers whether a document is exactly what the holder of a published key issued. It is
//! stricter than the platform's own endpoint, which accepts altered documents:
//!
//! | altered document | closed by |
//! |---|---|
//! | any other signed object, or another kind, posing as a receipt | version and exact set of members |
//! | unknown or missing `kid` | the key is chosen by `kid` alone |
//! | a signature in padded, spaced or standard base64 | strict base64url of 64 bytes |
//! | duplicate members, a member `__proto__`, `42.0` for `42`, `null` for `1e400`, text rewritten as NFD | [`Json::parse_unambiguous`](crate::json::Json::parse_unambiguous) |
//! | members added to a bundle outside its payload | exact set of members |
//! | members in another order | the issuer's order, or that of a sorting serialiser or store |
//!
//! White space, and escapes in strings, are free: no reader sees them.

mod content;
mod document;
mod issue;
mod jwks;
mod key;
mod order;
mod verify;
mod work_order;

use serde::ser::SerializeStruct as _;
use serde::{Deserialize, Serialize, Serializer};

pub use content::{source_of_truth_hash, verify_content};
pub use issue::{
    ENGINE_VERSION, IssueError, Verdict, Violation, bundle_hash, issue_bundle, issue_non_fabrication,
    issue_reputation,
};
pub use jwks::{Jwks, JwksError, PublicJwk, thumbprint};
pub use key::{KeyError, SigningKey};
pub use verify::verify_receipt;
pub use work_order::{issue_work_order, work_order_hash, work_order_receipt};

/// The kinds of receipts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptKind {
    /// `dashclaw-receipt/v1`: content was checked against a source of truth.
    NonFabrication,
    /// `dashclaw-compliance-bundle/v1`: an export of compliance evidence, linked to the one before it.
    Bundle,
    /// `dashclaw-reputation/v1`: the reputation of an agent at one time.
    Reputation,
    /// `receipt_version` `1.0`: the end of a work order. It is hashed but not signed: anyone can make one.
    WorkOrder,
}

/// The answer of [`verify_receipt`]. Valid means that `reason` is `None`. Its JSON says the reason in words, too, as
/// `message`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Verification {
    /// Whether every check passed.
    pub valid: bool,
    /// What the document says it is, once that is known.
    pub kind: Option<ReceiptKind>,
    /// The key the document names, once it is found among the published ones. Work orders have none.
    pub kid: Option<String>,
    /// The first check that failed.
    pub reason: Option<Reason>,
}

impl Verification {
    /// The same answer for a caller who wants `kind` only: a valid receipt of another kind is not valid.
    pub fn expect(mut self, kind: ReceiptKind) -> Self {
        if self.valid && self.kind != Some(kind) {
            self.valid = false;
            self.reason = Some(Reason::UnexpectedKind);
        }
        self
    }
}

impl Serialize for Verification {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_struct("Verification", 5)?;
        members.serialize_field("valid", &self.valid)?;
        members.serialize_field("kind", &self.kind)?;
        members.serialize_field("kid", &self.kid)?;
        members.serialize_field("reason", &self.reason)?;
        members.serialize_field("message", &self.reason.map(|reason| reason.to_string()))?;
        members.end()
    }
}

/// Why a receipt is not valid. The codes are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The document is not JSON in UTF-8.
    #[error("the document is not JSON")]
    NotJson,
    /// The document is nested deeper than a signature can cover.
    #[error("the document is nested too deep")]
    TooDeep,
    /// The text has a spelling that signatures do not cover, see [`crate::json::Ambiguity`].
    #[error("the text of the document is ambiguous")]
    Ambiguous,
    /// A member is missing, unknown, or of the wrong type.
    #[error("the document does not have the members of its kind")]
    Malformed,
    /// The members stand in an order that neither the issuer nor a sorting serialiser produces.
    #[error("the members of the document were reordered")]
    Reordered,
    /// The version is not one of the four known.
    #[error("the version of the document is not supported")]
    UnsupportedVersion,
    /// The receipt is valid, but of another kind than asked for.
    #[error("the receipt is of another kind")]
    UnexpectedKind,
    /// `payloadHash` does not fit the payload.
    #[error("the payload was altered")]
    PayloadHashMismatch,
    /// `vectorHash` does not fit the vector.
    #[error("the reputation vector was altered")]
    VectorHashMismatch,
    /// `receipt_hash` does not fit the work-order receipt.
    #[error("the work-order receipt was altered")]
    ReceiptHashMismatch,
    /// The signature algorithm is not `EdDSA`.
    #[error("the signature algorithm is not supported")]
    UnsupportedAlgorithm,
    /// The signature is not 64 bytes in unpadded base64url.
    #[error("the signature is malformed")]
    MalformedSignature,
    /// There are no published keys to check with.
    #[error("there are no published keys")]
    NoKeys,
    /// No published key has the `kid` that the document names.
    #[error("the key that the document names is not published")]
    UnknownKey,
    /// The signature does not fit the document.
    #[error("the signature does not fit the document")]
    BadSignature,
    /// The receipt is valid, but for another content.
    #[error("the receipt is for another content")]
    ContentMismatch,
    /// The receipt is valid, but for another source of truth.
    #[error("the receipt is for another source of truth")]
    SourceMismatch,
}

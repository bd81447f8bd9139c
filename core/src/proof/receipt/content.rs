//! Whether a non-fabrication receipt is for the content and the source at hand.

use crate::json::Json;
use crate::proof::canonical::{CanonicalError, digest, digest_text};

use super::{Jwks, Reason, ReceiptKind, Verification, verify_receipt};

/// Verifies a non-fabrication receipt, and that it was issued for this content and this source of truth.
///
/// `source_of_truth` may be absent when the caller does not hold it. The content is compared after
/// [`canonical_text`](crate::proof::canonical::canonical_text), so typographic quotes and dashes do not matter.
pub fn verify_content(
    document: &[u8],
    jwks: &Jwks,
    content: &str,
    source_of_truth: Option<&Json>,
) -> Verification {
    let mut answer = verify_receipt(document, jwks).expect(ReceiptKind::NonFabrication);
    if answer.valid
        && let Err(reason) = check_content(document, content, source_of_truth)
    {
        answer.valid = false;
        answer.reason = Some(reason);
    }
    answer
}

fn check_content(document: &[u8], content: &str, source_of_truth: Option<&Json>) -> Result<(), Reason> {
    let document = Json::parse_unambiguous(document).map_err(|_| Reason::NotJson)?;
    let receipt = document.get("receipt").unwrap_or(&document);
    let claimed = |name| receipt.get(name).and_then(Json::as_str);
    if claimed("candidateHash") != Some(&digest_text(content)) {
        return Err(Reason::ContentMismatch);
    }
    let Some(source) = source_of_truth else { return Ok(()) };
    let source = source_of_truth_hash(source).map_err(|_| Reason::SourceMismatch)?;
    if claimed("sourceOfTruthHash") == Some(&source) { Ok(()) } else { Err(Reason::SourceMismatch) }
}

/// The digest of a source of truth: of its `requiredFacts`, `allowedFacts`, `forbiddenPatterns` (default: none)
/// and `extract` (default: nothing). Its other members do not count.
///
/// # Errors
/// [`CanonicalError::TooDeep`].
pub fn source_of_truth_hash(source: &Json) -> Result<String, CanonicalError> {
    let given = |name| source.get(name).filter(|value| !value.is_null()).cloned();
    let mut covered = Vec::new();
    for name in ["requiredFacts", "allowedFacts"] {
        covered.extend(source.get(name).map(|facts| (name, facts.clone())));
    }
    covered.push(("forbiddenPatterns", given("forbiddenPatterns").unwrap_or(Json::Array(Vec::new()))));
    covered.push(("extract", given("extract").unwrap_or(Json::Object(Vec::new()))));
    digest(&Json::object(covered))
}

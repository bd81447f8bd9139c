//! What receipt documents look like: one table per kind.

use crate::json::Json;
use crate::proof::canonical::is_digest;

use super::order::is_honest;
use super::{Reason, ReceiptKind};

/// What a member must be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Type {
    Text,
    /// `pass` or `block`
    Verdict,
    Digest,
    DigestOrNull,
    Count,
    /// A list of objects with a text `code`.
    Violations,
    /// An object whose members, as far as the issuer's order names them, stand in an honest order.
    Object(&'static [&'static str]),
}

/// A signed kind of receipt: its exact members in the issuer's order.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) kind: ReceiptKind,
    pub(super) version: &'static str,
    pub(super) members: &'static [(&'static str, Type)],
    /// Members that the signature does not cover itself. The digest of `payload` or `vector` is covered.
    pub(super) unsigned: &'static [&'static str],
    /// A covered digest and the member it is of.
    pub(super) digest: Option<(&'static str, &'static str, Reason)>,
}

const SIGNATURE: (&str, Type) = ("signature", Type::Object(&["alg", "kid", "sig"]));

static SHAPES: [Shape; 3] = [
    Shape {
        kind: ReceiptKind::NonFabrication,
        version: "dashclaw-receipt/v1",
        members: &[
            ("version", Type::Text),
            ("issuedAt", Type::Text),
            ("engineVersion", Type::Text),
            ("verdict", Type::Verdict),
            ("violations", Type::Violations),
            ("candidateHash", Type::Digest),
            ("sourceOfTruthHash", Type::Digest),
            SIGNATURE,
        ],
        unsigned: &["signature"],
        digest: None,
    },
    Shape {
        kind: ReceiptKind::Bundle,
        version: "dashclaw-compliance-bundle/v1",
        members: &[
            ("version", Type::Text),
            ("issuedAt", Type::Text),
            ("engineVersion", Type::Text),
            ("payloadHash", Type::Digest),
            ("prevBundleHash", Type::DigestOrNull),
            (
                "payload",
                Type::Object(&[
                    "org",
                    "frameworks",
                    "window_days",
                    "format",
                    "report",
                    "evidence_summary",
                    "snapshot_ids",
                ]),
            ),
            SIGNATURE,
        ],
        unsigned: &["payload", "signature"],
        digest: Some(("payloadHash", "payload", Reason::PayloadHashMismatch)),
    },
    Shape {
        kind: ReceiptKind::Reputation,
        version: "dashclaw-reputation/v1",
        members: &[
            ("version", Type::Text),
            ("issuedAt", Type::Text),
            ("agentId", Type::Text),
            ("vectorHash", Type::Digest),
            ("totalEvents", Type::Count),
            (
                "vector",
                Type::Object(&[
                    "agent_id",
                    "reliability_score",
                    "completion_rate",
                    "policy_violation_rate",
                    "approval_adherence",
                    "quality_score",
                    "risk_score",
                    "volume_weight",
                    "confidence",
                    "total_events",
                    "last_event_at",
                    "computed_at",
                ]),
            ),
            SIGNATURE,
        ],
        unsigned: &["vector", "signature"],
        digest: Some(("vectorHash", "vector", Reason::VectorHashMismatch)),
    },
];

/// The members of a work-order receipt, in any order: it is stored in a column that does not keep one.
const WORK_ORDER_MEMBERS: [&str; 15] = [
    "receipt_version",
    "work_order_id",
    "type",
    "type_version",
    "status",
    "input_hash",
    "output_hash",
    "budget",
    "cost",
    "over_budget",
    "worker",
    "requested_by",
    "lifecycle",
    "error",
    "governance",
];

pub(super) const WORK_ORDER_VERSION: &str = "1.0";

/// A work-order receipt beside its hash, as a completed order returns it and as the database row holds it.
const HASHED: [&str; 2] = ["receipt", "receipt_hash"];
const ROW: [&str; 6] = ["id", "org_id", "work_order_id", "receipt", "receipt_hash", "created_at"];

/// A document that says what it is.
#[derive(Debug)]
pub(super) enum Document<'a> {
    Signed { shape: &'static Shape, value: &'a Json },
    WorkOrder { receipt: &'a Json, hash: &'a Json, row: Option<&'a Json> },
}

impl Document<'_> {
    pub(super) fn kind(&self) -> ReceiptKind {
        match self {
            Self::Signed { shape, .. } => shape.kind,
            Self::WorkOrder { .. } => ReceiptKind::WorkOrder,
        }
    }
}

pub(super) fn shape_of(kind: ReceiptKind) -> Option<&'static Shape> {
    SHAPES.iter().find(|shape| shape.kind == kind)
}

/// Finds out what a value is, bare or wrapped as `{"receipt": …}` or `{"bundle": …}`.
pub(super) fn recognize(value: &Json) -> Result<Document<'_>, Reason> {
    let members = value.members().ok_or(Reason::Malformed)?;
    let [(wrapper, inner)] = members else { return recognize_bare(value) };
    let bundle_wanted = match wrapper.as_str() {
        Some("receipt") => false,
        Some("bundle") => true,
        _ => return recognize_bare(value),
    };
    let document = recognize_bare(inner)?;
    if bundle_wanted == (document.kind() == ReceiptKind::Bundle) {
        Ok(document)
    } else {
        Err(Reason::Malformed)
    }
}

fn recognize_bare(value: &Json) -> Result<Document<'_>, Reason> {
    for names in [&HASHED[..], &ROW] {
        if let (true, Some(receipt), Some(hash)) =
            (has_exactly(value, names), value.get("receipt"), value.get("receipt_hash"))
        {
            let row = (names.len() == ROW.len()).then_some(value);
            return Ok(Document::WorkOrder { receipt, hash, row });
        }
    }
    let version = value.get("version").ok_or(Reason::Malformed)?;
    let version = version.as_str().ok_or(Reason::Malformed)?;
    let shape = SHAPES.iter().find(|shape| shape.version == version).ok_or(Reason::UnsupportedVersion)?;
    Ok(Document::Signed { shape, value })
}

/// Checks the members of a signed document.
pub(super) fn check_shape(value: &Json, shape: &Shape) -> Result<(), Reason> {
    let names: Vec<_> = shape.members.iter().map(|(name, _)| *name).collect();
    if !has_exactly(value, &names) {
        return Err(Reason::Malformed);
    }
    check_order(value, &names)?;
    for (name, expected) in shape.members {
        check_type(value.get(name).ok_or(Reason::Malformed)?, *expected)?;
    }
    Ok(())
}

/// Checks the members of a work-order receipt. `row` is the database row around it.
pub(super) fn check_work_order(receipt: &Json, row: Option<&Json>) -> Result<(), Reason> {
    let version = receipt.get("receipt_version").and_then(Json::as_str).ok_or(Reason::Malformed)?;
    if version != WORK_ORDER_VERSION {
        return Err(Reason::UnsupportedVersion);
    }
    let same_order = row.is_none_or(|row| row.get("work_order_id") == receipt.get("work_order_id"));
    if same_order && has_exactly(receipt, &WORK_ORDER_MEMBERS) { Ok(()) } else { Err(Reason::Malformed) }
}

/// Names are unique after parsing, so equal counts and containment mean equal sets.
fn has_exactly(value: &Json, names: &[&str]) -> bool {
    value.members().is_some_and(|members| members.len() == names.len())
        && names.iter().all(|name| value.get(name).is_some())
}

fn check_order(value: &Json, issued: &[&str]) -> Result<(), Reason> {
    let members = value.members().ok_or(Reason::Malformed)?;
    let names: Vec<_> = members.iter().map(|(name, _)| name).collect();
    if is_honest(&names, issued) { Ok(()) } else { Err(Reason::Reordered) }
}

fn check_type(value: &Json, expected: Type) -> Result<(), Reason> {
    let text = value.as_str();
    let fits = match expected {
        Type::Text => text.is_some_and(|text| !text.is_empty()),
        Type::Verdict => matches!(text, Some("pass" | "block")),
        Type::Digest => text.is_some_and(is_digest),
        Type::DigestOrNull => value.is_null() || text.is_some_and(is_digest),
        Type::Count => matches!(value, Json::Number(count) if *count >= 0.0 && count.fract() == 0.0),
        Type::Violations => is_violations(value),
        Type::Object(issued) => return check_order(value, issued),
    };
    if fits { Ok(()) } else { Err(Reason::Malformed) }
}

fn is_violations(value: &Json) -> bool {
    let Json::Array(items) = value else { return false };
    items.iter().all(|item| item.get("code").is_some_and(|code| code.as_str().is_some()))
}

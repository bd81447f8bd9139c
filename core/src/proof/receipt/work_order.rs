//! Receipts of work orders, which are hashed but not signed.

use crate::json::Json;
use crate::proof::canonical::{CanonicalError, digest};

use super::IssueError;
use super::document::{WORK_ORDER_VERSION, check_work_order};
use super::issue::publishable;

/// The receipt of an ended work order.
///
/// `order` has the members of the database row (`id`, `type`, `type_version`, `status`, `input_hash`,
/// `max_cost_usd`, `timeout_seconds`, `claimed_by`, `requested_by`, the three times, `error_code`,
/// `error_details`); `cost` those the worker reported; `governance` the decision behind the order. Missing members
/// and empty texts are `null`. Amounts may be texts, as databases give decimals: missing is zero, what is no number
/// is `null`. `matched_policies` is left out when missing.
pub fn work_order_receipt(order: &Json, cost: &Json, output_hash: Option<&str>, governance: &Json) -> Json {
    let ceiling = amount(order.get("max_cost_usd"));
    let total = amount(cost.get("total_usd"));
    let error = match given(order, "error_code") {
        Json::Null => Json::Null,
        code => Json::object([("code", code), ("details", given(order, "error_details"))]),
    };
    let mut decision = vec![
        ("mode", "governed".into()),
        ("guard_decision_id", given(governance, "guard_decision_id")),
        ("audit_record_id", given(governance, "audit_record_id")),
    ];
    decision
        .extend(governance.get("matched_policies").map(|policies| ("matched_policies", policies.clone())));
    let members = |of: &Json, names: &[&'static str]| {
        Json::object(names.iter().map(|name| (*name, given(of, name))).collect::<Vec<_>>())
    };
    Json::object([
        ("receipt_version", WORK_ORDER_VERSION.into()),
        ("work_order_id", given(order, "id")),
        ("type", given(order, "type")),
        ("type_version", given(order, "type_version")),
        ("status", given(order, "status")),
        ("input_hash", given(order, "input_hash")),
        ("output_hash", output_hash.map_or(Json::Null, Json::from)),
        (
            "budget",
            Json::object([
                ("max_cost_usd", number(ceiling)),
                ("timeout_seconds", given(order, "timeout_seconds")),
            ]),
        ),
        (
            "cost",
            Json::object([
                ("input_tokens", given(cost, "input_tokens")),
                ("output_tokens", given(cost, "output_tokens")),
                ("total_usd", number(total)),
            ]),
        ),
        ("over_budget", Json::Bool(total > ceiling)),
        ("worker", given(order, "claimed_by")),
        ("requested_by", given(order, "requested_by")),
        ("lifecycle", members(order, &["created_at", "claimed_at", "completed_at"])),
        ("error", error),
        ("governance", Json::object(decision)),
    ])
}

/// The hash of a work-order receipt, to stand beside it.
///
/// # Errors
/// [`CanonicalError::TooDeep`].
pub fn work_order_hash(receipt: &Json) -> Result<String, CanonicalError> {
    digest(receipt)
}

/// A work-order receipt with its hash: `{"receipt": …, "receipt_hash": …}`.
pub fn issue_work_order(receipt: &Json) -> Result<Json, IssueError> {
    check_work_order(receipt, None).map_err(|_| IssueError::Malformed)?;
    let hash = work_order_hash(receipt)?;
    publishable(Json::object([("receipt", receipt.nfc()), ("receipt_hash", hash.as_str().into())]))
}

/// A member, or `null` for a missing one and for empty text.
fn given(of: &Json, name: &str) -> Json {
    of.get(name).filter(|value| value.as_str() != Some("")).cloned().unwrap_or(Json::Null)
}

/// An amount as a number; NaN if it is none.
fn amount(value: Option<&Json>) -> f64 {
    // Rust reads `inf` and `nan` as numbers, too.
    let is_decimal =
        |text: &&str| text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    match value {
        None | Some(Json::Null) => 0.0,
        Some(Json::Number(number)) => *number,
        Some(value) => match value.as_str().map(str::trim).filter(is_decimal) {
            Some("") => 0.0,
            Some(text) => text.parse().unwrap_or(f64::NAN),
            None => f64::NAN,
        },
    }
}

fn number(amount: f64) -> Json {
    if amount.is_finite() { Json::Number(amount) } else { Json::Null }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_numbers_or_nothing() {
        let read = |text: &str| number(amount(Some(&text.into())));
        assert_eq!(read(" 0.2500 "), Json::Number(0.25));
        assert_eq!(read("1e3"), Json::Number(1000.0));
        assert_eq!(read(""), Json::Number(0.0));
        for nothing in ["inf", "NaN", "infinity", "1e999", "1,5", "-", "0x1"] {
            assert_eq!(read(nothing), Json::Null, "{nothing}");
        }
        assert_eq!(number(amount(Some(&Json::Bool(true)))), Json::Null);
    }
}

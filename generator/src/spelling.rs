//! Names in doc texts, in languages that write them in camel case: `create_action` is `createAction` there.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use dashclaw::api::rows;

use crate::text::camel_case;

/// What has a name of its own in every language without being an operation: functions, options, properties of errors.
const OTHERS: [&str; 18] = [
    "auto_recommend",
    "canonical_json",
    "current_status",
    "derive_idempotency_key",
    "guard_mode",
    "hitl_mode",
    "idempotency_key",
    "max_retries",
    "on_replay",
    "pending_approvals",
    "require_valid_receipt",
    "retry_after",
    "run_governed",
    "sign_action",
    "start_heartbeat",
    "stop_heartbeat",
    "verify_receipt",
    "wait_for_approval",
];

/// These, and the names of operations. Those of arguments and members are left as they are: in many texts they are keys of
/// JSON objects, which no language respells.
static NAMES: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
    let operations = rows().flat_map(|row| [Some(row.name), row.iterator]).flatten();
    operations.chain(OTHERS).collect()
});

/// `text` with each code span that is such a name in camel case.
pub(crate) fn in_camel_case(text: &str) -> String {
    let spans = text.split('`').enumerate();
    let spans =
        spans.map(
            |(at, span)| if at % 2 == 1 && NAMES.contains(span) { camel_case(span) } else { span.to_owned() },
        );
    spans.collect::<Vec<_>>().join("`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_change_and_words_and_prose_do_not() {
        let table = [
            ("see `create_action` and `iter_actions`", "see `createAction` and `iterActions`"),
            (
                "`mime_type`, of `POST /api/actions/{action_id}`",
                "`mime_type`, of `POST /api/actions/{action_id}`",
            ),
            ("it is `pending_approval`, says create_action", "it is `pending_approval`, says create_action"),
        ];
        for (text, expected) in table {
            assert_eq!(in_camel_case(text), expected);
        }
    }
}

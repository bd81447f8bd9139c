//! Approvals: what waits for a human, and the human's answer.

use crate::api::ids::ActionId;
use super::actions::{Action, ActionList};
use super::security::Security;
use crate::{open_enum, operations, record};

open_enum! {
    /// What a human says to an action that waits.
    pub enum ApprovalDecision {
        /// Go ahead: the action is `running` from now on.
        Allow = "allow",
        /// Do not act: the action has `failed`.
        Deny = "deny",
    }
}

operations! { "approvals":
    /// Answers for a human whether an action that waits may go ahead. Needs an API key of the admin role.
    ///
    /// The first answer counts. When somebody else was faster, or nobody answered in time, it is an error of kind `conflict`,
    /// whose details say who decided; an action that never waited is one of kind `validation`, an unknown one `not_found`, a
    /// key without the role `permission`.
    approve_action = Post "/api/actions/{action_id}/approve" => ApprovedAction [
        positional(&["action_id", "decision", "reasoning"]), node(&["action_id", "decision", "reasoning"]), admin(),
        aliases(&["/api/approvals/{action_id}"]),
    ]
    ApproveAction {
        /// Which action.
        action_id: ActionId,
        /// `allow` or `deny`.
        decision: ApprovalDecision [strict()],
        /// Why. It is appended to the action's `reasoning`; the agent of a denied action gets it as the reason. At most 2000
        /// characters.
        reasoning: Option<String> [max(2000)],
    }

    /// Lists the actions that wait for a human, newest first.
    get_pending_approvals = Get "/api/actions" => ActionList, each Action as iter_pending_approvals [
        positional(&["limit", "offset"]), node(&["limit", "offset"]), pages("actions"),
    ]
    GetPendingApprovals {
        /// Always `pending_approval`.
        status: Option<String> [constant("\"pending_approval\"")],
        /// How many, 1 to 200.
        limit: Option<i64> [default("20"), range(1, 200)],
        /// How many to skip.
        offset: Option<i64> [default("0"), range(0, i64::MAX)],
    }
}

record! {
    /// What became of an action by a human's answer.
    pub struct ApprovedAction {
        /// Always true.
        success: bool,
        /// The action after the answer.
        #[required]
        action: Action,
        /// What the scan of `reasoning` for secrets found.
        #[serde(skip_serializing_if = "Option::is_none")]
        security: Option<Security>,
    }
}

//! Assumptions: what an agent takes for granted, and whether it holds.

use crate::api::ids::{ActionId, AssumptionId};
use super::security::Security;
use crate::catalogue::{Repeat, lenient};
use crate::{operations, record};

operations! { "assumptions":
    /// Records what the agent takes for granted in an action.
    ///
    /// An unknown action is an error of kind `not_found`; an `assumption_id` that exists already one of kind `conflict`.
    record_assumption = Post "/api/assumptions" => CreatedAssumption [
        object("assumption"), open(), aliases(&["/api/actions/assumptions"]),
    ]
    RecordAssumption {
        /// The action it is made for.
        action_id: ActionId [max(128)],
        /// What is taken for granted. At most 2000 characters.
        assumption: String [max(2000)],
        /// What speaks for it. At most 2000 characters.
        basis: Option<String> [max(2000)],
        /// Whether it is known to be true; false unless given.
        validated: Option<bool>,
        /// Whether it is known to be false.
        invalidated: Option<bool>,
        /// Why it is false. At most 2000 characters.
        invalidated_reason: Option<String> [max(2000)],
        /// The id of the new assumption; the server makes one unless given. At most 128 characters.
        assumption_id: Option<AssumptionId> [max(128)],
    }

    /// Records what the agent takes for granted in an action: another name of `record_assumption`.
    register_assumption = Post "/api/assumptions" => CreatedAssumption [
        positional(&["action_id", "assumption"]), node(&["..assumption"]), open(), aliases(&["/api/actions/assumptions"]),
    ]
    RegisterAssumption {
        /// The action it is made for.
        action_id: ActionId [max(128)],
        /// What is taken for granted. At most 2000 characters.
        assumption: String [max(2000)],
        /// What speaks for it. At most 2000 characters.
        basis: Option<String> [max(2000)],
        /// Whether it is known to be true; false unless given.
        validated: Option<bool>,
        /// Whether it is known to be false.
        invalidated: Option<bool>,
        /// Why it is false. At most 2000 characters.
        invalidated_reason: Option<String> [max(2000)],
        /// The id of the new assumption; the server makes one unless given. At most 128 characters.
        assumption_id: Option<AssumptionId> [max(128)],
    }

    /// Reads one assumption. An unknown id is an error of kind `not_found`.
    get_assumption = Get "/api/actions/assumptions/{assumption_id}" => AssumptionDetail [
        positional(&["assumption_id"]), aliases(&["/api/assumptions/{assumption_id}"]),
    ]
    GetAssumption from assumption_id: AssumptionId {
        /// Which assumption.
        assumption_id: AssumptionId,
    }

    /// Says whether an assumption has proved true or false. An unknown id is an error of kind `not_found`.
    ///
    /// One that has proved false stays so: to say anything more about it is an error of kind `conflict`.
    validate_assumption = Patch "/api/actions/assumptions/{assumption_id}" => ValidatedAssumption [
        repeat(Repeat::Idempotent), positional(&["assumption_id", "validated", "invalidated_reason"]),
        node(&["assumption_id", "validated", "invalidated_reason"]),
        aliases(&["/api/assumptions/{assumption_id}"]),
    ]
    ValidateAssumption {
        /// Which assumption.
        assumption_id: AssumptionId,
        /// Whether it is true.
        validated: bool,
        /// Why it is false. Needed when `validated` is false. At most 2000 characters.
        invalidated_reason: Option<String> [max(2000)],
    }

    /// Lists assumptions with how far each has drifted from what is known.
    ///
    /// The score is the age of an assumption that nobody looked at, 100 being 30 days or more; 50 is at risk.
    get_drift_report = Get "/api/actions/assumptions" => DriftReport, each Assumption as iter_drift_report [
        open(), pages("assumptions"), aliases(&["/api/assumptions"]),
    ]
    GetDriftReport {
        /// Always true.
        drift: Option<bool> [constant("true")],
        /// Only assumptions found to be true, or only the others.
        validated: Option<bool>,
        /// Only assumptions that are older than 7 days and that nobody looked at.
        stale: Option<bool>,
        /// Only the assumptions of this action.
        action_id: Option<ActionId>,
        /// Only the assumptions of this agent. All agents unless given.
        agent_id: Option<String>,
        /// How many, 1 to 200; 50 unless given.
        limit: Option<i64> [range(1, 200)],
        /// How many to skip.
        offset: Option<i64> [range(0, i64::MAX)],
    }
}

record! {
    /// Something that an agent takes for granted.
    pub struct Assumption {
        /// The number of its row.
        id: i64,
        /// Which assumption: `asm_` and a UUID, or the id it was created with.
        #[required]
        assumption_id: AssumptionId,
        /// Whose organisation.
        org_id: String,
        /// The action it was made for.
        action_id: ActionId,
        /// What is taken for granted.
        assumption: String,
        /// What speaks for it.
        basis: Option<String>,
        /// Whether it was found to be true: 0 or 1.
        #[read = "lenient::zero_or_one"]
        validated: i64,
        /// When that was: ISO-8601, UTC.
        validated_at: Option<String>,
        /// Whether it was found to be false: 0 or 1.
        #[read = "lenient::zero_or_one"]
        invalidated: i64,
        /// Why it is false.
        invalidated_reason: Option<String>,
        /// When that was: ISO-8601, UTC.
        invalidated_at: Option<String>,
        /// When it was recorded: ISO-8601, UTC.
        created_at: String,
        /// Whose action it was made for.
        #[serde(skip_serializing_if = "Option::is_none")]
        agent_id: Option<String>,
        /// Who that is, for people.
        #[serde(skip_serializing_if = "Option::is_none")]
        agent_name: Option<String>,
        /// What the action is for.
        #[serde(skip_serializing_if = "Option::is_none")]
        declared_goal: Option<String>,
        /// What the action does.
        #[serde(skip_serializing_if = "Option::is_none")]
        action_type: Option<String>,
        /// In drift reports, how far it has drifted, 0 to 100: `Some(None)`, null on the wire, when it was found to be
        /// false. Absent elsewhere.
        #[read = "lenient::present"]
        #[serde(skip_serializing_if = "Option::is_none")]
        drift_score: Option<Option<i64>>,
    }

    /// An assumption as it was recorded.
    pub struct CreatedAssumption {
        /// The assumption.
        #[required]
        assumption: Assumption,
        /// Its id once more.
        #[required]
        assumption_id: AssumptionId,
        /// What the scan for secrets found.
        security: Security,
    }

    /// One assumption.
    pub struct AssumptionDetail {
        /// The assumption.
        #[required]
        assumption: Assumption,
    }

    /// An assumption as it was judged.
    pub struct ValidatedAssumption {
        /// The assumption after the change.
        #[required]
        assumption: Assumption,
        /// What the scan of the reason for secrets found.
        #[serde(skip_serializing_if = "Option::is_none")]
        security: Option<Security>,
    }

    /// A page of assumptions with their drift.
    pub struct DriftReport {
        /// The assumptions.
        #[required]
        assumptions: Vec<Assumption>,
        /// How many there are in all.
        total: i64,
        /// When this was read: ISO-8601, UTC.
        #[serde(rename = "lastUpdated")]
        last_updated: String,
        /// Counts of what was found.
        drift_summary: DriftSummary,
    }

    /// Counts over assumptions.
    pub struct DriftSummary {
        /// All.
        total: i64,
        /// With a drift of 50 or more.
        at_risk: i64,
        /// Found to be true.
        validated: i64,
        /// Found to be false.
        invalidated: i64,
        /// Not looked at.
        unvalidated: i64,
    }
}

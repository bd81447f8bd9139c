//! The ids of records: texts that cannot be taken for one another.

use crate::id;

id!(
    /// The id of a guard decision: `act_gd_` and 16 hex digits. It is not the id of an action.
    DecisionId,
    Decision
);

id!(
    /// The id of an action: `act_` and a UUID, or one of the caller's own making.
    ActionId,
    Action
);

id!(
    /// The id of a policy: `gp_` and 24 hex digits.
    PolicyId,
    Policy
);

id!(
    /// The id of a session: `sess_` and 12 hex digits.
    SessionId,
    Session
);

id!(
    /// The id of an assumption: `asm_` and a UUID, or one of the caller's own making.
    AssumptionId,
    Assumption
);

id!(
    /// The id of an open loop: `loop_` and a UUID, or one of the caller's own making.
    LoopId,
    Loop
);

//! The halt of an organisation: while it holds, guard and every new action are blocked. Nothing but lifting it ends it.

use crate::catalogue::Repeat;
use crate::{operations, record};

operations! { "halts":
    /// Reads whether the organisation is halted.
    get_halt = Get "/api/halt" => HaltState []
    GetHalt {}

    /// Halts the organisation, or lifts its halt, and returns the one in force then. Needs an API key of the admin role.
    ///
    /// While an organisation is halted, guard and every new action are blocked, whatever the policies say, and the reason
    /// names who halted it. It lasts until it is lifted, also over restarts of the server.
    set_halt = Post "/api/halt" => HaltState [
        repeat(Repeat::Idempotent), admin(), positional(&["halted", "reason"]),
    ]
    SetHalt from halted: bool {
        /// Whether everything is blocked from now on.
        halted: bool,
        /// Why. At most 2000 characters.
        reason: Option<String> [max(2000)],
    }
}

record! {
    /// Whether an organisation is halted.
    pub struct HaltState {
        /// The halt.
        #[required]
        halt: Halt,
    }

    /// The halt of an organisation.
    pub struct Halt {
        /// Whether everything is blocked.
        #[required]
        halted: bool,
        /// Who halted it: the id of an API key as a rule. Nothing while it is not halted.
        actor: Option<String>,
        /// Why, where that was said.
        reason: Option<String>,
        /// Since when: ISO-8601, UTC. Nothing while it is not halted.
        at: Option<String>,
    }
}

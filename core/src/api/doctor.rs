//! The doctor: whether the server is as it should be, and what to do about it.

use crate::catalogue::Repeat;
use crate::{open_enum, operations, record};

open_enum! {
    /// How the whole server is.
    pub enum DoctorStatus {
        /// Everything is as it should be.
        Healthy = "healthy",
        /// It works, and something should be looked at.
        NeedsAttention = "needs_attention",
        /// Something does not work.
        Unhealthy = "unhealthy",
    }
}

open_enum! {
    /// How one check went.
    pub enum CheckStatus {
        /// As it should.
        Pass = "pass",
        /// It should be looked at.
        Warn = "warn",
        /// It does not work.
        Fail = "fail",
    }
}

open_enum! {
    /// Who can mend something.
    pub enum FixType {
        /// The server, by `fix_doctor`.
        Auto = "auto",
        /// A person.
        Manual = "manual",
    }
}

operations! { "doctor":
    /// Looks at the server: its database, its keys, its policies and what waits, and says what should be done.
    ///
    /// Nothing is changed.
    get_doctor = Get "/api/doctor" => DoctorReport [positional(&["category"])]
    GetDoctor {
        /// Only these categories, with commas between them. All unless given.
        category: Option<String>,
        /// Whether each check says what would mend it; yes unless given.
        include_fixes: Option<bool>,
    }

    /// Mends one thing that `get_doctor` said the server can mend. Needs an API key of the admin role.
    ///
    /// Doing it again changes nothing more. An action that nobody knows is an error of kind `validation`.
    fix_doctor = Post "/api/doctor/fix" => DoctorFixed [
        repeat(Repeat::Idempotent), admin(), positional(&["action"]),
    ]
    FixDoctor from action: String {
        /// What to do: the `action` of a check's fix.
        action: String,
    }
}

record! {
    /// What the doctor found.
    pub struct DoctorReport {
        /// How the whole server is: as its worst check.
        #[required]
        status: DoctorStatus,
        /// How many checks went how.
        summary: DoctorSummary,
        /// The checks, by category.
        #[required]
        checks: Vec<DoctorCheck>,
        /// When it was looked: ISO-8601, UTC.
        timestamp: String,
    }

    /// How many checks went how.
    pub struct DoctorSummary {
        /// As they should.
        pass: i64,
        /// They should be looked at.
        warn: i64,
        /// They do not work.
        fail: i64,
    }

    /// One thing that was looked at.
    pub struct DoctorCheck {
        /// Which check: `db_connection`.
        #[required]
        id: String,
        /// What it is about: `database`, `config`, `auth`, `deployment`, `governance`, `data-hygiene`.
        category: String,
        /// How it went.
        #[required]
        status: CheckStatus,
        /// What was looked at, for people.
        title: String,
        /// What was seen, for people.
        message: String,
        /// What would mend it; nothing when nothing has to be mended.
        fix: Option<DoctorFix>,
    }

    /// What would mend something.
    pub struct DoctorFix {
        /// Who can do it.
        #[serde(rename = "type")]
        fix_type: FixType,
        /// What would be done, for people.
        description: String,
        /// What to tell `fix_doctor`; nothing when a person has to do it.
        action: Option<String>,
    }

    /// What became of a fix.
    pub struct DoctorFixed {
        /// Whether something was changed.
        #[required]
        applied: bool,
        /// What was done, or why nothing had to be, for people.
        description: String,
    }
}

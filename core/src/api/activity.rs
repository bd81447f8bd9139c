//! Activity: who changed what in the organisation.

use crate::{operations, record};

operations! { "activity":
    /// Lists what people and agents did in the organisation, the newest first, with counts.
    ///
    /// A time that cannot be read is an error of kind `validation`.
    get_activity_logs = Get "/api/activity" => ActivityLog, each ActivityEvent as iter_activity_logs [open(), pages("events")]
    GetActivityLogs {
        /// Only what was done in this word: `policy.created`.
        action: Option<String>,
        /// Only what this person, agent or API key did.
        actor_id: Option<String>,
        /// Only what was done to such things: `policy`.
        resource_type: Option<String>,
        /// Only what was done before this time: ISO-8601.
        before: Option<String>,
        /// Only what was done after this time: ISO-8601.
        after: Option<String>,
        /// How many, 1 to 200; 50 unless given.
        limit: Option<i64> [range(1, 200)],
        /// How many to skip.
        offset: Option<i64> [range(0, i64::MAX)],
    }
}

record! {
    /// What was done in an organisation.
    pub struct ActivityLog {
        /// The newest first.
        #[required]
        events: Vec<ActivityEvent>,
        /// Counts.
        stats: ActivityStats,
        /// Which part of the log this is.
        pagination: ActivityPage,
    }

    /// Something that somebody did.
    pub struct ActivityEvent {
        /// Which event.
        #[required]
        id: String,
        /// Whose organisation.
        org_id: String,
        /// Who did it.
        actor_id: Option<String>,
        /// What was done: `policy.created`.
        action: String,
        /// To what sort of thing: `policy`.
        resource_type: Option<String>,
        /// To which one.
        resource_id: Option<String>,
        /// More about it: JSON text.
        details: Option<String>,
        /// When: ISO-8601, UTC.
        created_at: String,
        /// Who did it, for people.
        actor_name: Option<String>,
        /// The URL of their picture.
        actor_image: Option<String>,
    }

    /// What was done, counted.
    pub struct ActivityStats {
        /// Events in all.
        total: i64,
        /// Events of today.
        today: i64,
        /// How many different people, agents and API keys.
        unique_actors: i64,
    }

    /// Which part of the log this is.
    pub struct ActivityPage {
        /// How many were asked for.
        limit: i64,
        /// How many were skipped.
        offset: i64,
    }
}

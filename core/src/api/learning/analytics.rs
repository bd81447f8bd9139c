//! How agents do over time.

use serde_json::Value;

use crate::{open_enum, record};

open_enum! {
    /// How long a window of time is.
    pub enum LearningPeriod {
        /// A day.
        Daily = "daily",
        /// A week.
        Weekly = "weekly",
    }
}

open_enum! {
    /// How mature an agent is, by the number of its scored actions, how many ended well and their mean score.
    pub enum MaturityLevel {
        /// From the first action on.
        Novice = "novice",
        /// From 10 actions, 40 % success and a mean of 40.
        Developing = "developing",
        /// From 50 actions, 60 % success and a mean of 55.
        Competent = "competent",
        /// From 150 actions, 75 % success and a mean of 65.
        Proficient = "proficient",
        /// From 500 actions, 85 % success and a mean of 75.
        Expert = "expert",
        /// From 1000 actions, 92 % success and a mean of 85.
        Master = "master",
    }
}

record! {
    /// How fast agents get better.
    pub struct LearningVelocityList {
        /// One entry per agent and window.
        #[required]
        velocity: Vec<LearningVelocity>,
    }

    /// How fast an agent got better in one window of time.
    pub struct LearningVelocity {
        /// Which entry: `lv_…`.
        id: String,
        /// Whose.
        agent_id: String,
        /// How long the window is.
        period: LearningPeriod,
        /// When the window began: ISO-8601, UTC.
        period_start: String,
        /// When it ended: ISO-8601, UTC.
        period_end: String,
        /// How many actions were scored.
        episode_count: i64,
        /// Their mean score, 0 to 100.
        avg_score: f64,
        /// How many of them ended well, 0 to 1.
        success_rate: f64,
        /// How far the mean score moved.
        score_delta: f64,
        /// The slope of the mean scores, window by window; above 0 it gets better. Three decimals.
        velocity: f64,
        /// How much steeper the second half is than the first. Three decimals.
        acceleration: f64,
        /// How mature the agent is, 0 to 100.
        maturity_score: f64,
        /// The same as a word.
        maturity_level: MaturityLevel,
        /// When it was computed: ISO-8601, UTC.
        created_at: String,
    }

    /// How fast agents get better, as it was just computed.
    pub struct LearningVelocityComputation {
        /// For how many agents.
        agents_computed: i64,
        /// What came out. The form of an entry is the server's own and not fixed.
        results: Vec<Value>,
    }

    /// How agents do week by week.
    pub struct LearningCurveList {
        /// One entry per agent, kind of action and week.
        #[required]
        curves: Vec<LearningCurve>,
    }

    /// How an agent did in one week, with one kind of action.
    pub struct LearningCurve {
        /// Which entry: `lc_…`.
        id: String,
        /// Whose.
        agent_id: String,
        /// Which kind of action.
        action_type: String,
        /// When the week began: ISO-8601, UTC.
        window_start: String,
        /// When it ended: ISO-8601, UTC.
        window_end: String,
        /// How many actions were scored.
        episode_count: i64,
        /// Their mean score, 0 to 100.
        avg_score: f64,
        /// How many of them ended well, 0 to 1.
        success_rate: f64,
        /// How long they took on average, in milliseconds.
        avg_duration_ms: Option<f64>,
        /// What they cost on average, in US dollars.
        avg_cost: Option<f64>,
        /// The score that one in four stayed below, 0 to 100.
        p25_score: f64,
        /// The score that three in four stayed below, 0 to 100.
        p75_score: f64,
    }

    /// How agents do week by week, as it was just computed.
    pub struct LearningCurveComputation {
        /// How many entries.
        curves_computed: i64,
        /// What came out. The form of an entry is the server's own and not fixed.
        results: Vec<Value>,
    }
}

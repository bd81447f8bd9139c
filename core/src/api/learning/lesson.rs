//! What earlier actions teach, for people and prompts.

use crate::record;

record! {
    /// What earlier actions teach.
    pub struct LessonList {
        /// The lessons.
        #[required]
        lessons: Vec<Lesson>,
        /// Where the agent no longer behaves as it did.
        drift_warnings: Vec<DriftWarning>,
        /// For which agent.
        agent_id: Option<String>,
    }

    /// What earlier actions of one kind teach.
    pub struct Lesson {
        /// Which kind of action.
        action_type: String,
        /// How sure it is, 0 to 100.
        confidence: f64,
        /// How many of the actions ended well, 0 to 1.
        success_rate: f64,
        /// What the best ones had in common.
        hints: LessonHints,
        /// The same in words. Servers of 4.21 leave it null.
        guidance: Option<String>,
        /// From how many actions it was learned.
        sample_size: i64,
    }

    /// What the best actions of one kind had in common. Servers of 4.21 leave all but `prefer_reversible` and
    /// `confidence_floor` null; `get_recommendations` has the numbers.
    pub struct LessonHints {
        /// The risk that three in four stayed below, 0 to 100.
        risk_cap: Option<f64>,
        /// Whether most could be undone.
        prefer_reversible: Option<bool>,
        /// The confidence that three in four stayed above, 0 to 100.
        confidence_floor: Option<f64>,
        /// How long they usually took, in milliseconds.
        expected_duration: Option<f64>,
        /// What they usually cost, in US dollars.
        expected_cost: Option<f64>,
    }

    /// A measure in which the agent no longer behaves as it did.
    pub struct DriftWarning {
        /// What was measured.
        metric: String,
        /// How bad it is.
        severity: String,
        /// How far it is from the mean, in standard deviations: a number with one decimal, as text.
        z_score: String,
        /// Which way it went.
        direction: String,
    }
}

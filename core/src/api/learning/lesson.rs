//! What earlier actions teach, for people and prompts.

use crate::catalogue::lenient;
use crate::record;

record! {
    /// What earlier actions teach.
    pub struct LessonList {
        /// The lessons.
        lessons: Vec<Lesson>,
        /// Where the agent no longer behaves as it did.
        #[serde(default, deserialize_with = "lenient::or_default")]
        drift_warnings: Vec<DriftWarning>,
        /// For which agent.
        #[serde(default)]
        agent_id: Option<String>,
    }

    /// What earlier actions of one kind teach.
    pub struct Lesson {
        /// Which kind of action.
        #[serde(default, deserialize_with = "lenient::or_default")]
        action_type: String,
        /// How sure it is, 0 to 100.
        #[serde(default, deserialize_with = "lenient::or_default")]
        confidence: f64,
        /// How many of the actions ended well, 0 to 1.
        #[serde(default, deserialize_with = "lenient::or_default")]
        success_rate: f64,
        /// What the best ones had in common.
        #[serde(default, deserialize_with = "lenient::or_default")]
        hints: LessonHints,
        /// The same in words. Servers of 4.21 leave it null.
        #[serde(default)]
        guidance: Option<String>,
        /// From how many actions it was learned.
        #[serde(default, deserialize_with = "lenient::or_default")]
        sample_size: i64,
    }

    /// What the best actions of one kind had in common. Servers of 4.21 leave all but `prefer_reversible` and
    /// `confidence_floor` null; `get_recommendations` has the numbers.
    pub struct LessonHints {
        /// The risk that three in four stayed below, 0 to 100.
        #[serde(default)]
        risk_cap: Option<f64>,
        /// Whether most could be undone.
        #[serde(default)]
        prefer_reversible: Option<bool>,
        /// The confidence that three in four stayed above, 0 to 100.
        #[serde(default)]
        confidence_floor: Option<f64>,
        /// How long they usually took, in milliseconds.
        #[serde(default)]
        expected_duration: Option<f64>,
        /// What they usually cost, in US dollars.
        #[serde(default)]
        expected_cost: Option<f64>,
    }

    /// A measure in which the agent no longer behaves as it did.
    pub struct DriftWarning {
        /// What was measured.
        #[serde(default, deserialize_with = "lenient::or_default")]
        metric: String,
        /// How bad it is.
        #[serde(default, deserialize_with = "lenient::or_default")]
        severity: String,
        /// How far it is from the mean, in standard deviations: a number with one decimal, as text.
        #[serde(default, deserialize_with = "lenient::or_default")]
        z_score: String,
        /// Which way it went.
        #[serde(default, deserialize_with = "lenient::or_default")]
        direction: String,
    }
}

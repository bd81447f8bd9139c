//! Scales suggested from earlier actions.

use super::{ScaleRule, ScoringSource};
use crate::catalogue::lenient;
use crate::{open_enum, record};

open_enum! {
    /// Whether there was enough to go by.
    pub enum CalibrationStatus {
        /// There was.
        Ok = "ok",
        /// There were fewer than 10 actions.
        InsufficientData = "insufficient_data",
    }
}

record! {
    /// Scales suggested from earlier actions.
    pub struct ScoringCalibration {
        /// Whether there was enough to go by.
        status: CalibrationStatus,
        /// The same in words, where there is something to say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
        /// From how many actions.
        #[serde(default, deserialize_with = "lenient::or_default")]
        count: i64,
        /// From which kind of action; `(all)` means every kind.
        #[serde(default, deserialize_with = "lenient::or_default")]
        action_type: String,
        /// How far back was looked, in days.
        #[serde(default, deserialize_with = "lenient::or_default")]
        lookback_days: i64,
        /// The suggestions, one per measure.
        #[serde(default, deserialize_with = "lenient::or_default")]
        suggestions: Vec<CalibrationSuggestion>,
    }

    /// A scale for one measure.
    pub struct CalibrationSuggestion {
        /// Which measure.
        #[serde(default)]
        metric: String,
        /// What a dimension must look at for it.
        #[serde(default)]
        data_source: ScoringSource,
        /// Whether less is better.
        #[serde(default, deserialize_with = "lenient::truth")]
        lower_is_better: bool,
        /// How many actions had it.
        #[serde(default, deserialize_with = "lenient::or_default")]
        sample_size: i64,
        /// How its values are spread.
        #[serde(default, deserialize_with = "lenient::or_default")]
        distribution: MetricDistribution,
        /// The scale: four rules that earn 100, 75, 50 and 20.
        #[serde(default, deserialize_with = "lenient::or_default")]
        suggested_scale: Vec<ScaleRule>,
        /// How much it should count beside the others.
        #[serde(default, deserialize_with = "lenient::or_default")]
        suggested_weight: f64,
    }

    /// How values are spread.
    pub struct MetricDistribution {
        /// One in ten lies below.
        #[serde(default, deserialize_with = "lenient::or_default")]
        p10: f64,
        /// One in four lies below.
        #[serde(default, deserialize_with = "lenient::or_default")]
        p25: f64,
        /// Half of them lie below.
        #[serde(default, deserialize_with = "lenient::or_default")]
        p50: f64,
        /// Three in four lie below.
        #[serde(default, deserialize_with = "lenient::or_default")]
        p75: f64,
        /// Nine in ten lie below.
        #[serde(default, deserialize_with = "lenient::or_default")]
        p90: f64,
        /// The lowest.
        #[serde(default, deserialize_with = "lenient::or_default")]
        min: f64,
        /// The highest.
        #[serde(default, deserialize_with = "lenient::or_default")]
        max: f64,
    }
}

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
        #[required]
        status: CalibrationStatus,
        /// The same in words, where there is something to say.
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<String>,
        /// From how many actions.
        count: i64,
        /// From which kind of action; `(all)` means every kind.
        action_type: String,
        /// How far back was looked, in days.
        lookback_days: i64,
        /// The suggestions, one per measure.
        suggestions: Vec<CalibrationSuggestion>,
    }

    /// A scale for one measure.
    pub struct CalibrationSuggestion {
        /// Which measure.
        metric: String,
        /// What a dimension must look at for it.
        data_source: ScoringSource,
        /// Whether less is better.
        #[read = "lenient::truth"]
        lower_is_better: bool,
        /// How many actions had it.
        sample_size: i64,
        /// How its values are spread.
        distribution: MetricDistribution,
        /// The scale: four rules that earn 100, 75, 50 and 20.
        suggested_scale: Vec<ScaleRule>,
        /// How much it should count beside the others.
        suggested_weight: f64,
    }

    /// How values are spread.
    pub struct MetricDistribution {
        /// One in ten lies below.
        p10: f64,
        /// One in four lies below.
        p25: f64,
        /// Half of them lie below.
        p50: f64,
        /// Three in four lie below.
        p75: f64,
        /// Nine in ten lie below.
        p90: f64,
        /// The lowest.
        min: f64,
        /// The highest.
        max: f64,
    }
}

//! Evaluations: grading what actions brought about, by hand or by scorers.

use crate::api::ids::ActionId;
use serde_json::{Map, Value};

use crate::catalogue::Repeat;
use crate::{open_enum, operations, record};

open_enum! {
    /// How a scorer grades.
    pub enum ScorerType {
        /// A regular expression over the outcome.
        Regex = "regex",
        /// Words that must stand in the outcome, any or all of them.
        Contains = "contains",
        /// A number of the action that must lie in a range.
        NumericRange = "numeric_range",
        /// An expression of at most 500 characters, in the server's small expression language.
        CustomFunction = "custom_function",
        /// A language model; the server needs access to one.
        LlmJudge = "llm_judge",
    }
}

operations! { "evaluations":
    /// Grades an action. A grade outside 0 to 1 is an error of kind `validation`.
    create_score = Post "/api/evaluations" => EvaluationScore [
        positional(&[
            "action_id", "scorer_name", "score", "label", "reasoning", "evaluated_by", "metadata",
        ]),
    ]
    CreateScore {
        /// Which action.
        action_id: ActionId,
        /// What it is graded for, or by which scorer.
        scorer_name: String,
        /// The grade, 0 to 1.
        score: f64 [range(0, 1)],
        /// The grade as a word.
        label: Option<String>,
        /// Why.
        reasoning: Option<String>,
        /// Who graded.
        evaluated_by: Option<String>,
        /// More about it.
        metadata: Option<Map<String, Value>>,
    }

    /// Lists grades.
    get_scores = Get "/api/evaluations" => EvaluationScoreList, each EvaluationScore as iter_scores [open(), pages("scores")]
    GetScores {
        /// Only grades of this action.
        action_id: Option<ActionId>,
        /// Only grades by this scorer.
        scorer_name: Option<String>,
        /// Only grades that this one gave.
        evaluated_by: Option<String>,
        /// Only this grade or better, 0 to 1.
        min_score: Option<f64> [range(0, 1)],
        /// Only this grade or worse, 0 to 1.
        max_score: Option<f64> [range(0, 1)],
        /// Only actions of this agent. All agents unless given.
        agent_id: Option<String>,
        /// How many; 50 unless given.
        limit: Option<i64> [range(1, i64::MAX)],
        /// How many to skip; 0 unless given.
        offset: Option<i64> [range(0, i64::MAX)],
    }

    /// Adds a scorer. Needs an API key of the admin role.
    ///
    /// A name that exists already is an error of kind `conflict`, a key without the role one of kind `permission`, and an
    /// unknown type one of kind `validation`.
    create_scorer = Post "/api/evaluations/scorers" => CreatedScorer [
        admin(), positional(&["name", "scorer_type", "config", "description"]),
        node(&["name", "scorer_type", "config", "description"]),
    ]
    CreateScorer {
        /// What it is called; unique.
        name: String,
        /// How it grades.
        scorer_type: ScorerType,
        /// What it goes by, by type: for `numeric_range` the `field` that must lie in the range, `risk_score` unless given.
        config: Option<Map<String, Value>>,
        /// What it is for.
        description: Option<String>,
    }

    /// Lists scorers. The answer's members are the server's own and not fixed.
    get_scorers = Get "/api/evaluations/scorers" => Map<String, Value> []
    GetScorers {}

    /// Changes a scorer: the fields that are given. The answer's members are the server's own and not fixed.
    update_scorer = Patch "/api/evaluations/scorers/{scorer_id}" => Map<String, Value> [
        repeat(Repeat::Idempotent), positional(&["scorer_id"]), open(),
    ]
    UpdateScorer {
        /// Which scorer.
        scorer_id: String,
        /// What it is called from now on; unique.
        name: Option<String>,
        /// What it goes by from now on.
        config: Option<Map<String, Value>>,
        /// What it is for.
        description: Option<String>,
    }

    /// Removes a scorer. The answer's members are the server's own and not fixed.
    delete_scorer = Delete "/api/evaluations/scorers/{scorer_id}" => Map<String, Value> [positional(&["scorer_id"])]
    DeleteScorer from scorer_id: String {
        /// Which scorer.
        scorer_id: String,
    }

    /// Tries a scorer on a sample before it is added. Nothing is written. An unknown type is an error of kind
    /// `validation`; a scorer that fails says so in the result.
    preview_scorer = Post "/api/evaluations/scorers/preview" => ScorerPreview [
        repeat(Repeat::Safe), positional(&["scorer_type", "config", "sample"]),
    ]
    PreviewScorer {
        /// How the scorer grades.
        scorer_type: ScorerType,
        /// What it goes by, by type.
        config: Option<Map<String, Value>>,
        /// An action to be graded: `outcome` and other members that the scorer looks at.
        sample: Option<Map<String, Value>>,
    }

    /// Grades many actions with one scorer. The answer's members are the server's own and not fixed.
    create_eval_run = Post "/api/evaluations/runs" => Map<String, Value> [
        positional(&["name", "scorer_id", "action_filters"]),
    ]
    CreateEvalRun {
        /// What the run is called.
        name: String,
        /// Which scorer.
        scorer_id: String,
        /// Which actions, by their members.
        action_filters: Option<Map<String, Value>>,
    }

    /// Lists runs. The answer's members are the server's own and not fixed; filters are passed on as they are.
    get_eval_runs = Get "/api/evaluations/runs" => Map<String, Value> [open()]
    GetEvalRuns {}

    /// Reads one run. The answer's members are the server's own and not fixed.
    get_eval_run = Get "/api/evaluations/runs/{run_id}" => Map<String, Value> [positional(&["run_id"])]
    GetEvalRun from run_id: String {
        /// Which run.
        run_id: String,
    }

    /// Sums up grades. The answer's members are the server's own and not fixed; filters are passed on as they are.
    get_eval_stats = Get "/api/evaluations/stats" => Map<String, Value> [open()]
    GetEvalStats {}
}

record! {
    /// A grade of an action.
    pub struct EvaluationScore {
        /// Which grade: `ev_` and 24 hex digits.
        id: String,
        /// Which action.
        action_id: ActionId,
        /// What it was graded for, or by which scorer.
        scorer_name: String,
        /// The grade, 0 to 1; null where none could be given.
        score: Option<f64>,
        /// The grade as a word.
        #[serde(skip_serializing_if = "Option::is_none")]
        label: Option<String>,
        /// When it was given: ISO-8601, UTC.
        created_at: String,
    }

    /// Grades.
    pub struct EvaluationScoreList {
        /// The grades.
        scores: Vec<EvaluationScore>,
        /// How many there are in all, where the server says so.
        #[serde(skip_serializing_if = "Option::is_none")]
        total: Option<i64>,
    }

    /// A scorer as it was added.
    pub struct CreatedScorer {
        /// Which scorer: `es_…`.
        #[required]
        id: String,
        /// What it is called.
        name: String,
        /// How it grades.
        scorer_type: ScorerType,
        /// What may keep it from working.
        #[serde(skip_serializing_if = "Option::is_none")]
        warning: Option<String>,
    }

    /// What a scorer makes of a sample.
    pub struct ScorerPreview {
        /// Always true.
        preview: bool,
        /// How the scorer grades.
        scorer_type: ScorerType,
        /// The grade.
        #[required]
        result: ScorerResult,
    }

    /// The grade that a scorer gives.
    pub struct ScorerResult {
        /// The grade, 0 to 1; null where none could be given.
        score: Option<f64>,
        /// The grade as a word.
        label: Option<String>,
        /// Why.
        reasoning: Option<String>,
        /// Why there is no grade.
        error: Option<String>,
    }
}

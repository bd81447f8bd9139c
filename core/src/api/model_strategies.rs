//! Model strategies: which language model answers, which ones stand in for it, and what it may cost.

use serde_json::{Map, Value};

use crate::catalogue::{Repeat, lenient};
use crate::{operations, record};

operations! { "model_strategies":
    /// Adds a model strategy and returns it.
    ///
    /// A `config` without a `primary` of `provider` and `model` is an error of kind `validation`.
    create_model_strategy = Post "/api/model-strategies" => ModelStrategyDetail [open()]
    CreateModelStrategy {
        /// What it is called.
        name: String,
        /// What it is, in short.
        description: Option<String>,
        /// What it says: `primary` is the first choice, `{"provider": "openai", "model": "gpt-4.1"}`; `fallback` is a list of
        /// those that stand in for it, in their order. Also `costSensitivity` (`low`, `balanced`, `high-quality`),
        /// `latencySensitivity` (`low`, `medium`, `high`), `maxBudgetUsd` (in US dollars), `maxRetries`, and
        /// `allowedProviders` (a list of names). Sent as it is.
        config: Map<String, Value>,
    }

    /// Lists all model strategies.
    list_model_strategies = Get "/api/model-strategies" => ModelStrategyList []
    ListModelStrategies {}

    /// Reads one model strategy. An unknown id is an error of kind `not_found`.
    get_model_strategy = Get "/api/model-strategies/{strategy_id}" => ModelStrategyDetail [positional(&["strategy_id"])]
    GetModelStrategy from strategy_id: String {
        /// Which strategy.
        strategy_id: String,
    }

    /// Changes a model strategy: the fields that are given. An unknown id is an error of kind `not_found`, and a `config` that
    /// is no longer whole one of kind `validation`.
    update_model_strategy = Patch "/api/model-strategies/{strategy_id}" => ModelStrategyDetail [
        repeat(Repeat::Idempotent), positional(&["strategy_id"]), open(),
    ]
    UpdateModelStrategy {
        /// Which strategy.
        strategy_id: String,
        /// What it is called from now on.
        name: Option<String>,
        /// What it is, in short.
        description: Option<String>,
        /// Those of its settings that change. Each replaces the one of the same name as a whole; the others stay. Sent as it
        /// is.
        config: Option<Map<String, Value>>,
    }

    /// Removes a model strategy. Workflow templates that use it go on without one. An unknown id is an error of kind
    /// `not_found`.
    delete_model_strategy = Delete "/api/model-strategies/{strategy_id}" => DeletedModelStrategy [
        positional(&["strategy_id"]),
    ]
    DeleteModelStrategy from strategy_id: String {
        /// Which strategy.
        strategy_id: String,
    }

    /// Lets a language model answer as a strategy says: the first choice, and when that fails those that stand in for it, in
    /// their order. The server calls them with the organisation's own keys.
    ///
    /// An unknown id is an error of kind `not_found`. When all of them fail, it is an error of kind `server` whose `body` has
    /// the failures in `provider_errors`.
    complete_with_strategy = Post "/api/model-strategies/{strategy_id}/complete" => StrategyCompletion [
        positional(&["strategy_id", "messages"]), node(&["strategy_id", "messages", "..settings"]), open(),
    ]
    CompleteWithStrategy {
        /// Which strategy.
        strategy_id: String,
        /// What was said so far, one object each: `{"role": "user", "content": "…"}`. Sent as they are.
        messages: Vec<Value>,
        /// The most tokens that the answer may have; 1024 unless given.
        max_tokens: Option<i64> [range(1, i64::MAX)],
        /// How freely the model chooses its words; 0.7 unless given.
        temperature: Option<f64>,
        /// What kind of task it is: `reasoning`, or a word of your own.
        task_mode: Option<String>,
    }
}

record! {
    /// One model strategy.
    pub struct ModelStrategyDetail {
        /// The strategy.
        #[required]
        strategy: ModelStrategy,
    }

    /// All model strategies.
    pub struct ModelStrategyList {
        /// The strategies.
        #[required]
        strategies: Vec<ModelStrategy>,
    }

    /// Which language model answers, and which ones stand in for it.
    pub struct ModelStrategy {
        /// Which strategy: `mst_` and a UUID.
        #[required]
        strategy_id: String,
        /// Whose organisation.
        org_id: String,
        /// What it is called.
        #[required]
        name: String,
        /// What it is, in short.
        description: Option<String>,
        /// What it says, as `create_model_strategy` takes it.
        config: Map<String, Value>,
        /// Who added it.
        created_by: Option<String>,
        /// When it was added: ISO-8601, UTC.
        created_at: String,
        /// When it was last changed: ISO-8601, UTC.
        updated_at: String,
    }

    /// A model strategy that is gone.
    pub struct DeletedModelStrategy {
        /// Whether it is gone.
        #[read = "lenient::truth"]
        deleted: bool,
    }

    /// A language model's answer. Members that count its tokens differ by server; they are kept as they come.
    pub struct StrategyCompletion {
        /// What the model says.
        #[required]
        content: String,
        /// Who runs the model.
        provider: String,
        /// Which model answered.
        model: String,
        /// What it cost, in US dollars; an estimate.
        cost_usd: f64,
        /// Whether another than the first choice answered.
        #[read = "lenient::truth"]
        fallback_used: bool,
        /// Which strategy.
        strategy_id: String,
        /// What the strategy is called.
        strategy_name: String,
    }
}

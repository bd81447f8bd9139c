//! Prompts: a library of prompt templates in numbered versions, and what was rendered from them.

use crate::api::ids::ActionId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::catalogue::{Argument, Kind, Repeat, lenient};
use crate::{operations, record};

/// The placeholders of a prompt: a list of their names, or an object that says more about each.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PromptParameters(pub Value);

impl<T: Into<Value>> From<T> for PromptParameters {
    fn from(parameters: T) -> Self {
        Self(parameters.into())
    }
}

impl Argument for PromptParameters {
    const KIND: Kind = Kind::ObjectOrList;

    fn is_absent(&self) -> bool {
        self.0.is_null()
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for PromptParameters {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PromptParameters".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": ["array", "object"], "items": { "type": "string" } })
    }
}

operations! { "prompts":
    /// Lists templates, each with the number of its versions and the active one.
    list_prompt_templates = Get "/api/prompts/templates" => PromptTemplateList [positional(&["category"])]
    ListPromptTemplates {
        /// Only this category.
        category: Option<String>,
    }

    /// Reads one template. An unknown id is an error of kind `not_found`.
    get_prompt_template = Get "/api/prompts/templates/{template_id}" => PromptTemplate [positional(&["template_id"])]
    GetPromptTemplate from template_id: String {
        /// Which template.
        template_id: String,
    }

    /// Adds a template, which has no version yet. Needs an API key of the admin role; a key without it is an error of kind
    /// `permission`.
    create_prompt_template = Post "/api/prompts/templates" => CreatedPromptTemplate [
        admin(), positional(&["name", "description", "category"]), node(&["..template"]),
    ]
    CreatePromptTemplate {
        /// What it is called.
        name: String,
        /// What it is for.
        description: Option<String> [default("\"\"")],
        /// What kind of prompt it is: a word of your own.
        category: Option<String> [default("\"general\"")],
    }

    /// Changes a template: the fields that are given. Needs an API key of the admin role.
    ///
    /// An unknown id, or a change of nothing, is an error of kind `not_found`; a key without the role one of kind
    /// `permission`.
    update_prompt_template = Patch "/api/prompts/templates/{template_id}" => PromptTemplate [
        repeat(Repeat::Idempotent), admin(), positional(&["template_id"]), open(),
    ]
    UpdatePromptTemplate {
        /// Which template.
        template_id: String,
        /// What it is called from now on.
        name: Option<String>,
        /// What it is for.
        description: Option<String>,
        /// What kind of prompt it is from now on.
        category: Option<String>,
    }

    /// Removes a template with its versions and runs. Needs an API key of the admin role; a key without it is an error of
    /// kind `permission`. An unknown id is no error.
    delete_prompt_template = Delete "/api/prompts/templates/{template_id}" => DeletedPromptTemplate [
        admin(), positional(&["template_id"]),
    ]
    DeletePromptTemplate from template_id: String {
        /// Which template.
        template_id: String,
    }

    /// Lists the versions of a template, newest first.
    list_prompt_versions = Get "/api/prompts/templates/{template_id}/versions" => PromptVersionList [
        positional(&["template_id"]),
    ]
    ListPromptVersions from template_id: String {
        /// Which template.
        template_id: String,
    }

    /// Adds a version to a template. It is not active until `activate_prompt_version` makes it so. Needs an API key of the
    /// admin role; a key without it is an error of kind `permission`.
    create_prompt_version = Post "/api/prompts/templates/{template_id}/versions" => CreatedPromptVersion [
        admin(), positional(&["template_id", "content", "model_hint", "parameters", "changelog"]),
        node(&["template_id", "..version"]),
    ]
    CreatePromptVersion {
        /// Which template.
        template_id: String,
        /// The prompt, with placeholders: names in double braces.
        content: String,
        /// The model it was written for.
        model_hint: Option<String> [default("\"\"")],
        /// Its placeholders: a list of their names, or an object that says more about each.
        parameters: Option<PromptParameters> [default("[]")],
        /// What is new about it.
        changelog: Option<String> [default("\"\"")],
    }

    /// Reads one version. An unknown id is an error of kind `not_found`.
    get_prompt_version = Get "/api/prompts/templates/{template_id}/versions/{version_id}" => PromptVersion [
        positional(&["template_id", "version_id"]),
    ]
    GetPromptVersion {
        /// Which template.
        template_id: String,
        /// Which version.
        version_id: String,
    }

    /// Makes a version the active one of its template, and the others inactive. Needs an API key of the admin role.
    ///
    /// An unknown id is an error of kind `not_found`, a key without the role one of kind `permission`.
    activate_prompt_version = Post "/api/prompts/templates/{template_id}/versions/{version_id}" => PromptVersion [
        repeat(Repeat::Idempotent), admin(), positional(&["template_id", "version_id"]),
    ]
    ActivatePromptVersion {
        /// Which template.
        template_id: String,
        /// Which version.
        version_id: String,
    }

    /// Fills the placeholders of a prompt: of the version that is given, else of the active one of the template. One of
    /// the two ids is needed.
    ///
    /// Each placeholder, a name in double braces, for which there is a variable is replaced; others stay as they are. An
    /// unknown version, or a template without an active one, is an error of kind `not_found`.
    render_prompt = Post "/api/prompts/render" => RenderedPrompt [
        positional(&["template_id", "version_id", "variables", "action_id", "agent_id", "record"]),
    ]
    RenderPrompt {
        /// Which template.
        template_id: Option<String>,
        /// Which version. The active one unless given.
        version_id: Option<String>,
        /// What stands in the place of each placeholder, by name.
        variables: Option<Map<String, Value>> [default("{}")],
        /// The action it is rendered for.
        action_id: Option<ActionId>,
        /// Which agent renders, for the run that is written down. Nobody unless given; in Node the client's own.
        agent_id: Option<String> [own_agent_in_node()],
        /// Whether to write the run down, for `list_prompt_runs` and `get_prompt_stats`.
        record: Option<bool> [default("false")],
    }

    /// Counts runs: those of one template, or all of them, by template and version.
    get_prompt_stats = Get "/api/prompts/stats" => PromptStats [positional(&["template_id"])]
    GetPromptStats {
        /// Only this template.
        template_id: Option<String>,
    }

    /// Lists the runs that were written down.
    list_prompt_runs = Get "/api/prompts/runs" => PromptRunList [
        positional(&["template_id", "version_id", "limit"]),
    ]
    ListPromptRuns {
        /// Only runs of this template.
        template_id: Option<String>,
        /// Only runs of this version.
        version_id: Option<String>,
        /// How many, 1 to 100.
        limit: Option<i64> [default("50"), range(1, 100)],
    }
}

record! {
    /// Templates.
    pub struct PromptTemplateList {
        /// The templates.
        #[required]
        templates: Vec<PromptTemplate>,
    }

    /// A prompt that is kept in versions.
    pub struct PromptTemplate {
        /// Which template: `pt_` and 24 hex digits.
        #[required]
        id: String,
        /// Whose organisation.
        org_id: String,
        /// What it is called.
        #[required]
        name: String,
        /// What it is for.
        description: String,
        /// What kind of prompt it is.
        category: String,
        /// Who added it.
        created_by: Option<String>,
        /// When it was added: ISO-8601, UTC.
        created_at: String,
        /// When it was last changed: ISO-8601, UTC.
        updated_at: String,
        /// In lists, how many versions there are.
        #[serde(skip_serializing_if = "Option::is_none")]
        version_count: Option<i64>,
        /// In lists, the number of the active version: `Some(None)`, null on the wire, when there is none.
        #[read = "lenient::present"]
        #[serde(skip_serializing_if = "Option::is_none")]
        active_version: Option<Option<i64>>,
    }

    /// A template as it was added.
    pub struct CreatedPromptTemplate {
        /// Which template: `pt_` and 24 hex digits.
        #[required]
        id: String,
        /// What it is called.
        #[required]
        name: String,
        /// What it is for.
        description: String,
        /// What kind of prompt it is.
        category: String,
    }

    /// A template that is gone.
    pub struct DeletedPromptTemplate {
        /// Always true.
        #[required]
        deleted: bool,
    }

    /// The versions of a template.
    pub struct PromptVersionList {
        /// Newest first.
        #[required]
        versions: Vec<PromptVersion>,
    }

    /// One version of a prompt.
    pub struct PromptVersion {
        /// Which version: `pv_` and 24 hex digits.
        #[required]
        id: String,
        /// Of which template.
        template_id: String,
        /// Its number, from 1.
        version: i64,
        /// The prompt, with placeholders: names in double braces.
        #[required]
        content: String,
        /// The model it was written for.
        model_hint: String,
        /// Its placeholders as they were given: a list of their names, an object, or JSON text that holds one of them.
        parameters: Value,
        /// What is new about it.
        changelog: String,
        /// Whether it is the one that is rendered.
        #[read = "lenient::truth"]
        is_active: bool,
        /// Who added it.
        created_by: Option<String>,
        /// When it was added: ISO-8601, UTC.
        created_at: String,
        /// Says that it was activated, in the answer to that.
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    }

    /// A version as it was added.
    pub struct CreatedPromptVersion {
        /// Which version: `pv_` and 24 hex digits.
        #[required]
        id: String,
        /// Of which template.
        template_id: String,
        /// Its number: one more than the newest.
        version: i64,
        /// The prompt.
        content: String,
        /// Always false.
        #[read = "lenient::truth"]
        is_active: bool,
    }

    /// A prompt whose placeholders are filled.
    pub struct RenderedPrompt {
        /// The text.
        #[required]
        rendered: String,
        /// From which version.
        version_id: String,
        /// From which template.
        template_id: String,
        /// The number of the version.
        version: i64,
        /// Its placeholders as they were given: a list of their names, or an object.
        parameters: Value,
        /// Which run it was, when it was written down: `pr_…`.
        #[serde(skip_serializing_if = "Option::is_none")]
        run_id: Option<String>,
    }

    /// Runs, counted. For one template there are the five members from `total_runs` on, for all of them the others.
    pub struct PromptStats {
        /// All runs.
        #[serde(skip_serializing_if = "Option::is_none")]
        overall: Option<PromptUsage>,
        /// By template. The form of an entry is the server's own and not fixed.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        by_template: Vec<Value>,
        /// By version. The form of an entry is the server's own and not fixed.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        by_version: Vec<Value>,
        /// Whether runs can be counted.
        #[serde(skip_serializing_if = "Option::is_none")]
        available: Option<bool>,
        /// How many runs there were.
        #[serde(skip_serializing_if = "Option::is_none")]
        total_runs: Option<i64>,
        /// How many tokens they took on average; `Some(None)`, null on the wire, when that is not known.
        #[read = "lenient::present"]
        #[serde(skip_serializing_if = "Option::is_none")]
        avg_tokens: Option<Option<f64>>,
        /// How long they took on average, in milliseconds; `Some(None)`, null on the wire, when that is not known.
        #[read = "lenient::present"]
        #[serde(skip_serializing_if = "Option::is_none")]
        avg_latency_ms: Option<Option<f64>>,
        /// How many versions were rendered.
        #[serde(skip_serializing_if = "Option::is_none")]
        versions_used: Option<i64>,
        /// How many agents rendered them.
        #[serde(skip_serializing_if = "Option::is_none")]
        unique_agents: Option<i64>,
    }

    /// All runs, counted.
    pub struct PromptUsage {
        /// How many there were.
        total_runs: i64,
        /// Of how many templates.
        unique_templates: i64,
        /// How many tokens they took on average.
        avg_tokens: Option<f64>,
        /// How long they took on average, in milliseconds.
        avg_latency_ms: Option<f64>,
        /// How many there were today.
        today_count: i64,
    }

    /// Runs that were written down.
    pub struct PromptRunList {
        /// The runs.
        #[required]
        runs: Vec<PromptRun>,
    }

    /// One rendering of a prompt.
    pub struct PromptRun {
        /// Which run: `pr_…`.
        #[required]
        id: String,
        /// Of which template.
        template_id: String,
        /// Of which version.
        version_id: String,
        /// The action it was rendered for.
        action_id: Option<ActionId>,
        /// Who rendered it.
        agent_id: Option<String>,
        /// What stood in the place of each placeholder: an object, or JSON text that holds one.
        input_vars: Value,
        /// The text that came out.
        rendered: String,
        /// When: ISO-8601, UTC.
        created_at: String,
    }
}

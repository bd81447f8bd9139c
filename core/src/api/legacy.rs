//! What servers of long ago had, and only the official SDK's older clients still ask for.
//!
//! These operations have no typed request, no method in any language and no place in the OpenAPI document: they are called by
//! their names, and each language's `legacy` module is made of them. Servers of today answer most of them with an error of kind
//! `not_found`. Their answers are the server's own.

#[cfg(feature = "schema")]
use serde_json::{Map, Value};

use crate::catalogue::{Field, Fill, Kind, Method, Place, Row, Rules};

/// Declares rows without request types. What stands in the path is required, everything else is not.
macro_rules! legacy {
    ($(
        $(#[doc = $doc:literal])*
        $name:ident = $method:ident $path:literal {
            $($field:ident: $kind:ident $([$($rule:ident($($arg:expr),*)),*])?,)*
        }
    )*) => {
        /// The rows of this domain.
        pub static OPERATIONS: &[&Row] = &[$(
            &Row {
                name: stringify!($name),
                domain: "legacy",
                method: Method::$method,
                path: $path,
                fields: &[$(
                    field(stringify!($field), Kind::$kind, Method::$method, $path)$($(.$rule($($arg),*))*)?
                ),*],
                rules: Rules::of(Method::$method).open().legacy(),
                iterator: None,
                #[cfg(feature = "schema")]
                doc: concat!($($doc, "\n"),*),
                #[cfg(feature = "schema")]
                module: module_path!(),
                #[cfg(feature = "schema")]
                request_schema: |generator| generator.subschema_for::<Map<String, Value>>(),
                #[cfg(feature = "schema")]
                response_schema: |generator| generator.subschema_for::<Map<String, Value>>(),
            }
        ),*];
    };
}

const fn field(name: &'static str, kind: Kind, method: Method, path: &str) -> Field {
    let mut field = Field::new(name, kind, false, method, path);
    field.required = matches!(field.place, Place::Path);
    field
}

legacy! {
    /// Gives feedback about an action.
    submit_feedback = Post "/api/feedback" {
        action_id: Text,
        agent_id: Text,
        source: Text [constant("\"sdk\"")],
    }
    /// Lists feedback.
    list_feedback = Get "/api/feedback" { action_id: Text, agent_id: Text, }
    /// Reads one piece of feedback.
    get_feedback = Get "/api/feedback/{feedback_id}" { feedback_id: Text, }
    /// Marks feedback as dealt with.
    resolve_feedback = Patch "/api/feedback/{feedback_id}" {
        feedback_id: Text,
        resolved_by: Text [constant("\"sdk\"")],
    }
    /// Deletes feedback.
    delete_feedback = Delete "/api/feedback/{feedback_id}" { feedback_id: Text, }
    /// Sums feedback up.
    get_feedback_stats = Get "/api/feedback/stats" { agent_id: Text, }

    /// Lists the agents that tasks are routed to.
    list_routing_agents = Get "/api/routing/agents" { status: Text, }
    /// Registers an agent for tasks.
    register_routing_agent = Post "/api/routing/agents" {}
    /// Reads one agent that tasks are routed to.
    get_routing_agent = Get "/api/routing/agents/{routing_agent_id}" { routing_agent_id: Text, }
    /// Says whether an agent takes tasks.
    update_routing_agent_status = Patch "/api/routing/agents/{routing_agent_id}" { routing_agent_id: Text, status: Text, }
    /// Routes no more tasks to an agent.
    delete_routing_agent = Delete "/api/routing/agents/{routing_agent_id}" { routing_agent_id: Text, }
    /// Lists tasks.
    list_routing_tasks = Get "/api/routing/tasks" { status: Text, assigned_to: Text, limit: Integer, }
    /// Submits a task, which an agent will be found for.
    submit_routing_task = Post "/api/routing/tasks" {}
    /// Ends a task.
    complete_routing_task = Post "/api/routing/tasks/{task_id}/complete" { task_id: Text, }
    /// Counts tasks and agents.
    get_routing_stats = Get "/api/routing/stats" {}
    /// Reads whether routing works.
    get_routing_health = Get "/api/routing/health" {}

    /// Keeps a key point of the conversation.
    capture_key_point = Post "/api/context/points" { agent_id: Text [fill(Fill::AgentId)], }
    /// Lists key points.
    get_key_points = Get "/api/context/points" { agent_id: Text [fill(Fill::AgentId)], }
    /// Begins a thread of context.
    create_thread = Post "/api/context/threads" { agent_id: Text [fill(Fill::AgentId)], }
    /// Lists threads of context.
    get_threads = Get "/api/context/threads" { agent_id: Text [fill(Fill::AgentId)], }
    /// Adds to a thread of context.
    add_thread_entry = Post "/api/context/threads/{thread_id}/entries" {
        thread_id: Text,
        content: Text,
        entry_type: Text [wire("type"), default("\"note\"")],
    }
    /// Ends a thread of context.
    close_thread = Patch "/api/context/threads/{thread_id}" {
        thread_id: Text,
        status: Text [constant("\"closed\"")],
        summary: Text,
    }
    /// Sends many kinds of state at once.
    sync_state = Post "/api/sync" { agent_id: Text [fill(Fill::AgentId)], }
}

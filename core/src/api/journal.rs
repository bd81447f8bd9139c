//! The journal: what an agent is after, makes, meets and thinks of, and the digest of a day. Only some servers have it.

use serde_json::{Map, Value};

use crate::catalogue::Fill;
use crate::operations;

operations! { "journal":
    /// Sums up what the agent did in a day; the members are the server's own and not fixed. A server without digests answers
    /// with an error of kind `not_found`.
    get_daily_digest = Get "/api/digest" => Map<String, Value> [positional(&["date"]), node(&["date"])]
    GetDailyDigest {
        /// Which day: `2026-06-15`; today unless given.
        date: Option<String>,
        /// Whose day. That of the client's own agent unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
    }

    /// Records a goal and returns it; the members are the server's own and not fixed. A server without goals answers with an
    /// error of kind `not_found`.
    create_goal = Post "/api/goals" => Map<String, Value> [positional(&["title"]), open()]
    CreateGoal {
        /// What is to be reached.
        title: String,
        /// Whose goal. That of the client's own agent unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
        /// What kind of goal it is: a word of your own.
        category: Option<String>,
        /// More about it.
        description: Option<String>,
        /// By when: ISO-8601.
        target_date: Option<String>,
        /// How much of it is reached, 0 to 100.
        progress: Option<i64> [range(0, 100)],
        /// Where it stands: `active`, `completed` or `paused`.
        status: Option<String>,
    }

    /// Records something that the agent wrote, and returns the record; the members are the server's own and not fixed. A server
    /// without content answers with an error of kind `not_found`.
    record_content = Post "/api/content" => Map<String, Value> [positional(&["title"]), open()]
    RecordContent {
        /// What it is called.
        title: String,
        /// Who wrote it. The client's own agent unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
        /// For where: `linkedin`, or a word of your own.
        platform: Option<String>,
        /// Where it stands: `draft` or `published`.
        status: Option<String>,
        /// Where it can be read.
        url: Option<String>,
    }

    /// Records an idea and returns it; the members are the server's own and not fixed. A server without ideas answers with an
    /// error of kind `not_found`.
    record_idea = Post "/api/inspiration" => Map<String, Value> [positional(&["title"]), open()]
    RecordIdea {
        /// The idea, in short.
        title: String,
        /// More about it.
        description: Option<String>,
        /// What kind of idea it is: a word of your own.
        category: Option<String>,
        /// How good it is, 0 to 100; 50 unless given.
        score: Option<i64> [range(0, 100)],
        /// Where it stands: `pending`, `in_progress`, `shipped` or `rejected`.
        status: Option<String>,
        /// Where it comes from.
        source: Option<String>,
    }

    /// Records that the agent was in touch with somebody, and returns the record; the members are the server's own and not
    /// fixed. A server without contacts answers with an error of kind `not_found`.
    record_interaction = Post "/api/relationships" => Map<String, Value> [positional(&["summary"]), open()]
    RecordInteraction {
        /// What happened.
        summary: String,
        /// Who was in touch. The client's own agent unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
        /// With whom, by name.
        contact_name: Option<String>,
        /// With whom, by id.
        contact_id: Option<String>,
        /// Who began: `inbound` or `outbound`.
        direction: Option<String>,
        /// In what form: `message`, `meeting`, `email`, or a word of your own.
        interaction_type: Option<String> [wire("type")],
        /// Where: `slack`, or a word of your own.
        platform: Option<String>,
    }

    /// Records an appointment and returns it; the members are the server's own and not fixed. A server without a calendar
    /// answers with an error of kind `not_found`.
    create_calendar_event = Post "/api/calendar" => Map<String, Value> [positional(&["summary", "start_time"]), open()]
    CreateCalendarEvent {
        /// What it is.
        summary: String,
        /// When it begins: ISO-8601.
        start_time: String,
        /// When it ends: ISO-8601.
        end_time: Option<String>,
        /// Where it is.
        location: Option<String>,
        /// More about it.
        description: Option<String>,
    }

    /// Reports in what state the agent's memory is, and returns the record; the members are the server's own and not fixed. A
    /// server without it answers with an error of kind `not_found`.
    report_memory_health = Post "/api/memory" => Map<String, Value> [positional(&["health", "entities", "topics"])]
    ReportMemoryHealth {
        /// The figures: `{"score": 82}`, where `score` is 0 to 100. Also `total_files`, `total_lines`, `total_size_kb`,
        /// `duplicates`, `stale_count`. Sent as they are.
        health: Value,
        /// What the memory knows of, one object each: `{"name": "PostgreSQL", "type": "service", "mentions": 12}`.
        entities: Option<Vec<Value>>,
        /// What the memory is about, one object each: `{"name": "deployment", "mentions": 15}`.
        topics: Option<Vec<Value>>,
    }
}

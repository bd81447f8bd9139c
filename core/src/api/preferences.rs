//! Preferences: what an agent learns about the people it works for, and which ways of working did well. Only some servers
//! have them.

use serde_json::{Map, Value};

use crate::catalogue::Fill;
use crate::operations;

operations! { "preferences":
    /// Notes something that the agent observed about its user, and returns the note; the members are the server's own and not
    /// fixed. A server without preferences answers with an error of kind `not_found`.
    log_observation = Post "/api/preferences" => Map<String, Value> [positional(&["observation"]), open()]
    LogObservation {
        /// What kind of note it is.
        kind: Option<String> [wire("type"), constant("\"observation\"")],
        /// What was observed.
        observation: String,
        /// Who observed it. The client's own agent unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
        /// What kind of thing it is: a word of your own.
        category: Option<String>,
        /// How much it matters, 1 to 10.
        importance: Option<i64> [range(1, 10)],
    }

    /// Notes what the user prefers, and returns the note; the members are the server's own and not fixed. A server without
    /// preferences answers with an error of kind `not_found`.
    set_preference = Post "/api/preferences" => Map<String, Value> [positional(&["preference"]), open()]
    SetPreference {
        /// What kind of note it is.
        kind: Option<String> [wire("type"), constant("\"preference\"")],
        /// What the user prefers.
        preference: String,
        /// Who learned it. The client's own agent unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
        /// What kind of thing it is: a word of your own.
        category: Option<String>,
        /// How sure the agent is, 0 to 100.
        confidence: Option<i64> [range(0, 100)],
    }

    /// Notes in what mood the user is, and returns the note; the members are the server's own and not fixed. A server without
    /// preferences answers with an error of kind `not_found`.
    log_mood = Post "/api/preferences" => Map<String, Value> [positional(&["mood"]), open()]
    LogMood {
        /// What kind of note it is.
        kind: Option<String> [wire("type"), constant("\"mood\"")],
        /// The mood: `focused`, or a word of your own.
        mood: String,
        /// Who noticed it. The client's own agent unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
        /// How much energy the user has: `high`, or a number of your own scale.
        energy: Option<Value>,
        /// More about it.
        notes: Option<String>,
    }

    /// Notes a way of working and whether it did well, and returns the note; the members are the server's own and not fixed. A
    /// server without preferences answers with an error of kind `not_found`.
    track_approach = Post "/api/preferences" => Map<String, Value> [positional(&["approach"]), open()]
    TrackApproach {
        /// What kind of note it is.
        kind: Option<String> [wire("type"), constant("\"approach\"")],
        /// The way of working.
        approach: String,
        /// Who worked so. The client's own agent unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
        /// When it is of use.
        context: Option<String>,
        /// Whether it did well. Without it the way is noted and not judged.
        success: Option<bool>,
    }

    /// Sums up all that was noted; the members are the server's own and not fixed. A server without preferences answers with an
    /// error of kind `not_found`.
    get_preference_summary = Get "/api/preferences" => Map<String, Value> []
    GetPreferenceSummary {
        /// What to read.
        kind: Option<String> [wire("type"), constant("\"summary\"")],
        /// Whose notes. Those of the client's own agent unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
    }

    /// Lists ways of working with how often each did well; the members are the server's own and not fixed. A server without
    /// preferences answers with an error of kind `not_found`.
    get_approaches = Get "/api/preferences" => Map<String, Value> [positional(&["limit"])]
    GetApproaches {
        /// What to read.
        kind: Option<String> [wire("type"), constant("\"approaches\"")],
        /// Whose notes. Those of the client's own agent unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
        /// How many.
        limit: Option<i64> [range(1, i64::MAX)],
    }
}

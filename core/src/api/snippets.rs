//! Snippets: pieces of code that agents keep for later. Only some servers have them.

use serde_json::{Map, Value};

use crate::catalogue::{Fill, Repeat};
use crate::operations;

operations! { "snippets":
    /// Keeps a piece of code under a name; one that is kept under that name already is replaced. Returns it with its id; the
    /// members are the server's own and not fixed. A server without snippets answers with an error of kind `not_found`.
    save_snippet = Post "/api/snippets" => Map<String, Value> [
        repeat(Repeat::Idempotent), positional(&["name", "code"]), open(),
    ]
    SaveSnippet {
        /// What it is called; unique in the organisation.
        name: String,
        /// The code.
        code: String,
        /// Who keeps it. The client's own agent unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
        /// What it does.
        description: Option<String>,
        /// In which programming language it is.
        language: Option<String>,
        /// Words to find it by.
        tags: Option<Vec<String>>,
    }

    /// Lists snippets. The members are the server's own and not fixed.
    get_snippets = Get "/api/snippets" => Map<String, Value> [open()]
    GetSnippets {
        /// Only those with these words in their name or description.
        search: Option<String>,
        /// Only those with this tag.
        tag: Option<String>,
        /// Only those in this programming language.
        language: Option<String>,
        /// How many.
        limit: Option<i64> [range(1, i64::MAX)],
    }

    /// Reads one snippet; the members are the server's own and not fixed. An unknown id is an error of kind `not_found`.
    get_snippet = Get "/api/snippets/{snippet_id}" => Map<String, Value> [positional(&["snippet_id"])]
    GetSnippet from snippet_id: String {
        /// Which snippet.
        snippet_id: String,
    }

    /// Counts one more use of a snippet and returns it; the members are the server's own and not fixed. An unknown id is an
    /// error of kind `not_found`.
    use_snippet = Post "/api/snippets/{snippet_id}/use" => Map<String, Value> [positional(&["snippet_id"])]
    UseSnippet from snippet_id: String {
        /// Which snippet.
        snippet_id: String,
    }

    /// Removes a snippet; the members of the answer are the server's own and not fixed. An unknown id is an error of kind
    /// `not_found`.
    delete_snippet = Delete "/api/snippets" => Map<String, Value> [
        positional(&["snippet_id"]), node(&["snippet_id"]),
    ]
    DeleteSnippet from snippet_id: String {
        /// Which snippet.
        snippet_id: String [wire("id")],
    }
}

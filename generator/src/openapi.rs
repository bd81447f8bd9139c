//! The OpenAPI document.

mod operations;
mod schemas;

use serde_json::{Map, Value, json};

use crate::model::Api;
use crate::output::NOTICE;
use crate::{Output, Result};

pub(crate) fn output(api: &Api) -> Result<Output> {
    let mut document = document(api);
    // What else is in the build may switch on `preserve_order`; the file is the same either way.
    document.sort_all_objects();
    let text = serde_json::to_string_pretty(&document).map_err(|error| error.to_string())?;
    // JSON has no comments; a member on the first line says what the file is.
    let notice = format!("{{ \"x-generated\": {},", Value::from(NOTICE));
    let text = format!("{}\n", text.replacen('{', &notice, 1));
    Ok(Output { path: "docs/openapi.json".to_owned(), text })
}

fn document(api: &Api) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "DashClaw API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Governance for AI agents: guard, actions, approvals, outcomes, receipts.",
            "license": { "name": env!("CARGO_PKG_LICENSE"), "identifier": env!("CARGO_PKG_LICENSE") },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "ApiKey": [] }, { "ApiKey": [], "AgentToken": [] }],
        "tags": api.parts().flat_map(|part| &part.domains).map(|domain| json!({ "name": domain.name })).collect::<Vec<_>>(),
        "paths": operations::paths(api),
        "components": {
            "securitySchemes": {
                "ApiKey": { "type": "apiKey", "in": "header", "name": "x-api-key" },
                "AgentToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token of an identity provider that proves which agent acts.",
                },
                "SchedulerSecret": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The server's `CRON_SECRET`, by which a scheduler asks.",
                },
            },
            "responses": {
                "Error": {
                    "description": "The request was refused.",
                    "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Refusal" } } },
                },
            },
            "schemas": components(api),
        },
    })
}

fn components(api: &Api) -> Map<String, Value> {
    let types = api.parts().flat_map(|part| &part.types);
    let mut components: Map<String, Value> =
        types.map(|one| (one.name.clone(), schemas::of_type(one))).collect();
    components.insert("Refusal".to_owned(), refusal());
    components
}

/// The body of a refusal: what the engine reads of it.
fn refusal() -> Value {
    json!({
        "type": "object",
        "description": "Why a request was refused.",
        "properties": {
            "error": { "type": "string", "description": "One sentence for people." },
            "reason": { "type": "string", "description": "One sentence for people, where `error` is missing." },
            "code": { "type": "string", "description": "A stable word, such as `SIGNATURE_REQUIRED`." },
            "details": { "description": "A list of messages, or a text." },
            "decision": { "description": "The verdict, where a policy blocks an action." },
            "current_status": { "type": "string", "description": "The state of the record, for a conflict." },
        },
    })
}

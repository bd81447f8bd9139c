//! The names of spans, attributes and events in OpenTelemetry: the one table for all languages.

/// An attribute of a span.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attribute {
    pub(super) name: &'static str,
    /// Whether the semantic conventions, or we, promise that it stays.
    pub(super) is_stable: bool,
}

const fn stable(name: &'static str) -> Attribute {
    Attribute { name, is_stable: true }
}

/// One of the conventions for generative AI, which are all in development.
const fn experimental(name: &'static str) -> Attribute {
    Attribute { name, is_stable: false }
}

/// Before the name of each operation.
pub(super) const SPAN: &str = "dashclaw.";

pub(super) const OPERATION: Attribute = stable("dashclaw.operation");
pub(super) const DECISION: Attribute = stable("dashclaw.decision");
pub(super) const ACTION_ID: Attribute = stable("dashclaw.action.id");
pub(super) const ACTION_TYPE: Attribute = stable("dashclaw.action.type");
pub(super) const REPLAY: Attribute = stable("dashclaw.idempotent_replay");
pub(super) const REQUEST_ID: Attribute = stable("dashclaw.request.id");
pub(super) const OUTCOME: Attribute = stable("dashclaw.approval.outcome");
pub(super) const DELAY: Attribute = stable("dashclaw.retry.delay_ms");

pub(super) const ERROR: Attribute = stable("error.type");
pub(super) const METHOD: Attribute = stable("http.request.method");
pub(super) const STATUS: Attribute = stable("http.response.status_code");
pub(super) const RESENDS: Attribute = stable("http.request.resend_count");
pub(super) const ADDRESS: Attribute = stable("server.address");
pub(super) const PORT: Attribute = stable("server.port");

pub(super) const AGENT_ID: Attribute = experimental("gen_ai.agent.id");
pub(super) const AGENT_NAME: Attribute = experimental("gen_ai.agent.name");
pub(super) const TOOL: Attribute = experimental("gen_ai.tool.name");

/// Events of spans.
pub(super) const RETRY: &str = "dashclaw.retry";
pub(super) const SUBSCRIBED: &str = "dashclaw.approval.subscribed";
pub(super) const PENDING: &str = "dashclaw.approval.pending";
pub(super) const DECIDED: &str = "dashclaw.approval.decided";

/// The variable, and the word in it, that ask for what is experimental.
pub(super) const OPT_IN: (&str, &str) = ("OTEL_SEMCONV_STABILITY_OPT_IN", "gen_ai_latest_experimental");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_names_them_all() {
        let page = include_str!("../../../docs/logging.md");
        let attributes = [
            OPERATION,
            DECISION,
            ACTION_ID,
            ACTION_TYPE,
            REPLAY,
            REQUEST_ID,
            OUTCOME,
            DELAY,
            ERROR,
            METHOD,
            STATUS,
            RESENDS,
            ADDRESS,
            PORT,
            AGENT_ID,
            AGENT_NAME,
            TOOL,
        ];
        let names = attributes.iter().map(|attribute| attribute.name);
        for name in names.chain([RETRY, SUBSCRIBED, PENDING, DECIDED, OPT_IN.0, OPT_IN.1]) {
            assert!(page.contains(&format!("`{name}`")), "{name}");
        }
    }
}

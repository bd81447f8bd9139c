//! Security: looking for secrets and for prompt injection in a text.

use serde_json::Value;

use crate::catalogue::{Fill, Repeat, lenient};
use crate::{open_enum, operations, record};

open_enum! {
    /// How dangerous a text is to a model that reads it.
    pub enum InjectionRisk {
        /// Nothing was found.
        None = "none",
        /// A little.
        Low = "low",
        /// Somewhat.
        Medium = "medium",
        /// Much.
        High = "high",
        /// As much as can be.
        Critical = "critical",
    }
}

open_enum! {
    /// What to do with a text that was scanned.
    pub enum InjectionAdvice {
        /// Let it pass.
        Allow = "allow",
        /// Let it pass, and say so.
        Warn = "warn",
        /// Keep it away from models.
        Block = "block",
    }
}

operations! { "security":
    /// Looks for secrets and personal data in a text. Nothing is stored.
    scan_content = Post "/api/security/scan" => ContentScan [
        repeat(Repeat::Safe), positional(&["text", "destination"]), node(&["text", "..fields"]),
    ]
    ScanContent {
        /// The text.
        text: String,
        /// Where it is about to go.
        destination: Option<String>,
        /// Whose text it is. The client's own agent unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
        /// Whether findings are stored.
        store: Option<bool> [constant("false")],
    }

    /// Looks for secrets and personal data in a text, as `scan_content` does, and stores that they were found. Of the text
    /// itself only its SHA-256 hash is stored.
    report_security_finding = Post "/api/security/scan" => ContentScan [
        positional(&["text", "destination"]), node(&["text", "..fields"]),
    ]
    ReportSecurityFinding {
        /// The text.
        text: String,
        /// Where it was about to go.
        destination: Option<String>,
        /// Whose text it is. The client's own agent unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
        /// Whether findings are stored.
        store: Option<bool> [constant("true")],
    }

    /// Looks in a text for attempts to give orders to the model that reads it.
    scan_prompt_injection = Post "/api/security/prompt-injection" => PromptInjectionScan [
        positional(&["text", "source"]), node(&["text", "..fields"]),
    ]
    ScanPromptInjection {
        /// The text.
        text: String,
        /// Where it comes from: `user_input`, for one.
        source: Option<String>,
        /// Who is about to read it. The client's own agent unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
        /// Whether findings are stored; true unless given.
        store: Option<bool>,
    }
}

record! {
    /// What the scan of a write for secrets found. Findings are stored as `[REDACTED:<pattern>]`; the write itself goes on.
    pub struct Security {
        /// Whether nothing was found.
        #[read = "lenient::truth"]
        clean: bool,
        /// How many secrets were found.
        findings_count: i64,
        /// How many of them are critical.
        critical_count: i64,
        /// Which categories they belong to.
        categories: Vec<String>,
    }

    /// What a scan for secrets and personal data found.
    pub struct ContentScan {
        /// Whether nothing was found.
        #[required]
        #[read = "lenient::truth"]
        clean: bool,
        /// How many findings there are.
        findings_count: i64,
        /// How many of them are critical.
        critical_count: i64,
        /// Which categories they belong to.
        categories: Vec<String>,
        /// The findings, one object each. The members are the server's own.
        findings: Vec<Value>,
        /// The text with every finding made illegible.
        redacted_text: String,
        /// Where the text is about to go.
        destination: Option<String>,
    }

    /// What a scan for prompt injection found.
    pub struct PromptInjectionScan {
        /// Whether nothing was found.
        #[required]
        #[read = "lenient::truth"]
        clean: bool,
        /// How dangerous the text is.
        #[required]
        risk_level: InjectionRisk,
        /// What to do with it.
        #[required]
        recommendation: InjectionAdvice,
        /// How many findings there are.
        findings_count: i64,
        /// How many of them are critical.
        critical_count: i64,
        /// Which categories they belong to.
        categories: Vec<String>,
        /// The findings.
        findings: Vec<PromptInjectionFinding>,
        /// Where the text comes from.
        source: Option<String>,
    }

    /// A place in a text that gives orders.
    pub struct PromptInjectionFinding {
        /// Which pattern it fits: `ignore_instructions`.
        pattern: String,
        /// Which category that belongs to: `role_override`.
        category: String,
        /// How bad it is.
        severity: String,
        /// Its first 20 characters.
        matched: String,
        /// Where it starts.
        position: i64,
    }
}

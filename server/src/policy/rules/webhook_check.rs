//! `webhook_check`: somebody else is asked, over HTTP.

use std::time::Duration;

use url::Url;

use super::{Fields, Rule};
use crate::policy::Verdict;

const DEFAULT_TIMEOUT_MS: u32 = 5000;

/// What a policy says should happen when its endpoint does not answer.
pub type Unanswered = Option<Verdict>;

/// A webhook to ask.
#[derive(Clone, Debug)]
pub struct WebhookCheck {
    /// Where; checked to be public when the request is made.
    pub url: Url,
    /// How long to wait for the whole answer.
    pub timeout: Duration,
    /// `on_timeout`: allow or block; when absent, the guard's own fallback.
    pub on_timeout: Unanswered,
}

pub(super) fn parse(fields: &mut Fields<'_>) -> Rule {
    fields.require("url");
    let url = fields.url("url");
    let timeout = fields.whole("timeout_ms", 1000, 10_000).unwrap_or(DEFAULT_TIMEOUT_MS);
    let words = [("allow", Some(Verdict::Allow)), ("block", Some(Verdict::Block))];
    let on_timeout = fields.word("on_timeout", &words, None);
    match url {
        Some(url) => {
            Rule::Webhook(WebhookCheck { url, timeout: Duration::from_millis(timeout.into()), on_timeout })
        }
        None => Rule::Local(Box::new(super::model::Unreadable)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::problems;
    use super::super::{Rule, rule_type, validate};
    use super::*;

    #[test]
    fn defaults_and_bounds() {
        let parsed =
            rule_type("webhook_check").unwrap().parse(&json!({"url": "https://hooks.example.com/g"}));
        let Ok(Rule::Webhook(check)) = parsed else { panic!("a webhook") };
        assert_eq!((check.timeout, check.on_timeout), (Duration::from_secs(5), None));
        assert_eq!(
            problems("webhook_check", &json!({"timeout_ms": 999, "on_timeout": "warn"})),
            [
                "`url` is required",
                "`timeout_ms` must be >= 1000",
                "`on_timeout` must be one of: allow, block"
            ]
        );
    }

    #[test]
    fn only_public_https_unless_private_is_allowed() {
        for url in ["http://example.com/", "https://127.0.0.1/", "https://[::1]/", "https://localhost/"] {
            assert_eq!(problems("webhook_check", &json!({"url": url})).len(), 1, "{url}");
        }
        assert_eq!(problems("webhook_check", &json!({"url": "nonsense"})), ["`url` must be an https URL"]);
        let loopback = json!({"url": "http://127.0.0.1:9/"}).to_string();
        assert_eq!(validate("webhook_check", &loopback, true), Ok(()));
    }
}

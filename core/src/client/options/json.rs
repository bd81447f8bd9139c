//! Options as JSON: how the other languages give them.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Builder;
use crate::catalogue::suggest::hint;
use crate::deadline::length;
use crate::{Error, Result};

/// One option: its name, and how it is set.
type Setter = fn(Builder, Value) -> Result<Builder>;

/// Every option of a client. Times are seconds; each language converts from its own unit.
const OPTIONS: &[(&str, Setter)] = &[
    ("agent_id", |builder, value| Ok(builder.agent_id(text("agent_id", value)?))),
    ("agent_name", |builder, value| Ok(builder.agent_name(text("agent_name", value)?))),
    ("api_key", |builder, value| Ok(builder.api_key(text("api_key", value)?))),
    ("approval_banner", |builder, value| {
        Ok(builder.approval_banner(word("approval_banner", value, "`stdout`, `stderr` or `off`")?))
    }),
    ("auth_token", |builder, value| Ok(builder.auth_token(text("auth_token", value)?))),
    ("auto_recommend", |builder, value| Ok(builder.auto_recommend(word("auto_recommend", value, MODES)?))),
    ("base_url", |builder, value| Ok(builder.base_url(text("base_url", value)?))),
    ("ca_bundle", |builder, value| {
        let bundle = text("ca_bundle", value)?;
        Ok(if bundle.contains("-----BEGIN") {
            builder.ca_bundle_pem(bundle)
        } else {
            builder.ca_bundle(bundle)
        })
    }),
    ("guard_mode", |builder, value| Ok(builder.guard_mode(word("guard_mode", value, MODES)?))),
    ("hitl_mode", |builder, value| Ok(builder.hitl_mode(word("hitl_mode", value, "`off` or `wait`")?))),
    ("max_response_bytes", |builder, value| {
        Ok(builder.max_response_bytes(word("max_response_bytes", value, "a whole number of bytes")?))
    }),
    ("max_retries", |builder, value| {
        Ok(builder.max_retries(word("max_retries", value, "a whole number, 0 or more")?))
    }),
    ("proxy", |builder, value| Ok(builder.proxy(text("proxy", value)?))),
    ("recommendation_confidence_min", |builder, value| {
        // The official client takes anything here and falls back to 70.
        Ok(builder.recommendation_confidence_min(value.as_f64().unwrap_or(70.0)))
    }),
    ("signing_key", |builder, value| {
        let key = if value.is_object() { value.to_string() } else { text("signing_key", value)? };
        Ok(builder.signing_key(key))
    }),
    ("timeout", |builder, value| Ok(builder.timeout(seconds("timeout", &value)?))),
    ("user_agent", |builder, value| Ok(builder.user_agent(text("user_agent", value)?))),
];

const MODES: &str = "`off`, `warn` or `enforce`";

/// The names of all options of a client.
pub fn option_names() -> impl Iterator<Item = &'static str> {
    OPTIONS.iter().map(|(name, _)| *name)
}

impl Builder {
    /// Sets options from a JSON object; null means not given.
    pub fn options(mut self, json: &[u8]) -> Result<Self> {
        let options: BTreeMap<String, Value> = serde_json::from_slice(json)
            .map_err(|error| Error::configuration("options", format!("are not an object: {error}")))?;
        for (name, value) in options {
            if value.is_null() {
                continue;
            }
            let Some((_, set)) = OPTIONS.iter().find(|(option, _)| *option == name) else {
                let hint = hint(&name, OPTIONS.iter().map(|(option, _)| *option));
                return Err(Error::configuration(&name, format!("is not an option{hint}")));
            };
            self = set(self, value)?;
        }
        Ok(self)
    }
}

fn text(option: &str, value: Value) -> Result<String> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err(Error::configuration(option, "must be a string")),
    }
}

fn word<T: DeserializeOwned>(option: &str, value: Value, expected: &str) -> Result<T> {
    serde_json::from_value(value).map_err(|_| Error::configuration(option, format!("must be {expected}")))
}

/// A duration from a JSON number of seconds.
pub(crate) fn seconds(name: &str, value: &Value) -> Result<Duration> {
    value
        .as_f64()
        .and_then(length)
        .ok_or_else(|| Error::configuration(name, "must be a number of seconds, 0 or more"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_option_is_named_with_the_nearest_one() {
        let error = Builder::default().options(br#"{"base_ulr":"http://127.0.0.1"}"#).unwrap_err();
        assert_eq!(error.to_string(), "`base_ulr` is not an option; did you mean `base_url`?");
    }

    #[test]
    fn wrongly_typed_options_say_what_was_expected() {
        let cases = [
            (r#"{"guard_mode":"loud"}"#, "`guard_mode` must be `off`, `warn` or `enforce`"),
            (r#"{"timeout":-1}"#, "`timeout` must be a number of seconds, 0 or more"),
            (r#"{"timeout":"30"}"#, "`timeout` must be a number of seconds, 0 or more"),
            (r#"{"max_retries":1.5}"#, "`max_retries` must be a whole number, 0 or more"),
            (r#"{"api_key":7}"#, "`api_key` must be a string"),
        ];
        for (json, expected) in cases {
            assert_eq!(Builder::default().options(json.as_bytes()).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn the_table_is_sorted() {
        assert!(OPTIONS.is_sorted_by_key(|(name, _)| *name));
    }
}

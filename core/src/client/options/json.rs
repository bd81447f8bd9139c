//! Options as JSON: how the other languages give them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::row::{Given, OptionRow};
use super::{Builder, CALL_OPTIONS, CLIENT_OPTIONS};
use crate::catalogue::suggest::hint;
use crate::{CallOptions, Error, ErrorKind, Result};

impl Builder {
    /// Sets options from a JSON object; null means not given. Times are seconds.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`]: it is no object, or one of its members is no option or of the wrong type.
    pub fn options(self, json: &[u8]) -> Result<Self> {
        set(self, CLIENT_OPTIONS, "is not an option", json)
    }
}

impl CallOptions {
    /// Reads options from a JSON object; null means not given. Times are seconds.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`]: it is no object, or one of its members is no option or of the wrong type.
    pub fn from_json(json: &[u8]) -> Result<Self> {
        set(Self::default(), CALL_OPTIONS, "is not an option of a call", json).map_err(|error| {
            error.with(|fields| {
                fields.kind = ErrorKind::InvalidArgument;
                ErrorKind::InvalidArgument.as_str().clone_into(&mut fields.code);
            })
        })
    }
}

fn set<T>(mut options: T, rows: &[OptionRow<T>], unknown: &str, json: &[u8]) -> Result<T> {
    let given: BTreeMap<String, Value> = serde_json::from_slice(json)
        .map_err(|error| Error::configuration("options", format!("are not an object: {error}")))?;
    for (name, value) in given.iter().filter(|(_, value)| !value.is_null()) {
        let Some(set) = rows.iter().find_map(|row| row.setter(name)) else {
            let hint = hint(name, rows.iter().filter(|row| row.crosses()).map(|row| row.name));
            return Err(Error::configuration(name, format!("{unknown}{hint}")));
        };
        options = set(options, Given { name, value })?;
    }
    Ok(options)
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
}

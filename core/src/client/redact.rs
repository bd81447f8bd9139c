//! Taking a client's secrets out of what it tells.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::form_urlencoded;

use crate::client::call::percent_encoded;
use crate::client::options::Config;
use crate::{DashClaw, Error};

/// What stands in a secret's place.
const REDACTED: &str = "[REDACTED]";
/// Shorter texts occur by chance.
const MIN_LENGTH: usize = 4;

/// The secrets of a client, in every form in which a server may send them back, in lower case.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    plain: Vec<SecretString>,
    forms: Vec<SecretString>,
}

impl Secrets {
    pub(super) fn of(config: &Config) -> Self {
        let given = [Some(&config.api_key), config.auth_token.as_ref()];
        let given = given.into_iter().flatten().map(ExposeSecret::expose_secret);
        let given: Vec<&str> = given.filter(|secret| secret.len() >= MIN_LENGTH).collect();
        let lower = |form: String| SecretString::from(form.to_ascii_lowercase());
        Self {
            plain: given.iter().map(|secret| lower((*secret).to_owned())).collect(),
            forms: given.into_iter().flat_map(forms).map(lower).collect(),
        }
    }

    /// `text` without any of them.
    fn without(&self, text: &str) -> String {
        let shown =
            self.forms.iter().fold(text.to_owned(), |text, form| replaced(text, form.expose_secret()));
        if self.hides_in(&shown) { REDACTED.to_owned() } else { shown }
    }

    /// Whether characters are percent-encoded that need not be.
    fn hides_in(&self, text: &str) -> bool {
        let holds = |part: &str| {
            let part = part.to_ascii_lowercase();
            self.plain.iter().any(|secret| part.contains(secret.expose_secret()))
        };
        text.contains('%')
            && form_urlencoded::parse(text.as_bytes()).any(|(name, value)| holds(&name) || holds(&value))
    }
}

/// Plain, as JSON text has it, as a URL has it, in hexadecimal digits and in base64.
fn forms(secret: &str) -> Vec<String> {
    let quoted = Value::from(secret).to_string();
    let quoted = quoted.trim_matches('"').to_owned();
    let hexadecimal = secret.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    let mut forms =
        vec![secret.to_owned(), quoted.replace('/', "\\/"), quoted, percent_encoded(secret), hexadecimal];
    forms.extend((0..3).flat_map(|offset| in_base64(secret, offset)));
    forms
}

/// The characters of the two alphabets of base64 that `secret` alone decides when it stands `offset` bytes behind a multiple
/// of three, whatever stands around it.
fn in_base64(secret: &str, offset: usize) -> [String; 2] {
    let mut bytes = vec![0; offset];
    bytes.extend_from_slice(secret.as_bytes());
    let decided = (offset * 8).div_ceil(6)..bytes.len() * 8 / 6;
    let within = |encoded: String| encoded.get(decided.clone()).unwrap_or(secret).to_owned();
    [within(STANDARD_NO_PAD.encode(&bytes)), within(URL_SAFE_NO_PAD.encode(&bytes))]
}

/// `text` with what reads as `form`, which is in lower case, replaced. ASCII letters of either case are the same.
fn replaced(text: String, form: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let mut shown = String::new();
    let mut end = 0;
    for (start, found) in lower.match_indices(form) {
        shown.push_str(&text[end..start]);
        shown.push_str(REDACTED);
        end = start + found.len();
    }
    if end == 0 { text } else { shown + &text[end..] }
}

impl DashClaw {
    /// `text` without any secret of this client.
    pub(crate) fn redact(&self, text: &str) -> String {
        self.secrets().without(text)
    }

    /// [`redact`](Self::redact) for a whole error: whatever of it a server may have written.
    pub(crate) fn redact_error(&self, error: Error) -> Error {
        error.with(|fields| {
            let texts = [&mut fields.message, &mut fields.code];
            let also = [&mut fields.current_status, &mut fields.request_id, &mut fields.action_id];
            for text in texts.into_iter().chain(also.into_iter().flatten()) {
                *text = self.redact(text);
            }
            for value in [&mut fields.body, &mut fields.details, &mut fields.decision].into_iter().flatten() {
                self.redact_value(value);
            }
        })
    }

    fn redact_value(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.redact(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.redact_value(item)),
            Value::Object(members) => {
                let redacted = std::mem::take(members).into_iter().map(|(name, mut member)| {
                    self.redact_value(&mut member);
                    (self.redact(&name), member)
                });
                *members = redacted.collect();
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::ErrorKind;

    const KEY: &str = "oc_live_a/b+\"c\\d~0123456789";

    fn client() -> DashClaw {
        let builder = DashClaw::builder().base_url("http://127.0.0.1:1").agent_id("agent-1");
        builder.api_key(KEY).auth_token("token-abcdef").build().unwrap()
    }

    #[test]
    fn a_secret_is_found_in_every_form() {
        let client = client();
        let whole = KEY.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
        let forms = [
            KEY.to_owned(),
            KEY.to_uppercase(),
            format!("Bearer {}", "token-abcdef"),
            json!({ "a": KEY }).to_string(),
            json!(KEY).to_string().replace('/', "\\/"),
            percent_encoded(KEY),
            percent_encoded(KEY).to_lowercase(),
            whole,
            KEY.bytes().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().concat(),
            STANDARD_NO_PAD.encode(KEY),
            STANDARD_NO_PAD.encode(format!("user:{KEY}:x")),
            URL_SAFE_NO_PAD.encode(format!("u:{KEY}")),
        ];
        for form in forms {
            let shown = client.redact(&format!("é {form} ü"));
            assert!(
                shown.contains(REDACTED) && !shown.to_lowercase().contains("0123456789"),
                "{form}: {shown}"
            );
        }
        assert_eq!(client.redact("nothing of %41 and oc_live_ here"), "nothing of %41 and oc_live_ here");
    }

    #[test]
    fn nothing_that_a_server_wrote_is_left_out() {
        let error = Error::new(ErrorKind::Conflict, KEY).with(|fields| {
            fields.code = KEY.to_owned();
            fields.current_status = Some(KEY.to_owned());
            fields.request_id = Some(format!("req {KEY}"));
            fields.action_id = Some(KEY.to_owned());
            fields.details = Some(json!([{ KEY: [KEY, { KEY: 1 }] }]));
            fields.body = Some(json!({ "a": { KEY: KEY } }));
            fields.decision = Some(json!({ "reason": KEY }));
        });
        let shown = client().redact_error(error).to_json();
        assert!(!shown.contains("0123456789"), "{shown}");
        assert_eq!(shown.matches(REDACTED).count(), 11, "{shown}");
    }

    proptest! {
        #[test]
        fn no_text_around_it_hides_a_secret_in_base64(before in ".{0,9}", after in ".{0,9}") {
            let shown = client().redact(&STANDARD_NO_PAD.encode(format!("{before}{KEY}{after}")));
            prop_assert!(shown.contains(REDACTED), "{}", shown);
        }
    }
}

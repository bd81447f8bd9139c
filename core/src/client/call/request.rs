//! From a row and its arguments to a request: a pure function.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write;

use bytes::Bytes;
use serde_json::Value;
use serde_json::value::RawValue;
use url::form_urlencoded;

use super::{Arguments, Asked};
use crate::catalogue::{Field, Fill, Place, Repeat, Row};
use crate::client::options::Identity;
use crate::json::{Json, plain_prefix, shortest};
use crate::proof::idempotency::action_key;
use crate::proof::signing::ActionSigner;
use crate::{CallOptions, Error, Idempotency, OnReplay, Result, clock};

/// A request, ready to be sent as often as needed.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) row: &'static Row,
    /// Path and query, below the base URL.
    pub(crate) target: String,
    pub(crate) body: Option<Bytes>,
    /// The key that goes with every try.
    pub(crate) idempotency_key: Option<String>,
    /// The `status` that is about to be written, for telling our own write in a 409.
    pub(crate) status: Option<String>,
    /// The `action_id` argument.
    pub(crate) action_id: Option<String>,
    /// What becomes of the replay of a created action.
    pub(crate) on_replay: OnReplay,
    /// The ids of what it is about.
    pub(crate) subject: Option<String>,
}

impl Prepared {
    /// What matters to the judgement of the answer.
    pub(crate) fn asked(&self) -> Asked<'_> {
        Asked { status: self.status.as_deref(), on_replay: self.on_replay }
    }
}

/// Builds the request of `row` with these JSON arguments.
pub(crate) fn prepare(
    row: &'static Row,
    json: &[u8],
    identity: &Identity,
    options: &CallOptions,
    signer: Option<&ActionSigner>,
) -> Result<Prepared> {
    let arguments = Arguments::read(row, json)?;
    let mut parts = Parts::with_room(arguments.count() + OWN_MEMBERS);
    for (field, given) in arguments.fields().filter(|(field, _)| !field.inline) {
        if given.is_none() && arguments.is_inlined(field.on_wire()) {
            continue;
        }
        if let Some(value) = value_of(field, given, identity) {
            parts.add(field.place, field.on_wire(), value)?;
        }
    }
    for (name, value) in &arguments.extra {
        let place = row.method.default_place();
        if place == Place::Body || *value != "null" {
            parts.add(place, name, Cow::Borrowed(value))?;
        }
    }
    for (name, value) in &arguments.inlined {
        parts.add(Place::Body, name, Cow::Borrowed(value))?;
    }
    let idempotency_key = key(row, &arguments, &parts, identity, options)?;
    if let Some(key) = &idempotency_key {
        parts.body.retain(|(name, _)| *name != "idempotency_key");
        parts.add(Place::Body, "idempotency_key", quote(key).into())?;
    }
    let takes_body = row.method.default_place() == Place::Body
        && (row.rules.open
            || row.rules.empty_body
            || row.fields.iter().any(|field| field.place == Place::Body));
    let mut body = takes_body.then(|| parts.body_text());
    if let (Some(text), Some(signer), true) = (&mut body, signer, row.rules.signed) {
        let signature = signer
            .sign_action(text.as_bytes())
            .map_err(|error| Error::argument("arguments", format!("cannot be signed: {error}")))?;
        parts.add(Place::Body, "_signature", quote(&signature).into())?;
        *text = parts.body_text();
    }
    let subject = subject(&arguments, &parts);
    Ok(Prepared {
        row,
        target: target(row, &parts)?,
        body: body.map(Bytes::from),
        idempotency_key,
        status: sent_text(row, &arguments, "status"),
        action_id: arguments.text("action_id"),
        on_replay: options.on_replay,
        subject,
    })
}

/// The ids that a request is about: those in its path, else the one that it cannot do without.
fn subject(arguments: &Arguments<'_>, parts: &Parts<'_>) -> Option<String> {
    if !parts.path.is_empty() {
        return Some(parts.path.iter().map(|(_, id)| id.as_str()).collect::<Vec<_>>().join(" "));
    }
    let (_, id) = arguments.fields().find(|(field, _)| field.required && field.name.ends_with("_id"))?;
    serde_json::from_str(id?).ok()
}

/// The text that is sent for a field, be it the caller's or a constant of the row.
fn sent_text(row: &Row, arguments: &Arguments<'_>, name: &str) -> Option<String> {
    let constant = || row.fields.iter().find(|field| field.name == name && field.constant)?.default;
    serde_json::from_str(arguments.value(name).or_else(constant)?).ok()
}

/// What is sent for a field: the caller's value, the client's own, or the default.
pub(crate) fn value_of<'a>(
    field: &Field,
    given: Option<&'a str>,
    identity: &Identity,
) -> Option<Cow<'a, str>> {
    if let Some(value) = given {
        let as_text = field.json_text && value.starts_with('{');
        if as_text {
            return Some(quote(value).into());
        }
        let as_it_is = field.respelled.is_empty() && field.entry_defaults.is_empty();
        let rewritten = if as_it_is { None } else { entries(field, value) };
        return Some(rewritten.map_or(value.into(), Cow::Owned));
    }
    match field.fill {
        Some(Fill::AgentId) => Some(quote(&identity.agent_id).into()),
        Some(Fill::AgentName) => identity.agent_name.as_deref().map(|name| quote(name).into()),
        Some(Fill::Now) => Some(quote(&clock::now_iso()).into()),
        None => field.default.map(Cow::Borrowed),
    }
}

/// A list of objects in today's spelling and with what each is sent with; nothing when it is none, which the server then
/// judges.
fn entries(field: &Field, json: &str) -> Option<String> {
    let mut list: Vec<BTreeMap<&str, &RawValue>> = serde_json::from_str(json).ok()?;
    for entry in &mut list {
        for (older, name) in field.respelled {
            if let Some(value) = entry.remove(older) {
                entry.entry(name).or_insert(value);
            }
        }
        for (name, value) in field.entry_defaults {
            if !entry.contains_key(name) {
                entry.insert(name, serde_json::from_str(value).ok()?);
            }
        }
    }
    serde_json::to_string(&list).ok()
}

/// The idempotency key: the caller's, or one of our own where the operation lives by it.
fn key(
    row: &Row,
    arguments: &Arguments<'_>,
    parts: &Parts<'_>,
    identity: &Identity,
    options: &CallOptions,
) -> Result<Option<String>> {
    if row.field("idempotency_key").is_none() {
        return Ok(None);
    }
    let given = options.idempotency_key.clone().or_else(|| arguments.text("idempotency_key"));
    if let Some(key) = given.filter(|key| !key.is_empty()) {
        return Ok(Some(key));
    }
    let writes = row.rules.repeat == Repeat::Keyed
        || row.rules.key_when.is_some_and(|flag| arguments.value(flag) == Some("true"));
    if !writes {
        return Ok(None);
    }
    if options.idempotency == Idempotency::Call || row.rules.repeat != Repeat::Keyed {
        return fresh_key().map(Some);
    }
    let intent = parts.body_text();
    let seconds = clock::unix_millis().div_euclid(1000);
    let refused = |error: &dyn std::fmt::Display| {
        Error::argument("arguments", format!("yield no idempotency key: {error}"))
    };
    let intent = Json::parse_exact(intent.as_bytes()).map_err(|error| refused(&error))?;
    action_key(&intent, &identity.agent_id, seconds).map(Some).map_err(|error| refused(&error))
}

/// A key that no other call has: 32 random hex digits.
pub(crate) fn fresh_key() -> Result<String> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::new(crate::ErrorKind::Internal, format!("no random numbers: {error}")))?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

/// Name and JSON text of everything that goes into one request.
struct Parts<'a> {
    path: Vec<(&'a str, String)>,
    query: Vec<(&'a str, String)>,
    body: Vec<(&'a str, Cow<'a, str>)>,
}

/// How many members of a body the client itself may add: the agent's id and name, a key, a signature.
const OWN_MEMBERS: usize = 4;

impl<'a> Parts<'a> {
    fn with_room(members: usize) -> Self {
        Self { path: Vec::new(), query: Vec::new(), body: Vec::with_capacity(members) }
    }

    fn add(&mut self, place: Place, name: &'a str, json: Cow<'a, str>) -> Result<()> {
        match place {
            Place::Path => self.path.push((name, plain(name, &json)?)),
            Place::Query => self.query.push((name, plain(name, &json)?)),
            Place::Body => self.body.push((name, json)),
            Place::Local => {}
        }
        Ok(())
    }

    fn body_text(&self) -> String {
        let length: usize = self.body.iter().map(|(name, json)| name.len() + json.len() + 4).sum();
        let mut text = String::with_capacity(length + 2);
        text.push('{');
        for (index, (name, json)) in self.body.iter().enumerate() {
            if index > 0 {
                text.push(',');
            }
            quote_into(&mut text, name);
            text.push(':');
            text.push_str(json);
        }
        text.push('}');
        text
    }
}

fn target(row: &Row, parts: &Parts<'_>) -> Result<String> {
    let mut target = row.path.to_owned();
    for (name, value) in &parts.path {
        if matches!(value.as_str(), "." | "..") {
            return Err(Error::argument(*name, "must be an id; a URL cannot carry `.` or `..`"));
        }
        target = target.replace(&format!("{{{name}}}"), &percent_encoded(value));
    }
    if !parts.query.is_empty() {
        target.push('?');
        target.push_str(&form_urlencoded::Serializer::new(String::new()).extend_pairs(&parts.query).finish());
    }
    Ok(target)
}

/// Percent-encodes all but the unreserved characters of RFC 3986, so that an id stays one path segment.
pub(crate) fn percent_encoded(segment: &str) -> String {
    let mut encoded = String::with_capacity(segment.len());
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// A JSON scalar as text for a path or a query.
fn plain(name: &str, json: &str) -> Result<String> {
    match json.as_bytes().first() {
        Some(b'"') => serde_json::from_str(json).map_err(|_| Error::argument(name, "must be valid Unicode")),
        Some(b'{' | b'[') => Err(Error::argument(name, "must be a string, a number, true or false")),
        _ => Ok(shortest(json).into_owned()),
    }
}

/// A text as JSON.
pub(crate) fn quote(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    quote_into(&mut json, text);
    json
}

fn quote_into(json: &mut String, text: &str) {
    if plain_prefix(text.as_bytes()) < text.len() {
        json.push_str(&Value::from(text).to_string());
    } else {
        // What needs no escape, which is nearly everything, is copied in one piece.
        json.push('"');
        json.push_str(text);
        json.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::find;
    use crate::json::Members;

    fn prepared(operation: &str, json: &str) -> Prepared {
        let identity = Identity { agent_id: "agent-1".to_owned(), agent_name: None };
        prepare(find(operation).unwrap(), json.as_bytes(), &identity, &CallOptions::default(), None).unwrap()
    }

    fn body(operation: &str, json: &str) -> Value {
        serde_json::from_slice(&prepared(operation, json).body.unwrap()).unwrap()
    }

    #[test]
    fn the_status_about_to_be_written_is_known_be_it_given_or_constant() {
        let cases = [
            ("report_action_outcome", r#"{"action_id":"act_1","status":"partial"}"#, Some("partial")),
            ("report_action_success", r#"{"action_id":"act_1"}"#, Some("completed")),
            ("report_action_failure", r#"{"action_id":"act_1","error_message":"x"}"#, Some("failed")),
            ("report_action_partial", r#"{"action_id":"act_1","progress":{}}"#, Some("partial")),
            ("update_outcome", r#"{"action_id":"act_1"}"#, None),
        ];
        for (operation, json, status) in cases {
            assert_eq!(prepared(operation, json).status.as_deref(), status, "{operation}");
        }
    }

    #[test]
    fn a_constant_cannot_be_given() {
        let row = find("report_action_success").unwrap();
        let json = br#"{"action_id":"act_1","status":"failed"}"#;
        let identity = Identity { agent_id: "agent-1".to_owned(), agent_name: None };
        let error = prepare(row, json, &identity, &CallOptions::default(), None).unwrap_err();
        assert_eq!(error.to_string(), "`status` is not an argument of report_action_success");
    }

    #[test]
    fn rules_of_a_policy_are_json_text_on_the_wire() {
        let rules = r#"{"threshold":80,"action":"block"}"#;
        let object = format!(r#"{{"name":"n","policy_type":"risk_threshold","rules":{rules}}}"#);
        let text = format!(r#"{{"name":"n","policy_type":"risk_threshold","rules":{}}}"#, quote(rules));
        assert_eq!(body("create_policy", &object)["rules"], rules);
        assert_eq!(body("create_policy", &text)["rules"], rules);
        assert_eq!(body("update_policy", &format!(r#"{{"id":"gp_1","rules":{rules}}}"#))["rules"], rules);
        let simulated = format!(r#"{{"policy_type":"risk_threshold","rules":{rules}}}"#);
        assert_eq!(body("simulate_policy", &simulated)["rules"]["threshold"], 80);
    }

    #[test]
    fn a_payload_is_the_body_as_it_is() {
        let payload = r#"{"capability_id":"x","agentId":"b","payload":{"a":1},"big":1e400,"id":9007199254740993,"none":null}"#;
        let invoke = |payload: &str| {
            let json = format!(r#"{{"capability_id":"cap_1","payload":{payload}}}"#);
            let prepared = prepared("invoke_capability", &json);
            assert_eq!(prepared.target, "/api/capabilities/cap_1/invoke");
            String::from_utf8(prepared.body.unwrap().to_vec()).unwrap()
        };
        let body = invoke(payload);
        for (name, value) in Members::read(payload, usize::MAX).unwrap().list {
            assert!(body.contains(&format!("{}:{value}", quote(&name))), "{name}: {body}");
        }
        assert!(body.contains(r#""agent_id":"agent-1""#), "{body}");
        assert_eq!(invoke(r#"{"agent_id":"other"}"#), r#"{"agent_id":"other"}"#);
        assert_eq!(invoke(r#"{"agent_id":null}"#), r#"{"agent_id":null}"#);
        assert_eq!(invoke("{}"), r#"{"agent_id":"agent-1"}"#);
        assert_eq!(invoke("null"), r#"{"agent_id":"agent-1"}"#);
    }

    #[test]
    fn variables_messages_and_settings_keep_their_bytes() {
        let value = r#"[{"z":1.0,"a":9007199254740993,"n":null,"templateId":{}}]"#;
        let sent = |operation: &str, json: String| {
            String::from_utf8(prepared(operation, &json).body.unwrap().to_vec()).unwrap()
        };
        let messages = format!(r#"{{"strategy_id":"s","messages":{value},"extra":null}}"#);
        assert_eq!(
            sent("complete_with_strategy", messages),
            format!(r#"{{"messages":{value},"extra":null}}"#)
        );
        let variables = format!(r#"{{"template_id":"t","variables":{{"v":{value},"agent_id":null}}}}"#);
        assert_eq!(
            sent("execute_workflow_template", variables),
            format!(r#"{{"variables":{{"v":{value},"agent_id":null}}}}"#)
        );
    }

    #[test]
    fn a_body_is_sent_where_the_server_reads_one_though_there_is_nothing_to_say() {
        let sync = prepared("sync_knowledge_collection", r#"{"collection_id":"kc_1"}"#);
        assert_eq!(sync.body.as_deref(), Some(b"{}".as_slice()));
        assert!(prepared("use_snippet", r#"{"snippet_id":"s"}"#).body.is_none());
    }

    #[test]
    fn null_empties_a_field_in_a_change_and_is_nothing_elsewhere() {
        let changed =
            body("update_workflow_template", r#"{"template_id":"wt_1","description":null,"name":"n"}"#);
        assert_eq!(changed, serde_json::json!({"description": null, "name": "n"}));
        let created = body("create_session", r#"{"workspace":null,"branch":"main"}"#);
        assert_eq!(created, serde_json::json!({"agent_id": "agent-1", "branch": "main"}));
    }

    #[test]
    fn older_spellings_in_a_list_are_sent_in_todays() {
        let sent = body(
            "report_connections",
            r#"{"connections":[{"authType":"oauth","planName":"a","provider":"x"}]}"#,
        );
        let entry = serde_json::json!({
            "auth_type": "oauth", "plan_name": "a", "provider": "x", "status": "active",
        });
        assert_eq!(sent["connections"], serde_json::json!([entry]));
        let both =
            body("report_connections", r#"{"connections":[{"authType":"older","auth_type":"given"}]}"#);
        assert_eq!(both["connections"][0]["auth_type"], "given");
    }

    #[test]
    fn an_entry_has_its_defaults_unless_it_says_otherwise() {
        let statuses = |connections: &str| {
            let sent = body("report_connections", &format!(r#"{{"connections":{connections}}}"#));
            let sent = sent["connections"].as_array().unwrap().clone();
            sent.into_iter().map(|entry| entry["status"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(
            statuses(r#"[{"provider":"x"},{"status":"error"},{"status":null}]"#),
            ["active".into(), "error".into(), Value::Null]
        );
        // What is no list of objects is the server's to judge.
        assert_eq!(
            body("report_connections", r#"{"connections":["x"]}"#)["connections"],
            serde_json::json!(["x"])
        );
    }

    #[test]
    fn an_id_stays_one_segment_of_the_path() {
        assert_eq!(prepared("get_action", r#"{"action_id":"a/b?c"}"#).target, "/api/actions/a%2Fb%3Fc");
    }
}

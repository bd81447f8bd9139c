//! What an agent asks, read in one way for guard and for the creation of an action.

use bytes::Bytes;
use dashclaw::api::actions::CreateAction;
use dashclaw::api::guard::Guard;
use dashclaw::catalogue::Operation;
use dashclaw::clock;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::premises::Asked;
use super::shown;
use crate::app::App;
use crate::context::Context;
use crate::failure::{Answer, Failure};
use crate::identity::{self, Bearer, Identity};
use crate::ids::hex;
use crate::policy::matching::is_same_action_type;
use crate::policy::{GuardContext, Purchase, names};

/// The kind of act that spends money.
const PURCHASE: &str = "x402_purchase";
/// What people read as a name: nothing in it may be hidden from them.
const NAMES: [&str; 3] = ["action_type", "agent_id", "target"];
/// Travels with an action without being asked.
const SIGNATURE: &str = "_signature";
/// A body up to this size, in bytes, is judged where it is read; a larger one would hold up other requests.
const LIGHT: usize = 16 * 1024;

/// A question, checked, with what tells it from other questions.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) context: GuardContext,
    pub(crate) asked: Asked,
    /// What the agent's token tells.
    pub(crate) identity: Identity,
    /// The principal whose key asked.
    pub(crate) principal: String,
    /// Whether judging it may take long: much text, or patterns of the agent's own.
    pub(crate) heavy: bool,
}

/// A request of one of the two operations that ask.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asking {
    /// What the operation's row knows; types and lengths were checked against it.
    pub(crate) arguments: Map<String, Value>,
    /// Everything that was said.
    pub(crate) body: Map<String, Value>,
    /// The body as it came, which an agent may have signed.
    pub(crate) raw: Bytes,
    /// The agent's token.
    pub(crate) bearer: Bearer,
}

impl Asking {
    /// A text argument that is not empty.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.arguments.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
    }
}

impl Question {
    /// Reads the question in a request of one of the two operations.
    pub(crate) async fn read(context: &Context, asking: &Asking) -> Answer<Self> {
        let arguments = &asking.arguments;
        let text = |name: &str| arguments.get(name).and_then(Value::as_str).map(str::to_owned);
        let hidden: Vec<String> =
            NAMES.iter().filter_map(|name| names::problem(name, &text(name)?)).collect();
        if !hidden.is_empty() {
            return Err(Failure::validation(hidden));
        }
        let identity = identity::resolve(&context.app, &asking.bearer).await;
        let bound = context.caller.as_ref().and_then(|caller| caller.agent_id.as_ref());
        if identity.agent_id.as_ref().zip(bound).is_some_and(|(named, bound)| named != bound) {
            return Err(Failure::other_agent());
        }
        let now_ms = clock::unix_millis();
        let unknown = unknown_members(&asking.body);
        let guard_context = GuardContext {
            org_id: context.org_id().to_owned(),
            agent_id: identity.agent_id.clone().or_else(|| text("agent_id")),
            agent_name: identity.agent_name.clone().or_else(|| text("agent_name")),
            action_type: text("action_type").unwrap_or_default(),
            declared_goal: text("declared_goal"),
            risk_score: arguments.get("risk_score").and_then(Value::as_f64),
            systems_touched: texts(arguments, "systems_touched"),
            reversible: arguments.get("reversible").and_then(Value::as_bool),
            target: text("target"),
            write_paths: texts(arguments, "write_paths"),
            content: arguments.get("content").cloned(),
            source_of_truth: arguments.get("source_of_truth").cloned(),
            tool: arguments.get("tool").cloned(),
            intel: arguments.get("intel").cloned(),
            purchase: purchase(arguments)?,
            extra: said(&asking.body, arguments),
            now_ms,
            evaluated_at: clock::iso(now_ms),
        };
        let asked = Asked {
            question: digest(&guard_context, &unknown, &long_numbers(&asking.raw)),
            risk: arguments.get("risk_score").and_then(Value::as_i64),
        };
        let heavy =
            asking.raw.len() > LIGHT || guard_context.source_of_truth.as_ref().is_some_and(brings_patterns);
        let principal = context.principal().to_owned();
        Ok(Self { context: guard_context, asked, identity, principal, heavy })
    }

    /// What is asked, as it is kept for the human who approves it: without secrets and without what was not said. The second
    /// says whether something was too long to be kept.
    pub(crate) fn shown(&self) -> (Map<String, Value>, bool) {
        let asked = asked(&self.context, &unknown_members(&self.context.extra));
        shown::shown(asked)
    }

    /// Uses the agent's token for a decision that is made now.
    pub(crate) async fn use_token(&mut self, app: &App) {
        identity::use_up(app, &self.context.org_id, &mut self.identity).await;
    }
}

/// Everything that was said, by its snake_case name: policies may look at any of it by its path.
fn said(body: &Map<String, Value>, arguments: &Map<String, Value>) -> Map<String, Value> {
    let mut said = arguments.clone();
    for (name, value) in body.iter().filter(|(name, value)| name.as_str() != SIGNATURE && !value.is_null()) {
        let field = const { &CreateAction::ROW }.field(name).or_else(|| const { &Guard::ROW }.field(name));
        let name = field.map_or(name.as_str(), |field| field.name);
        if !said.contains_key(name) {
            said.insert(name.to_owned(), value.clone());
        }
    }
    said
}

/// What neither operation declares: policies may look at it by its path, so it is part of the question.
fn unknown_members(body: &Map<String, Value>) -> Map<String, Value> {
    let declared = |name: &str| {
        const { &Guard::ROW }.field(name).is_some() || const { &CreateAction::ROW }.field(name).is_some()
    };
    let unknown =
        body.iter().filter(|(name, value)| name.as_str() != SIGNATURE && !value.is_null() && !declared(name));
    unknown.map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn texts(arguments: &Map<String, Value>, name: &str) -> Vec<String> {
    let items = arguments.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The money side of a purchase, which policies of type `x402_spend_limit` look at.
fn purchase(arguments: &Map<String, Value>) -> Answer<Option<Purchase>> {
    let number = |name: &str| arguments.get(name).and_then(Value::as_f64);
    let below_zero = |name: &&str| number(name).is_some_and(|usd| usd < 0.0);
    if let Some(name) = ["cost_estimate", "spend_amount"].into_iter().find(below_zero) {
        return Err(Failure::validation(vec![format!("`{name}` must be >= 0")]));
    }
    let action_type = arguments.get("action_type").and_then(Value::as_str).unwrap_or_default();
    if !is_same_action_type(action_type, PURCHASE) {
        return Ok(None);
    }
    let names = ["provider", "provider_id"].iter().filter_map(|name| arguments.get(*name)?.as_str());
    Ok(Some(Purchase {
        cost_estimate: number("cost_estimate"),
        spend_amount: number("spend_amount"),
        provider_names: names.map(str::to_owned).collect(),
    }))
}

/// Whether the agent itself says what is searched for in its text, and so how long that takes.
fn brings_patterns(source: &Value) -> bool {
    let listed = |patterns: Option<&Value>| patterns.is_some_and(|patterns| !patterns.is_null());
    listed(source.get("forbiddenPatterns"))
        || listed(source.get("extract").and_then(|extract| extract.get("patterns")))
}

/// The numbers of a JSON text that have more digits than a reader keeps, as they are written: two of them may read as one.
fn long_numbers(json: &[u8]) -> Vec<String> {
    const KEPT: usize = 16;
    let (mut numbers, mut number, mut in_text, mut escaped) = (Vec::new(), Vec::new(), false, false);
    for byte in json.iter().copied().chain([b' ']) {
        let belongs = byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
        if !in_text && belongs {
            number.push(byte);
            continue;
        }
        let digits = number.iter().filter(|byte| byte.is_ascii_digit()).count();
        if digits > KEPT {
            numbers.push(String::from_utf8_lossy(&number).into_owned());
        }
        number.clear();
        (in_text, escaped) = match byte {
            b'"' if !escaped => (!in_text, false),
            b'\\' => (in_text, in_text && !escaped),
            _ => (in_text, false),
        };
    }
    numbers
}

/// SHA-256 of everything that is asked but the risk. Absent and empty are the same; the order of members does not count.
fn digest(context: &GuardContext, unknown: &Map<String, Value>, numbers: &[String]) -> String {
    let mut asked = asked(context, unknown);
    let money = context
        .purchase
        .as_ref()
        .map(|purchase| json!([purchase.cost_estimate, purchase.spend_amount, purchase.provider_names]));
    asked["purchase"] = json!(money);
    asked["numbers"] = json!(numbers);
    hex(&Sha256::digest(asked.to_string()))
}

/// What is asked.
fn asked(context: &GuardContext, unknown: &Map<String, Value>) -> Value {
    let money = context.purchase.as_ref().map(|purchase| {
        let Purchase { cost_estimate, spend_amount, provider_names } = purchase;
        json!({ "cost_estimate": cost_estimate, "spend_amount": spend_amount, "provider": provider_names })
    });
    json!({
        "agent_id": context.agent_id,
        "action_type": context.action_type,
        "declared_goal": context.declared_goal,
        "systems_touched": context.systems_touched,
        "irreversible": context.reversible == Some(false),
        "target": context.target,
        "write_paths": context.write_paths,
        "content": context.content,
        "source_of_truth": context.source_of_truth,
        "tool": context.tool,
        "intel": context.intel,
        "purchase": money,
        "more": unknown,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> GuardContext {
        GuardContext {
            agent_id: Some("a".into()),
            action_type: "deploy".into(),
            declared_goal: Some("ship".into()),
            ..GuardContext::default()
        }
    }

    #[test]
    fn whatever_is_asked_counts() {
        let some = |text: &str| Some(text.to_owned());
        let purchase = |usd| Some(Purchase { cost_estimate: Some(usd), ..Purchase::default() });
        let others = [
            context(),
            GuardContext { agent_id: some("b"), ..context() },
            GuardContext { action_type: "drop".into(), ..context() },
            GuardContext { declared_goal: None, ..context() },
            GuardContext { systems_touched: vec!["production".into()], ..context() },
            GuardContext { reversible: Some(false), ..context() },
            GuardContext { target: some("/etc/passwd"), ..context() },
            GuardContext { write_paths: vec!["/etc/passwd".into()], ..context() },
            GuardContext { content: Some(json!("x")), ..context() },
            GuardContext { source_of_truth: Some(json!({})), ..context() },
            GuardContext { tool: Some(json!({})), ..context() },
            GuardContext { intel: Some(json!({})), ..context() },
            GuardContext { purchase: purchase(1.0), ..context() },
            GuardContext { purchase: purchase(2.0), ..context() },
        ];
        let mut digests: Vec<String> =
            others.iter().map(|context| digest(context, &Map::new(), &[])).collect();
        let more = json!({"arguments": {"amount": 9_007_199_254_740_993_u64}});
        let other = json!({"arguments": {"amount": 9_007_199_254_740_992_u64}});
        digests.extend([more, other].iter().map(|more| digest(&context(), more.as_object().unwrap(), &[])));
        let distinct: std::collections::BTreeSet<_> = digests.iter().collect();
        assert_eq!(distinct.len(), digests.len());
    }

    #[test]
    fn numbers_that_a_reader_would_round_are_told_apart() {
        let body = br#"{"a":100000000000000000001,"b":"2000000000000000000000 \\\"3000000000000000000000","c":[-0.12345678901234567,1e5]}"#;
        assert_eq!(long_numbers(body), ["100000000000000000001", "-0.12345678901234567"]);
        assert!(long_numbers(br#"{"risk_score":90,"order":1234567890123456}"#).is_empty());
    }

    #[test]
    fn what_is_not_asked_does_not_count() {
        let same = GuardContext {
            agent_name: Some("Anna".into()),
            risk_score: Some(5.0),
            reversible: Some(true),
            now_ms: 5,
            ..context()
        };
        assert_eq!(digest(&same, &Map::new(), &[]), digest(&context(), &Map::new(), &[]));
    }

    #[test]
    fn what_no_operation_declares_is_asked_as_well() {
        let body = json!({
            "action_type": "x", "writePaths": [], "reasoning": "r", "record": true, "_signature": "s", "gone": null,
            "arguments": {"a": 1},
        });
        let unknown = unknown_members(body.as_object().unwrap());
        assert_eq!(Value::Object(unknown), json!({"arguments": {"a": 1}}));
    }
}

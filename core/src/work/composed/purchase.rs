//! `record_x402_purchase`: tells the server of a purchase that was paid already.
//!
//! The money is spent before the first request. So once the purchase is recorded, no later step may hide it: what a step
//! brought, or why it failed, stands in the answer, and the next step is taken all the same.

use serde_json::Value;

use super::{Steps, answer};
use crate::client::call::blocked;
use crate::client::modes::{Members, raw, raw_text, to_json, value};
use crate::{Error, Response, Result};

pub(super) async fn record(mut steps: Steps<'_>) -> Result<Response> {
    steps.prepared.body = Some(to_json(&purchase(&steps)?)?.into());
    let response = steps.send().await.map_err(with_action)?;
    let mut recorded: Members = response.json()?;
    let decision = value(&recorded, "decision");
    let id = action_id(&value(&recorded, "action"));
    if decision["decision"] == "block" {
        return Err(steps.client.redact_error(blocked(decision)).with(|fields| fields.action_id = id));
    }
    let mut told = Members::new();
    for name in ["action", "purchase", "decision"] {
        told.insert(name.to_owned(), recorded.remove(name).map_or_else(|| raw("null".to_owned()), Ok)?);
    }
    let mut errors = Members::new();
    let mut tell = |name: &str, brought: Option<Result<Response>>| -> Result<()> {
        let brought = match brought {
            Some(Ok(response)) => raw(String::from_utf8_lossy(&response.body).into_owned())?,
            Some(Err(error)) => {
                errors.insert(name.to_owned(), raw(error.to_json())?);
                raw("null".to_owned())?
            }
            None => raw("null".to_owned())?,
        };
        told.insert(name.to_owned(), brought);
        Ok(())
    };
    if let Some(id) = id {
        let summary = summary(&steps);
        tell("outcome", Some(report(&steps, &id, &summary).await))?;
        tell("artifact", file(&steps, &id, &summary).await)?;
    } else {
        tell("outcome", None)?;
        tell("artifact", None)?;
    }
    let errors = to_json(&errors)?;
    told.insert("errors".to_owned(), raw(String::from_utf8_lossy(&errors).into_owned())?);
    Ok(Response { body: answer(&told)?.body, ..response })
}

/// The purchase as the server takes it. Texts that are missing are made of the provider's name.
fn purchase(steps: &Steps<'_>) -> Result<Members> {
    let provider = steps.text("provider").unwrap_or_default();
    let texts = [
        ("declared_goal", "x402 capability call to"),
        ("purchase_reason", "Paid x402 capability call to"),
        ("context_gap", "Capability gated behind payment at"),
        ("expected_value", "Paid result from"),
    ];
    let mut purchase = Members::new();
    for (name, default) in texts {
        let text = steps.text(name).unwrap_or_else(|| format!("{default} {provider}"));
        purchase.insert(name.to_owned(), raw_text(&text)?);
    }
    for name in ["agent_id", "provider", "currency", "payment_method"] {
        if let Some(json) = steps.value(name) {
            purchase.insert(name.to_owned(), raw(json.into_owned())?);
        }
    }
    for name in ["spend_amount", "cost_estimate"] {
        purchase.insert(name.to_owned(), raw(steps.value("spend").unwrap_or_default().into_owned())?);
    }
    Ok(purchase)
}

/// Reports the action as done: it is, whatever the server thinks of it.
async fn report(steps: &Steps<'_>, id: &str, summary: &str) -> Result<Response> {
    let outcome = Members::from([
        ("action_id".to_owned(), raw_text(id)?),
        ("status".to_owned(), raw_text("completed")?),
        ("summary".to_owned(), raw_text(summary)?),
    ]);
    steps.call("report_action_outcome", &outcome).await
}

/// Files the proof of payment, when there is one.
async fn file(steps: &Steps<'_>, id: &str, summary: &str) -> Option<Result<Response>> {
    let proofs = [("transaction_hash", "transactionHash"), ("request_id", "requestId")];
    let proofs: Vec<_> =
        proofs.into_iter().filter_map(|(name, wire_name)| Some((wire_name, steps.text(name)?))).collect();
    if proofs.is_empty() {
        return None;
    }
    let filing = || {
        let mut data =
            Members::from([("origin".to_owned(), raw_text(&steps.text("provider").unwrap_or_default())?)]);
        for (name, proof) in &proofs {
            data.insert((*name).to_owned(), raw_text(proof)?);
        }
        let data = String::from_utf8_lossy(&to_json(&data)?).into_owned();
        let result =
            Members::from([("summary".to_owned(), raw_text(summary)?), ("data".to_owned(), raw(data)?)]);
        let result = String::from_utf8_lossy(&to_json(&result)?).into_owned();
        Ok(Members::from([("action_id".to_owned(), raw_text(id)?), ("result".to_owned(), raw(result)?)]))
    };
    Some(match filing() {
        Ok(filing) => steps.call("record_purchase_result", &filing).await,
        Err(error) => Err(error),
    })
}

/// What was paid, in a sentence; numbers as JavaScript writes them.
fn summary(steps: &Steps<'_>) -> String {
    let spend = steps.value("spend").and_then(|json| json.parse::<f64>().ok()).unwrap_or_default();
    let currency = steps.text("currency").unwrap_or_default();
    let provider = steps.text("provider").unwrap_or_default();
    format!("x402 settled: ${} {currency} at {provider}", ryu_js::Buffer::new().format_finite(spend))
}

/// The action's id; older servers number actions.
fn action_id(action: &Value) -> Option<String> {
    let id = |name: &str| match &action[name] {
        Value::String(id) if !id.is_empty() => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    };
    id("action_id").or_else(|| id("id"))
}

/// A refusal that still recorded the action says which one.
fn with_action(error: Error) -> Error {
    let id = error.fields().body.as_ref().and_then(|body| action_id(&body["action"]));
    error.with(|fields| fields.action_id = id.or_else(|| fields.action_id.take()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_action_s_id_is_found_wherever_it_stands() {
        assert_eq!(action_id(&json!({"action_id": "act_1", "id": 7})).as_deref(), Some("act_1"));
        assert_eq!(action_id(&json!({"action_id": "", "id": 7})).as_deref(), Some("7"));
        assert_eq!(action_id(&json!({"id": "x"})).as_deref(), Some("x"));
        assert_eq!(action_id(&json!({"id": null})), None);
        assert_eq!(action_id(&Value::Null), None);
    }
}

//! `auto_recommend`: adapting an action to what was learned from earlier ones.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{Members, raw, raw_text, value};
use crate::client::options::Mode;
use crate::{CallOptions, DashClaw, Result};

/// What was found out about one action.
pub(crate) struct Advice {
    /// The recommendation as the server wrote it.
    pub(crate) recommendation: Box<RawValue>,
    /// The action with it.
    pub(crate) adapted: Members,
    /// What it changed.
    pub(crate) adapted_fields: Vec<&'static str>,
    id: Value,
    confidence: f64,
}

impl DashClaw {
    /// Adapts `action` to the best recommendation, or notes in it why it was not applied. What cannot be fetched is no
    /// reason not to act.
    pub(super) async fn apply_recommendation(&self, action: &mut Members, mode: Mode) -> Result<()> {
        let Some(action_type) = value(action, "action_type").as_str().map(str::to_owned) else {
            return Ok(());
        };
        let advice = match self.advice(action).await {
            Ok(Some(advice)) => advice,
            Ok(None) => return Ok(()),
            Err(error) => {
                self.tell_background("recommendation", &error);
                return Ok(());
            }
        };
        let reason = self.objection(&advice, mode).await;
        self.report_event(&advice, &action_type, reason.as_deref()).await;
        if reason.is_none() {
            *action = advice.adapted;
        }
        action.insert("recommendation_id".to_owned(), raw(advice.id.to_string())?);
        action.insert("recommendation_applied".to_owned(), raw(reason.is_none().to_string())?);
        if let Some(reason) = reason {
            action.insert("recommendation_override_reason".to_owned(), raw_text(&reason)?);
        }
        Ok(())
    }

    /// The best recommendation for `action`, which the caller's hook is told.
    async fn advice(&self, action: &Members) -> Result<Option<Advice>> {
        let advice = self.recommended(action, &CallOptions::default()).await?;
        if let (Some(advice), Some(tell)) = (&advice, &self.config().hooks.on_recommendation) {
            let recommendation = &advice.recommendation;
            let told = json!({ "action": advice.adapted, "recommendation": recommendation, "adapted_fields": advice.adapted_fields });
            tell(&told.to_string());
        }
        Ok(advice)
    }

    /// The best recommendation for actions like this one; nothing for an action without a type.
    pub(crate) async fn recommended(
        &self,
        action: &Members,
        options: &CallOptions,
    ) -> Result<Option<Advice>> {
        #[derive(Deserialize)]
        struct List {
            #[serde(default)]
            recommendations: Vec<Box<RawValue>>,
        }
        let Some(action_type) = value(action, "action_type").as_str().map(str::to_owned) else {
            return Ok(None);
        };
        let query = json!({ "action_type": action_type, "limit": 1, "track_events": true }).to_string();
        let list: List = self.call("get_recommendations", query.as_bytes(), options).await?.json()?;
        let Some(recommendation) = list.recommendations.into_iter().next() else { return Ok(None) };
        let read: Value = serde_json::from_str(recommendation.get()).unwrap_or_default();
        let (adapted, adapted_fields) = adapt(action, &read["hints"])?;
        let (id, confidence) = (read["id"].clone(), read["confidence"].as_f64().unwrap_or(0.0));
        Ok(Some(Advice { recommendation, adapted, adapted_fields, id, confidence }))
    }

    /// Why a recommendation is not applied; nothing when it is.
    async fn objection(&self, advice: &Advice, mode: Mode) -> Option<String> {
        let least = self.config().modes.recommendation_confidence_min;
        if advice.confidence < least {
            return Some(format!("confidence_below_threshold:{}<{least}", advice.confidence));
        }
        let verdict = self.probe(&advice.adapted).await.ok();
        match verdict.as_ref().and_then(|decision| decision["decision"].as_str()) {
            Some(verdict @ ("block" | "require_approval")) => Some(format!("guard_restrictive:{verdict}")),
            _ if mode == Mode::Warn => Some("warn_mode_no_autoadapt".to_owned()),
            _ => None,
        }
    }

    /// Tells the server what became of its recommendation; a failure is of no consequence to the action.
    async fn report_event(&self, advice: &Advice, action_type: &str, reason: Option<&str>) {
        let (event_type, details) = if let Some(reason) = reason {
            ("overridden", json!({ "action_type": action_type, "reason": reason }))
        } else {
            let (fields, confidence) = (&advice.adapted_fields, advice.confidence);
            (
                "applied",
                json!({ "action_type": action_type, "adapted_fields": fields, "confidence": confidence }),
            )
        };
        let event = json!({
            "agent_id": self.agent_id(), "recommendation_id": advice.id, "event_type": event_type, "details": details,
        });
        let events = json!({ "events": [event] }).to_string();
        let sent =
            self.call("record_recommendation_events", events.as_bytes(), &CallOptions::default()).await;
        if let Err(error) = sent {
            self.tell_missed("recommendation_event", &error);
        }
    }
}

/// `action` with the recommendation's hints, and the names of what they changed: a lower risk, a reversible course, a
/// higher confidence.
fn adapt(action: &Members, hints: &Value) -> Result<(Members, Vec<&'static str>)> {
    let mut adapted = action.clone();
    let mut fields = Vec::new();
    let number = |name: &str| value(action, name).as_f64();
    let mut set = |name: &'static str, value: &Value| -> Result<()> {
        adapted.insert(name.to_owned(), raw(value.to_string())?);
        fields.push(name);
        Ok(())
    };
    if let Some(cap) = hints["preferred_risk_cap"].as_f64()
        && number("risk_score").is_none_or(|risk| risk > cap)
    {
        set("risk_score", &hints["preferred_risk_cap"])?;
    }
    if hints["prefer_reversible"] == true && value(action, "reversible").is_null() {
        set("reversible", &json!(true))?;
    }
    if let Some(floor) = hints["confidence_floor"].as_f64()
        && number("confidence").is_none_or(|confidence| confidence < floor)
    {
        set("confidence", &hints["confidence_floor"])?;
    }
    Ok((adapted, fields))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::modes::members;

    fn adapted(action: &str, hints: &Value) -> (Value, Vec<&'static str>) {
        let (adapted, fields) = adapt(&members(action.as_bytes()).unwrap(), hints).unwrap();
        (serde_json::to_value(adapted).unwrap(), fields)
    }

    #[test]
    fn hints_only_make_an_action_safer() {
        let hints = json!({ "preferred_risk_cap": 40, "prefer_reversible": true, "confidence_floor": 60 });
        let (action, fields) = adapted(r#"{"risk_score":90,"reversible":false,"confidence":80}"#, &hints);
        assert_eq!(action, json!({ "risk_score": 40, "reversible": false, "confidence": 80 }));
        assert_eq!(fields, ["risk_score"]);
    }

    #[test]
    fn hints_fill_what_is_missing_and_no_hints_change_nothing() {
        let hints = json!({ "preferred_risk_cap": 40, "prefer_reversible": true, "confidence_floor": 60 });
        let (action, _) = adapted("{}", &hints);
        assert_eq!(action, json!({ "risk_score": 40, "reversible": true, "confidence": 60 }));
        assert_eq!(adapted(r#"{"a":1}"#, &Value::Null), (json!({"a": 1}), vec![]));
    }
}

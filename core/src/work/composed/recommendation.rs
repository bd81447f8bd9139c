//! `recommend_action`: an action, adapted to what earlier ones teach.

use super::{Steps, answer};
use crate::client::modes::{Members, members, raw, to_json};
use crate::{Response, Result};

pub(super) async fn apply(steps: Steps<'_>) -> Result<Response> {
    let action = members(steps.value("action").unwrap_or_default().as_bytes())?;
    let advice = steps.client.recommended(&action, steps.options).await?;
    let (recommendation, adapted, fields) = match advice {
        Some(advice) => (advice.recommendation, advice.adapted, advice.adapted_fields),
        None => (raw("null".to_owned())?, action, Vec::new()),
    };
    let fields = serde_json::Value::from(fields).to_string();
    answer(&Members::from([
        ("action".to_owned(), raw(String::from_utf8_lossy(&to_json(&adapted)?).into_owned())?),
        ("recommendation".to_owned(), recommendation),
        ("adapted_fields".to_owned(), raw(fields)?),
    ]))
}

//! `record_purchase_result`: files what a purchase brought as an artifact of its action.

use super::Steps;
use crate::client::modes::{Members, members, raw, raw_text, to_json};
use crate::{Response, Result};

const TYPE: &str = "x402_purchase_result";

pub(super) async fn record(mut steps: Steps<'_>) -> Result<Response> {
    let id = steps.text("action_id").unwrap_or_default();
    let mut result = match steps.value("result") {
        Some(json) => members(json.as_bytes())?,
        None => Members::new(),
    };
    let mut text = |name: &str| {
        let empty = |json: &str| matches!(json, "\"\"" | "0" | "false");
        result.remove(name).filter(|json| !empty(json.get())).map_or_else(|| raw("null".to_owned()), Ok)
    };
    let (description, content_url) = (text("summary")?, text("url")?);
    let data = result.remove("data").filter(|json| json.get() != "null");
    let artifact = Members::from([
        ("artifact_type".to_owned(), raw_text(TYPE)?),
        ("name".to_owned(), raw_text(&format!("x402 result {id}"))?),
        ("description".to_owned(), description),
        ("content_json".to_owned(), data.map_or_else(|| raw("{}".to_owned()), Ok)?),
        ("content_url".to_owned(), content_url),
        ("source_action_id".to_owned(), raw_text(&id)?),
    ]);
    steps.prepared.body = Some(to_json(&artifact)?.into());
    steps.send().await
}

//! The action binding of agent tokens: a digest inside a JWT that ties it to one act.

use crate::json::Json;
use crate::proof::canonical::digest;

/// The `typ` of the binding in the claim `urn:dashclaw:act-binding`.
pub const BINDING_TYPE: &str = "action-binding/v1";

/// The act lacks `action`, `goal` or `target`, or one of them is not text or is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an action binding needs `action`, `goal` and `target` as non-empty text")]
pub struct IncompleteAct;

/// The digest that binds a token to the act `{action, goal, target}`; other members do not count.
pub fn action_binding_hash(act: &Json) -> Result<String, IncompleteAct> {
    let mut bound = Vec::new();
    for name in ["action", "goal", "target"] {
        match act.get(name) {
            Some(Json::String(text)) if !text.to_string_lossy().is_empty() => {
                bound.push((name, Json::String(text.clone())));
            }
            _ => return Err(IncompleteAct),
        }
    }
    digest(&Json::object(bound)).map_err(|_| IncompleteAct)
}

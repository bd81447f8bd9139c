//! What a key may speak for. A key that is bound to an agent acts as that agent, on what that agent did.

use dashclaw::catalogue::{Place, Row};
use serde_json::{Map, Value};

use super::call::Call;
use super::route::{Owns, Route};
use crate::failure::{Answer, Failure};
use crate::keys::Caller;

/// Checks which agent a writing request claims to come from, in whatever spelling and place, and fills the key's own agent
/// in where none is claimed.
///
/// A key that was revoked while the request came in is refused here: its body may have taken long.
pub(super) fn claim(
    caller: &Caller,
    row: Option<&Row>,
    path: &[(String, String)],
    query: &mut Vec<(String, String)>,
    body: &mut Map<String, Value>,
) -> Answer<()> {
    if caller.revoked.is_cancelled() {
        return Err(Failure::unauthorized());
    }
    let Some(bound) = caller.agent_id.as_deref() else { return Ok(()) };
    let named = path.iter().chain(query.iter()).filter(|(name, _)| names_agent(name));
    if named.into_iter().any(|(_, value)| !value.is_empty() && value != bound) || !claims_only(bound, body) {
        return Err(Failure::other_agent());
    }
    let Some(field) = row.and_then(|row| row.fields.iter().find(|field| field.name == "agent_id")) else {
        return Ok(());
    };
    match field.place {
        Place::Body => drop(body.insert(field.on_wire().to_owned(), bound.into())),
        Place::Query => query.push((field.on_wire().to_owned(), bound.to_owned())),
        Place::Path | Place::Local => {}
    }
    Ok(())
}

/// `agent_id`, `agentId`, `Agent-ID`, …
fn names_agent(name: &str) -> bool {
    let letters = name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase);
    letters.eq("agentid".chars())
}

/// Whether every agent that the body claims, or one of several events in it, is the bound one. What is no text claims
/// another.
fn claims_only(bound: &str, body: &Map<String, Value>) -> bool {
    let own = body.iter().filter(|(name, _)| names_agent(name)).all(|(_, value)| match value {
        Value::Null => true,
        Value::String(text) => text.is_empty() || text == bound,
        _ => false,
    });
    let events = body.get("events").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    own && events.iter().filter_map(Value::as_object).all(|event| claims_only(bound, event))
}

/// Keeps permission from a key that was revoked while guard was asked: webhooks may take seconds.
pub(super) fn still_holds(caller: Option<&Caller>, route: &Route) -> Answer<()> {
    if route.permits && caller.is_some_and(|caller| caller.revoked.is_cancelled()) {
        return Err(Failure::unauthorized());
    }
    Ok(())
}

/// Checks that what a writing request changes or adds to is the bound agent's: what its path names, and what something new
/// hangs on.
pub(super) async fn owns(call: &Call, route: &Route) -> Answer<()> {
    let context = &call.context;
    let bound = context.caller.as_ref().and_then(|caller| caller.agent_id.as_deref());
    let Some(bound) = bound else { return Ok(()) };
    for Owns { argument, owned } in &route.owned {
        let Some(id) = call.text(argument).filter(|id| !id.is_empty()) else { continue };
        let unknown = owned.unknown;
        match (owned.agent_of)(context, id.clone()).await? {
            Some(agent) if agent == bound => {}
            Some(_) => return Err(Failure::other_agent()),
            // Answered here, since another agent may create it before the handler looks.
            None if route.path.contains(&format!("{{{argument}}}")) => {
                return Err(Failure::not_found(unknown));
            }
            None => return Err(Failure::not_found(format!("Parent {}", unknown.to_lowercase()))),
        }
    }
    Ok(())
}

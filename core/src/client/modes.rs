//! `guard_mode`, `hitl_mode` and `auto_recommend`: what the client does by itself around an action that is created.

mod recommend;

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::api::guard::Guard;
use crate::catalogue::{Operation, Row};
use crate::client::call::{blocked, quote};
use crate::client::options::{HitlMode, Mode};
use crate::terminal::printable;
use crate::{CallOptions, DashClaw, Error, ErrorKind, OnReplay, Response, Result, WaitOptions};

/// The arguments of an action, each as the bytes that the caller wrote.
pub(crate) type Members = BTreeMap<String, Box<RawValue>>;

/// JSON text as a member.
pub(crate) fn raw(json: String) -> Result<Box<RawValue>> {
    RawValue::from_string(json).map_err(|error| Error::new(ErrorKind::Internal, error.to_string()))
}

/// Reads the JSON object `arguments`.
pub(crate) fn members(arguments: &[u8]) -> Result<Members> {
    serde_json::from_slice(arguments)
        .map_err(|error| Error::argument("arguments", format!("are not a JSON object: {error}")))
}

impl DashClaw {
    /// Creates an action with the client's modes around it.
    pub(crate) async fn create_with_modes(
        &self,
        row: &'static Row,
        arguments: &[u8],
        options: &CallOptions,
    ) -> Result<Response> {
        // What cannot be right is refused before anything is asked.
        self.prepare(row, arguments, options)?;
        let modes = self.config().modes;
        let mut action = members(arguments)?;
        if modes.recommend != Mode::Off {
            self.apply_recommendation(&mut action, modes.recommend).await?;
        }
        if modes.guard != Mode::Off {
            self.ask_first(&action, modes.guard).await?;
        }
        let created = self.call_plainly(row, &to_json(&action)?, options).await?;
        match modes.hitl {
            HitlMode::Wait => self.wait_when_pending(created, options).await,
            HitlMode::Off => Ok(created),
        }
    }

    /// Asks guard about the action. In `enforce` a block is an error, and so is an answer that did not come; in `warn`
    /// both are told. An approval that is required is left to the server, which asks for it when the action is created.
    async fn ask_first(&self, action: &Members, mode: Mode) -> Result<()> {
        let decision = match self.probe(action).await {
            Ok(decision) => decision,
            Err(error) if mode == Mode::Enforce => return Err(error),
            Err(error) => {
                self.print(&format!(
                    "[DashClaw] Guard could not be asked: {}",
                    printable(&error.to_string())
                ));
                return Ok(());
            }
        };
        if let Some(tell) = &self.config().hooks.on_guard {
            tell(&decision.to_string());
        }
        match decision["decision"].as_str() {
            Some("block") if mode == Mode::Enforce => Err(self.redact_error(blocked(decision))),
            Some("allow") => Ok(()),
            Some(verdict) => {
                let reason = decision["reason"].as_str().map(|reason| format!(": {}", printable(reason)));
                let verdict = printable(verdict);
                self.print(&format!("[DashClaw] Guard says {verdict}{}", reason.unwrap_or_default()));
                Ok(())
            }
            None => Err(Error::new(ErrorKind::MalformedResponse, "guard gave no verdict")),
        }
    }

    /// Asks guard about an action: those of its members that guard knows.
    pub(crate) async fn probe(&self, action: &Members) -> Result<Value> {
        let row = const { &Guard::ROW };
        let asked: Members = action
            .iter()
            .filter(|(name, _)| row.field(name).is_some_and(|field| field.name != "idempotency_key"))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        self.call_plainly(row, &to_json(&asked)?, &CallOptions::default()).await?.json()
    }

    /// Waits for the decision about a created action that needs one; the approved action takes the place of the pending
    /// one in the answer. A caller that asked for the record of a replay gets it as it is.
    async fn wait_when_pending(&self, created: Response, options: &CallOptions) -> Result<Response> {
        let body: Value = created.json()?;
        if options.on_replay == OnReplay::Return && body["idempotent_replay"] == true {
            return Ok(created);
        }
        let (action, id) = (&body["action"], &body["action"]["action_id"]);
        let (Some("pending_approval"), Some(id)) = (action["status"].as_str(), id.as_str()) else {
            return Ok(created);
        };
        let decided = self.wait_for_pending(id, &WaitOptions::default()).await?;
        let mut answer: Members = created.json()?;
        let mut read: Members = decided.json()?;
        if let Some(action) = read.remove("action") {
            answer.insert("action".to_owned(), action);
        }
        Ok(Response { body: to_json(&answer)?.into(), ..created })
    }
}

/// Members as a JSON object.
pub(crate) fn to_json(members: &Members) -> Result<Vec<u8>> {
    serde_json::to_vec(members).map_err(|error| Error::new(ErrorKind::Internal, error.to_string()))
}

/// A text as a member.
pub(crate) fn raw_text(text: &str) -> Result<Box<RawValue>> {
    raw(quote(text))
}

/// A member as a value; null when there is none.
pub(crate) fn value(members: &Members, name: &str) -> Value {
    members.get(name).and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or(json!(null))
}

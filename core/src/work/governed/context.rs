//! Requests about one action, without repeating its id.

use crate::api::actions::{UpdateOutcome, UpdatedAction};
use crate::api::assumptions::{CreatedAssumption, RecordAssumption};
use crate::api::messages::{SendMessage, SentMessage};
use crate::{DashClaw, Result};

/// One action, for requests about it: see [`DashClaw::action_context`].
#[derive(Clone, Debug)]
pub struct ActionContext {
    client: DashClaw,
    action_id: String,
}

impl DashClaw {
    /// Requests about one action, whose id then need not be repeated. Nothing is sent.
    pub fn action_context(&self, action_id: impl Into<String>) -> ActionContext {
        ActionContext { client: self.clone(), action_id: action_id.into() }
    }
}

impl ActionContext {
    /// The action.
    pub fn action_id(&self) -> &str {
        &self.action_id
    }

    /// [`send_message`](DashClaw::send_message) about this action.
    pub async fn send_message(&self, message: SendMessage) -> Result<SentMessage> {
        self.client
            .send_message(SendMessage { action_id: Some(self.action_id.as_str().into()), ..message })
            .await
    }

    /// [`record_assumption`](DashClaw::record_assumption) for this action.
    pub async fn record_assumption(&self, assumption: RecordAssumption) -> Result<CreatedAssumption> {
        let action_id = self.action_id.as_str().into();
        self.client.record_assumption(RecordAssumption { action_id, ..assumption }).await
    }

    /// [`update_outcome`](DashClaw::update_outcome) of this action.
    pub async fn update_outcome(&self, outcome: UpdateOutcome) -> Result<UpdatedAction> {
        let action_id = self.action_id.as_str().into();
        self.client.update_outcome(UpdateOutcome { action_id, ..outcome }).await
    }
}

//! A message and a thread.

use serde_json::Value;

use crate::api::actions::ActionId;
use crate::catalogue::lenient;
use crate::{open_enum, record};

open_enum! {
    /// What kind of message it is.
    pub enum MessageType {
        /// Asks for something to be done.
        Action = "action",
        /// Tells something.
        Info = "info",
        /// Tells what was learned.
        Lesson = "lesson",
        /// Asks something.
        Question = "question",
        /// Tells how far something is.
        Status = "status",
    }
}

open_enum! {
    /// What became of a message.
    pub enum MessageStatus {
        /// It was sent. A message to everybody stays so.
        Sent = "sent",
        /// Its receiver has read it.
        Read = "read",
        /// It was archived.
        Archived = "archived",
    }
}

record! {
    /// A message from an agent to another one, or to everybody.
    pub struct AgentMessage {
        /// Which message: `msg_` and 24 hex digits.
        id: String,
        /// Whose organisation.
        #[serde(default)]
        org_id: String,
        /// The thread it belongs to.
        #[serde(default)]
        thread_id: Option<String>,
        /// Who sent it.
        #[serde(default)]
        from_agent_id: String,
        /// To which agent; nothing when it is for everybody.
        #[serde(default)]
        to_agent_id: Option<String>,
        /// What kind of message it is.
        #[serde(default)]
        message_type: MessageType,
        /// What it is about.
        #[serde(default)]
        subject: Option<String>,
        /// What it says.
        #[serde(default)]
        body: String,
        /// Whether it is urgent.
        #[serde(default, deserialize_with = "lenient::truth")]
        urgent: bool,
        /// What became of it.
        #[serde(default)]
        status: MessageStatus,
        /// The shared document it is about.
        #[serde(default)]
        doc_ref: Option<String>,
        /// JSON text: the agents that have read a message to everybody.
        #[serde(default)]
        read_by: Option<String>,
        /// The action it is about.
        #[serde(default)]
        action_id: Option<ActionId>,
        /// When it was sent: ISO-8601, UTC.
        #[serde(default)]
        created_at: String,
        /// When it was read: ISO-8601, UTC.
        #[serde(default)]
        read_at: Option<String>,
        /// When it was archived: ISO-8601, UTC.
        #[serde(default)]
        archived_at: Option<String>,
        /// What is told of its files, without their content. The members are the server's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attachments: Option<Vec<Value>>,
        /// In lists, whether the agent that asks has read it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        is_read: Option<bool>,
    }

    /// A thread of messages.
    pub struct MessageThread {
        /// Which thread: `mt_` and 24 hex digits.
        id: String,
        /// What it is called.
        #[serde(default)]
        name: String,
        /// JSON text: the agents that take part.
        #[serde(default)]
        participants: Option<String>,
        /// `open` or `resolved`.
        #[serde(default)]
        status: String,
        /// What came of it.
        #[serde(default)]
        summary: Option<String>,
        /// Who began it.
        #[serde(default)]
        created_by: String,
        /// When it began: ISO-8601, UTC.
        #[serde(default)]
        created_at: String,
        /// When it was last changed: ISO-8601, UTC.
        #[serde(default)]
        updated_at: String,
        /// When it ended: ISO-8601, UTC.
        #[serde(default)]
        resolved_at: Option<String>,
    }
}

//! A message and a thread.

use crate::api::ids::ActionId;
use serde_json::Value;

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
        #[required]
        id: String,
        /// Whose organisation.
        org_id: String,
        /// The thread it belongs to.
        thread_id: Option<String>,
        /// Who sent it.
        from_agent_id: String,
        /// To which agent; nothing when it is for everybody.
        to_agent_id: Option<String>,
        /// What kind of message it is.
        message_type: MessageType,
        /// What it is about.
        subject: Option<String>,
        /// What it says.
        body: String,
        /// Whether it is urgent.
        #[read = "lenient::truth"]
        urgent: bool,
        /// What became of it.
        status: MessageStatus,
        /// The shared document it is about.
        doc_ref: Option<String>,
        /// JSON text: the agents that have read a message to everybody.
        read_by: Option<String>,
        /// The action it is about.
        action_id: Option<ActionId>,
        /// When it was sent: ISO-8601, UTC.
        created_at: String,
        /// When it was read: ISO-8601, UTC.
        read_at: Option<String>,
        /// When it was archived: ISO-8601, UTC.
        archived_at: Option<String>,
        /// What is told of its files, without their content. The members are the server's own.
        #[serde(skip_serializing_if = "Option::is_none")]
        attachments: Option<Vec<Value>>,
        /// In lists, whether the agent that asks has read it.
        #[serde(skip_serializing_if = "Option::is_none")]
        is_read: Option<bool>,
    }

    /// A thread of messages.
    pub struct MessageThread {
        /// Which thread: `mt_` and 24 hex digits.
        #[required]
        id: String,
        /// What it is called.
        name: String,
        /// JSON text: the agents that take part.
        participants: Option<String>,
        /// `open` or `resolved`.
        status: String,
        /// What came of it.
        summary: Option<String>,
        /// Who began it.
        created_by: String,
        /// When it began: ISO-8601, UTC.
        created_at: String,
        /// When it was last changed: ISO-8601, UTC.
        updated_at: String,
        /// When it ended: ISO-8601, UTC.
        resolved_at: Option<String>,
    }
}

//! Messages: what agents tell each other, alone or in threads.

pub mod attachments;
mod message;

use crate::api::ids::ActionId;
pub use message::{AgentMessage, MessageStatus, MessageThread, MessageType};
use serde_json::{Map, Value};

use crate::catalogue::{Fill, Repeat};
use crate::{open_enum, operations, record};

open_enum! {
    /// Which way messages went.
    pub enum MessageDirection {
        /// To the agent, or to everybody; without its own and without archived ones.
        Inbox = "inbox",
        /// From the agent.
        Sent = "sent",
        /// Both.
        All = "all",
    }
}

operations! { "messages":
    /// Sends a message to an agent, or to everybody.
    ///
    /// Sender and receiver must be known to the server, by a heartbeat, an action, an identity or an earlier message;
    /// otherwise it is an error of kind `permission`. An unknown thread is one of kind `not_found`. Secrets in the text
    /// are made illegible before it is stored.
    send_message = Post "/api/messages" => SentMessage [
        positional(&["body", "to", "message_type", "attachments"]), open(),
    ]
    SendMessage {
        /// What to say. At most 2000 characters.
        body: String [max(2000)],
        /// To which agent. To everybody unless given.
        to: Option<String> [wire("to_agent_id")],
        /// What kind of message it is.
        message_type: Option<MessageType> [default("\"info\""), also("type")],
        /// Files, at most 3, one object each: `filename`, `mime_type`, and `data`, base64, of at most 5 MB.
        attachments: Option<Vec<Value>> [max(3)],
        /// What it is about, in short. At most 200 characters.
        subject: Option<String> [max(200)],
        /// The thread it belongs to: `mt_…`; it must be open.
        thread_id: Option<String>,
        /// Whether it is urgent; false unless given.
        urgent: Option<bool>,
        /// A shared document it is about.
        doc_ref: Option<String>,
        /// The action it is about.
        action_id: Option<ActionId>,
        /// Who sends it. The client's own agent unless given.
        from_agent_id: Option<String> [fill(Fill::AgentId)],
    }

    /// Sends a message to everybody. The same limits and errors hold as for `send_message`.
    broadcast = Post "/api/messages" => SentMessage [
        positional(&["body", "message_type", "subject", "thread_id"]),
    ]
    Broadcast {
        /// What to say. At most 2000 characters.
        body: String [max(2000)],
        /// What kind of message it is.
        message_type: Option<MessageType> [default("\"info\""), also("type")],
        /// What it is about, in short. At most 200 characters.
        subject: Option<String> [max(200)],
        /// The thread it belongs to: `mt_…`; it must be open.
        thread_id: Option<String>,
        /// Whether it is urgent; false unless given.
        urgent: Option<bool>,
        /// Who sends it. The client's own agent unless given.
        from_agent_id: Option<String> [fill(Fill::AgentId)],
    }

    /// Lists messages of the agent.
    get_messages = Get "/api/messages" => MessageList, each AgentMessage as iter_messages [
        positional(&["direction", "message_type", "unread", "thread_id", "limit"]), pages("messages"),
    ]
    GetMessages {
        /// Which way they went; `inbox` unless given.
        direction: Option<MessageDirection>,
        /// Only this kind.
        message_type: Option<MessageType> [wire("type"), also("type")],
        /// Whether to list unread ones only. A message to everybody stays unread here.
        unread: Option<bool>,
        /// Only this thread.
        thread_id: Option<String>,
        /// How many, 1 to 1000; 50 unless given.
        limit: Option<i64> [range(1, 1000)],
        /// How many to skip.
        offset: Option<i64> [range(0, i64::MAX)],
        /// Of which agent. The client's own unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
    }

    /// Lists messages to the agent or to everybody, without its own and without archived ones.
    get_inbox = Get "/api/messages" => MessageList, each AgentMessage as iter_inbox [open(), pages("messages")]
    GetInbox {
        /// Only this kind.
        message_type: Option<MessageType> [wire("type"), also("type")],
        /// Whether to list unread ones only. A message to everybody stays unread here.
        unread: Option<bool>,
        /// Only this thread.
        thread_id: Option<String>,
        /// How many, 1 to 1000; 50 unless given.
        limit: Option<i64> [range(1, 1000)],
        /// How many to skip.
        offset: Option<i64> [range(0, i64::MAX)],
        /// Of which agent. The client's own unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
        /// Which way they went.
        direction: Option<String> [constant("\"inbox\"")],
    }

    /// Lists messages that the agent sent.
    get_sent_messages = Get "/api/messages" => MessageList, each AgentMessage as iter_sent_messages [
        positional(&["message_type", "thread_id", "limit"]), pages("messages"),
    ]
    GetSentMessages {
        /// Only this kind.
        message_type: Option<MessageType> [wire("type"), also("type")],
        /// Only this thread.
        thread_id: Option<String>,
        /// How many, 1 to 1000; 50 unless given.
        limit: Option<i64> [range(1, 1000)],
        /// How many to skip.
        offset: Option<i64> [range(0, i64::MAX)],
        /// Of which agent. The client's own unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
        /// Which way they went.
        direction: Option<String> [constant("\"sent\"")],
    }

    /// Reads one message. An unknown id is an error of kind `not_found`, and so is every id where the server does not
    /// serve single messages.
    get_message = Get "/api/messages/{message_id}" => MessageDetail [positional(&["message_id"])]
    GetMessage from message_id: String {
        /// Which message.
        message_id: String,
    }

    /// Marks messages as read by the agent. One that is for another agent is left as it is.
    mark_read = Patch "/api/messages" => UpdatedMessages [
        repeat(Repeat::Idempotent), positional(&["message_ids"]), node(&["message_ids"]),
    ]
    MarkRead {
        /// Which messages.
        message_ids: Vec<String>,
        /// Who has read them. The client's own agent unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
        /// What to do.
        action: Option<String> [constant("\"read\"")],
    }

    /// Archives messages: an inbox does not list them any more.
    archive_messages = Patch "/api/messages" => UpdatedMessages [
        repeat(Repeat::Idempotent), positional(&["message_ids"]), node(&["message_ids"]),
    ]
    ArchiveMessages {
        /// Which messages.
        message_ids: Vec<String>,
        /// Who archives them. The client's own agent unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
        /// What to do.
        action: Option<String> [constant("\"archive\"")],
    }

    /// Begins a thread that messages can belong to.
    create_message_thread = Post "/api/messages/threads" => CreatedMessageThread [
        positional(&["name", "participants"]),
    ]
    CreateMessageThread {
        /// What it is called.
        name: String,
        /// The agents that take part, of at most 500 characters each.
        participants: Option<Vec<String>>,
        /// Who begins it. The client's own agent unless given.
        created_by: Option<String> [fill(Fill::AgentId)],
    }

    /// Lists threads of the agent.
    get_message_threads = Get "/api/messages/threads" => MessageThreadList [positional(&["status", "limit"])]
    GetMessageThreads {
        /// Only threads in this state: `open` or `resolved`.
        status: Option<String>,
        /// How many, 1 to 100; 20 unless given.
        limit: Option<i64> [range(1, 100)],
        /// Of which agent. The client's own unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
    }

    /// Ends a thread. An unknown id is an error of kind `not_found`.
    resolve_message_thread = Patch "/api/messages/threads" => MessageThreadDetail [
        repeat(Repeat::Idempotent), positional(&["thread_id", "summary"]),
    ]
    ResolveMessageThread {
        /// Which thread: `mt_…`.
        thread_id: String,
        /// What came of it.
        summary: Option<String>,
        /// The state it is in from now on.
        status: Option<String> [constant("\"resolved\"")],
    }

    /// Saves a document that all agents can read. What comes back is the server's own; its members are not fixed. Not
    /// every server has such documents; one without answers with an error of kind `not_found`.
    save_shared_doc = Post "/api/messages/docs" => Map<String, Value> [positional(&["name", "content"])]
    SaveSharedDoc {
        /// What it is called.
        name: String,
        /// What it says.
        content: String,
        /// Who saves it. The client's own agent unless given.
        agent_id: Option<String> [fill(Fill::AgentId)],
    }
}

record! {
    /// A message as it was sent.
    pub struct SentMessage {
        /// The message.
        #[required]
        message: AgentMessage,
        /// Its id once more.
        message_id: String,
    }

    /// Messages.
    pub struct MessageList {
        /// The messages.
        #[required]
        messages: Vec<AgentMessage>,
        /// How many of them there are here.
        total: i64,
        /// How many the agent has not read.
        unread_count: i64,
    }

    /// One message.
    pub struct MessageDetail {
        /// The message.
        #[required]
        message: AgentMessage,
    }

    /// Messages that were changed.
    pub struct UpdatedMessages {
        /// How many.
        #[required]
        updated: i64,
    }

    /// A thread as it was begun.
    pub struct CreatedMessageThread {
        /// The thread.
        #[required]
        thread: MessageThread,
        /// Its id once more.
        thread_id: String,
    }

    /// Threads.
    pub struct MessageThreadList {
        /// The threads.
        #[required]
        threads: Vec<MessageThread>,
        /// How many there are.
        total: i64,
    }

    /// One thread.
    pub struct MessageThreadDetail {
        /// The thread.
        #[required]
        thread: MessageThread,
    }
}

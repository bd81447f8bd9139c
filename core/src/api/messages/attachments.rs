//! Attachments of messages.

use crate::client::call::percent_encoded;
use crate::catalogue::{Bytes64, Composed, Expect};
use crate::{DashClaw, operations, record};

operations! { "messages":
    /// Downloads an attachment of a message: its bytes, its name and its media type.
    ///
    /// The name is the one that the server gives, else the attachment's id; it never holds a path. An unknown id is an error
    /// of kind `not_found`.
    get_attachment = Get "/api/messages/attachments" => MessageAttachment [
        composed(Composed::Attachment), expect(Expect::Bytes), positional(&["attachment_id"]), node(&["attachment_id"]),
    ]
    GetAttachment from attachment_id: String {
        /// Which attachment.
        attachment_id: String [wire("id")],
    }
}

record! {
    /// A file that was sent with a message.
    pub struct MessageAttachment {
        /// What is in it.
        #[required]
        data: Bytes64,
        /// What it is called.
        #[required]
        filename: String,
        /// What kind of file it is: `application/pdf`. `application/octet-stream` when the server does not say.
        #[required]
        mime_type: String,
    }
}

impl DashClaw {
    /// Where [`get_attachment`](Self::get_attachment) downloads from. Nothing is sent; who opens it needs the API key.
    pub fn get_attachment_url(&self, attachment_id: &str) -> String {
        format!("{}/api/messages/attachments?id={}", self.base_url(), percent_encoded(attachment_id))
    }
}

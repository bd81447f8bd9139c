//! `webhook_check`: asking somebody else, who can only make the verdict stricter.

mod address;
mod client;
mod message;
mod reply;

pub use self::address::{check_url, is_public};
pub use self::client::{WebhookClient, WebhookError, ask_all};
pub use self::message::{Delivery, Preliminary};
pub use self::reply::{Answer, Reply};

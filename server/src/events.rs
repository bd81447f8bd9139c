//! What happened, for those who listen: read from the outbox by a cursor that means the same after a restart.

mod hub;
pub(crate) mod listeners;

pub(crate) use hub::{Hub, Subscription};

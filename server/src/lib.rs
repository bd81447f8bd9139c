//! The embedded instance: governance in one library.
//!
//! An [`Instance`] runs in three ways: [in process](Instance::transport), behind [a listener](Instance::router), and as
//! the command `dashclaw up`.
//!
//! * [`policy`] decides what a guard call is told;
//! * [`facts`] checks outgoing text against its source of truth;
//! * [`scan`] finds prompt injection and secrets in free text.
#![forbid(unsafe_code)]

mod access;
mod app;
mod blocking;
mod callers;
mod characters;
mod config;
mod context;
mod db;
mod domains;
mod events;
pub mod facts;
mod failure;
#[cfg(feature = "postgres")]
mod follower;
mod http;
mod identity;
mod ids;
mod instance;
mod jobs;
mod keys;
mod metrics;
mod orgs;
mod origin;
pub mod policy;
mod proxies;
mod public_url;
pub mod scan;
mod scrub;
mod serve;
mod sign_in;
mod signer;
#[cfg(test)]
mod test_app;
mod tls;
mod transport;
mod vault;
mod web;

pub use config::{Database, InstanceOptions, Listen, RateLimit};
pub use identity::TokenTrust;
pub use instance::{Instance, backup};
pub use keys::{NewKey, Role};
pub use origin::{HostName, Origin};
pub use proxies::TrustedProxies;
pub use public_url::PublicUrl;

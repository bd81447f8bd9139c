//! Two organisations in one data file: neither sees, changes or weighs on anything of the other.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;
#[path = "organisations/events.rs"]
mod events;
#[path = "organisations/planted.rs"]
mod planted;
#[path = "organisations/records.rs"]
mod records;
#[path = "organisations/rules.rs"]
mod rules;
#[path = "organisations/upkeep.rs"]
mod upkeep;
#[path = "organisations/verdicts.rs"]
mod verdicts;

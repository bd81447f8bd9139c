//! Records of the log on their way to the loggers of clients: as letters about the call in which they came up.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use dashclaw::bridge::log::{Record, start, want};

use crate::mailbox::{Kind, Shared, current_call};

/// From the quietest to the loudest.
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// The clients that have a logger, by number.
static LOGGERS: Mutex<BTreeMap<u64, Logger>> = Mutex::new(BTreeMap::new());

struct Logger {
    mailbox: Arc<Shared>,
    level: String,
}

/// A client's place among those that have a logger; it goes with the client.
pub(crate) struct Registration(u64);

/// Says on standard error what `DASHCLAW_LOG` asks for.
pub(crate) fn listen() {
    start(Some(put));
}

impl Registration {
    pub(crate) fn new(client: u64, mailbox: Arc<Shared>, level: String) -> Self {
        change(|loggers| loggers.insert(client, Logger { mailbox, level }));
        Self(client)
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        change(|loggers| loggers.remove(&self.0));
    }
}

fn change(how: impl FnOnce(&mut BTreeMap<u64, Logger>) -> Option<Logger>) {
    let mut loggers = LOGGERS.lock().unwrap_or_else(PoisonError::into_inner);
    how(&mut loggers);
    let loudest = loggers.values().filter_map(|logger| rank(&logger.level)).max();
    want(loudest.and_then(|rank| LEVELS.get(rank)).unwrap_or(&LEVELS[0]));
}

fn rank(level: &str) -> Option<usize> {
    LEVELS.iter().position(|known| *known == level)
}

fn put(record: &Record) {
    let Some(client) = record.client else { return };
    let mailbox = {
        let loggers = LOGGERS.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = loggers.get(&client).filter(|logger| rank(record.level) <= rank(&logger.level));
        wanted.map(|logger| Arc::clone(&logger.mailbox))
    };
    if let Some(mailbox) = mailbox {
        mailbox.post(current_call(), Kind::Log, record.to_json().to_string().into());
    }
}

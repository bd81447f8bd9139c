//! All connections: a place for so many, and who must leave when there is none.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::line::Line;

/// The most connections, where the system gives so many file descriptors.
const MOST: usize = 4096;
/// File descriptors that are left to the database and to calls to others.
const RESERVE: u64 = 96;

/// How many connections this process can bear.
pub(crate) fn bearable() -> usize {
    let spare = files().map_or(u64::MAX, |files| files.saturating_sub(RESERVE).max(files / 2));
    usize::try_from(spare).map_or(MOST, |spare| spare.min(MOST))
}

/// How many files the process may have open; nothing when there is no limit.
#[cfg(unix)]
fn files() -> Option<u64> {
    rustix::process::getrlimit(rustix::process::Resource::Nofile).current
}

#[cfg(not(unix))]
fn files() -> Option<u64> {
    None
}

/// The connections there are.
#[derive(Debug)]
pub(super) struct Lines {
    most: usize,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    last: u64,
    lines: BTreeMap<u64, Arc<Line>>,
}

/// A connection's place; dropping it gives it to another.
#[derive(Debug)]
pub(super) struct Seat {
    lines: Arc<Lines>,
    number: u64,
    pub(super) line: Arc<Line>,
}

impl Lines {
    pub(super) fn new(most: usize) -> Self {
        Self { most, open: Mutex::default() }
    }

    /// A place for a new connection. When all are taken, the one that is longest at rest leaves; nothing when every
    /// connection is being answered.
    pub(super) fn seat(lines: &Arc<Self>) -> Option<Seat> {
        let mut open = lines.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.lines.len() >= lines.most && !open.make_room() {
            return None;
        }
        open.last += 1;
        let (number, line) = (open.last, Arc::new(Line::new()));
        open.lines.insert(number, Arc::clone(&line));
        Some(Seat { lines: Arc::clone(lines), number, line })
    }

    /// Closes the connection that is longest at rest.
    pub(super) fn make_room(&self) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).make_room();
    }
}

impl Open {
    /// Whether there was one that could go. Those that never asked for anything go first.
    fn make_room(&mut self) -> bool {
        let at_rest = self.lines.iter().filter_map(|(number, line)| Some((line.at_rest()?, *number)));
        let Some((_, number)) = at_rest.min() else { return false };
        if let Some(line) = self.lines.remove(&number) {
            line.send_away();
        }
        true
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.lines.open.lock().unwrap_or_else(PoisonError::into_inner).lines.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use http::Version;

    use super::*;

    #[test]
    fn who_rests_longest_leaves_and_who_is_answered_stays() {
        let lines = Arc::new(Lines::new(3));
        let seat = || Lines::seat(&lines);
        let (first, second, third) = (seat().unwrap(), seat().unwrap(), seat().unwrap());
        let busy = Line::begin(&second.line, Version::HTTP_11);
        drop(Line::begin(&first.line, Version::HTTP_11));
        let numbers = || lines.open.lock().unwrap().lines.keys().copied().collect::<Vec<_>>();
        // The third never asked for anything.
        let fourth = seat().unwrap();
        assert_eq!(numbers(), [1, 2, 4]);
        let others = [&first, &fourth].map(|seat| Line::begin(&seat.line, Version::HTTP_11));
        assert!(seat().is_none());
        drop(others);
        assert!(seat().is_some());
        assert_eq!(numbers(), [2, 4]);
        drop((busy, third, fourth));
        assert_eq!(numbers(), [2]);
    }

    #[tokio::test(start_paused = true)]
    async fn who_never_asked_leaves_before_who_rests_longer() {
        let lines = Arc::new(Lines::new(2));
        let served = Lines::seat(&lines).unwrap();
        drop(Line::begin(&served.line, Version::HTTP_11));
        tokio::time::advance(std::time::Duration::from_secs(1)).await;
        let _silent = Lines::seat(&lines).unwrap();
        let _third = Lines::seat(&lines).unwrap();
        assert_eq!(lines.open.lock().unwrap().lines.keys().copied().collect::<Vec<_>>(), [1, 3]);
    }
}

//! How much is heard of whom: `DASHCLAW_LOG`.

use tracing::level_filters::LevelFilter;

/// The levels by their names.
pub(super) const LEVELS: [(&str, LevelFilter); 6] = [
    ("off", LevelFilter::OFF),
    ("error", LevelFilter::ERROR),
    ("warn", LevelFilter::WARN),
    ("info", LevelFilter::INFO),
    ("debug", LevelFilter::DEBUG),
    ("trace", LevelFilter::TRACE),
];

/// The level of this name, in any case.
fn level(name: &str) -> Option<LevelFilter> {
    let known = LEVELS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name.trim()));
    known.map(|(_, level)| *level)
}

/// A level for all, and others for some: `warn,dashclaw.server=info,dashclaw.server.access=off`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Filter {
    all: LevelFilter,
    /// The longest names first.
    some: Vec<(String, LevelFilter)>,
}

impl Filter {
    pub(super) const fn of(all: LevelFilter) -> Self {
        Self { all, some: Vec::new() }
    }

    /// Reads a filter; nothing when a part of it is none. Whom it does not name hears nothing said unless it has a level for all.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut filter = Self::of(LevelFilter::OFF);
        for part in text.split(',').filter(|part| !part.trim().is_empty()) {
            match part.split_once('=') {
                Some((target, name)) => filter.some.push((target.trim().to_owned(), level(name)?)),
                None => filter.all = level(part)?,
            }
        }
        filter.some.sort_by_key(|(target, _)| std::cmp::Reverse(target.len()));
        Some(filter)
    }

    /// How much is heard of this target. A name stands for all that begin with it and a full stop, too.
    pub(super) fn level(&self, target: &str) -> LevelFilter {
        let is_of = |name: &str| {
            target.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.some.iter().find(|(name, _)| is_of(name)).map_or(self.all, |(_, level)| *level)
    }

    /// The most that is heard of anybody.
    pub(super) fn most(&self) -> LevelFilter {
        self.some.iter().map(|(_, level)| *level).fold(self.all, LevelFilter::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_read_in_any_case_and_another_word_is_none() {
        for (name, level) in LEVELS {
            assert_eq!(Filter::parse(&format!(" {} ", name.to_uppercase())), Some(Filter::of(level)));
        }
        for wrong in ["verbose", "dashclaw=loud", "warn,loud", "dashclaw"] {
            assert_eq!(Filter::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_longest_name_counts() {
        let filter = Filter::parse("warn, dashclaw.server=debug,dashclaw.server.access=off").unwrap();
        let heard = ["dashclaw", "dashclaw.server", "dashclaw.server.access", "dashclaw.serverless"];
        let wanted = [LevelFilter::WARN, LevelFilter::DEBUG, LevelFilter::OFF, LevelFilter::WARN];
        assert_eq!(heard.map(|target| filter.level(target)), wanted);
        assert_eq!(filter.most(), LevelFilter::DEBUG);
        let only = Filter::parse("dashclaw.server.access=info").unwrap();
        assert_eq!((only.level("dashclaw.server"), only.most()), (LevelFilter::OFF, LevelFilter::INFO));
    }
}

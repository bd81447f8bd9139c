//! What callers were told, to be compared with what is there; and what was found.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard};

use tokio::time::Instant;

/// What was acknowledged.
#[derive(Default)]
pub(crate) struct Told {
    /// The verdict of each decision.
    pub(crate) decisions: BTreeMap<String, String>,
    /// The decisions that each key of a guard was answered with.
    pub(crate) decided: BTreeMap<String, BTreeSet<String>>,
    /// The actions that each key was answered with.
    pub(crate) actions: BTreeMap<String, BTreeSet<String>>,
    /// The summaries that were taken for each action.
    pub(crate) outcomes: BTreeMap<String, Vec<String>>,
    pub(crate) heartbeats: BTreeSet<String>,
    /// What was said to each action that waited, and taken.
    pub(crate) approvals: BTreeMap<String, Vec<&'static str>>,
    /// The questions that an approval let through, each by its action.
    pub(crate) let_through: BTreeMap<String, Vec<String>>,
    pub(crate) revoked: BTreeSet<String>,
    /// The agents that raced for a limit, and for a budget.
    pub(crate) limited: BTreeSet<String>,
    pub(crate) spenders: BTreeSet<String>,
    /// Requests by what became of them.
    pub(crate) answered: usize,
    pub(crate) unanswered: usize,
    pub(crate) refused_for_now: usize,
    /// How many things were changed that decisions are made on.
    pub(crate) changes: i64,
    probes: Vec<Probe>,
    /// When each thing that can be in force was, as far as that was acknowledged.
    forces: BTreeMap<String, Vec<Change>>,
    unexpected: Vec<String>,
}

/// Something came into force, or out of it, between these times.
struct Change {
    on: bool,
    asked: Instant,
    answered: Instant,
}

/// An answer that depends on what is in force.
struct Probe {
    on: Vec<String>,
    refused: bool,
    begun: Instant,
    ended: Instant,
    what: String,
}

#[derive(Default)]
pub(crate) struct Seen(Mutex<Told>);

impl Seen {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap()
    }
}

impl Told {
    pub(crate) fn changed(&mut self, name: &str, on: bool, asked: Instant, answered: Instant) {
        self.changes += 1;
        self.forces.entry(name.to_owned()).or_default().push(Change { on, asked, answered });
    }

    /// Notes an answer that is a refusal if, and only if, one of these is in force.
    pub(crate) fn probe(&mut self, on: &[&str], refused: bool, times: (Instant, Instant), what: &str) {
        let on = on.iter().map(|name| (*name).to_owned()).collect();
        let (begun, ended) = times;
        self.probes.push(Probe { on, refused, begun, ended, what: what.to_owned() });
    }

    pub(crate) fn unexpected(&mut self, what: String) {
        self.unexpected.push(what);
    }

    /// Whether something was in force all the time between these two; nothing where that is not known.
    fn in_force(&self, name: &str, begun: Instant, ended: Instant) -> Option<bool> {
        let changes = self.forces.get(name).map_or(&[][..], Vec::as_slice);
        let behind = changes.partition_point(|change| change.answered <= begun);
        let next = changes.get(behind);
        if next.is_some_and(|change| change.asked <= ended) {
            return None;
        }
        Some(behind.checked_sub(1).is_some_and(|last| changes[last].on))
    }

    /// Nothing was decided by what was in force before.
    pub(crate) fn check_obedience(&self, found: &mut Findings) {
        let counted = |refused| {
            if refused { "answers under a halt, policy or revocation" } else { "answers under none" }
        };
        found.looked(counted(true), 0);
        found.looked(counted(false), 0);
        for probe in &self.probes {
            let known = |name: &String| self.in_force(name, probe.begun, probe.ended);
            let states: Vec<Option<bool>> = probe.on.iter().map(known).collect();
            let expected = if states.contains(&Some(true)) {
                true
            } else if states.contains(&None) {
                found.counted("answers while something changed", 1);
                continue;
            } else {
                false
            };
            found.looked(counted(expected), 1);
            if probe.refused != expected {
                let Probe { what, on, .. } = probe;
                found.wrong(
                    Rule::Obedience,
                    format!("{what}: refused {}, but {on:?} says {expected}", probe.refused),
                );
            }
        }
        for what in &self.unexpected {
            found.wrong(Rule::Answers, what.clone());
        }
    }
}

/// What must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rule {
    /// Every reader sees every position, once and in order.
    Order,
    /// What was acknowledged is there.
    Kept,
    /// A key stands for one thing, an approval for one use, an action for one outcome.
    OneWinner,
    /// A limit and a budget hold.
    Limits,
    /// Nothing is decided by what was in force before.
    Obedience,
    /// Positions have no gap, and each change has its event.
    Whole,
    /// Hosts answer as they should.
    Answers,
}

/// What was wrong, and how much was looked at.
#[derive(Default)]
pub(crate) struct Findings {
    wrong: BTreeMap<Rule, Vec<String>>,
    looked: BTreeMap<&'static str, usize>,
    /// What there may be none of.
    counted: BTreeMap<&'static str, usize>,
}

impl Findings {
    pub(crate) fn wrong(&mut self, rule: Rule, what: String) {
        self.wrong.entry(rule).or_default().push(what);
    }

    pub(crate) fn looked(&mut self, what: &'static str, count: usize) {
        *self.looked.entry(what).or_default() += count;
    }

    pub(crate) fn counted(&mut self, what: &'static str, count: usize) {
        *self.counted.entry(what).or_default() += count;
    }

    /// How often a rule was broken.
    pub(crate) fn broken(&self, rule: Rule) -> usize {
        self.wrong.get(&rule).map_or(0, Vec::len)
    }

    #[expect(clippy::print_stdout, reason = "it is what the long form is run for")]
    pub(crate) fn print(&self) {
        for (what, count) in self.looked.iter().chain(&self.counted) {
            println!("{count:>9} {what}");
        }
    }

    /// Nothing was wrong.
    pub(crate) fn assert_sound(&self) {
        let wrong: Vec<String> = self
            .wrong
            .iter()
            .map(|(rule, all)| format!("{rule:?}, {} times: {:#?}", all.len(), &all[..all.len().min(5)]))
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    /// No check found nothing to look at.
    pub(crate) fn assert_nothing_idle(&self) {
        let idle: Vec<_> = self.looked.iter().filter(|(_, count)| **count == 0).collect();
        assert!(idle.is_empty(), "nothing was looked at: {idle:?}");
    }
}

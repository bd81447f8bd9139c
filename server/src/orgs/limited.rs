//! Which agents had reached a limit when it was last looked: a guess at how their next question will end, and never an answer.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// How many agents are remembered. Of more, all are forgotten: a wrong guess costs one count.
const MAX_AGENTS: usize = 1024;

/// Agents that had reached a limit.
#[derive(Debug, Default)]
pub(crate) struct Limited(Mutex<BTreeSet<String>>);

impl Limited {
    pub(crate) fn contains(&self, agent_id: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(agent_id)
    }

    pub(crate) fn note(&self, agent_id: &str, reached: bool) {
        let mut agents = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !reached {
            agents.remove(agent_id);
        } else if !agents.contains(agent_id) {
            if agents.len() >= MAX_AGENTS {
                agents.clear();
            }
            agents.insert(agent_id.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_remembers_what_was_seen_last_and_few_agents() {
        let limited = Limited::default();
        limited.note("a", true);
        assert!(limited.contains("a") && !limited.contains("b"));
        limited.note("a", false);
        assert!(!limited.contains("a"));
        for agent in 0..=MAX_AGENTS {
            limited.note(&agent.to_string(), true);
        }
        assert_eq!(limited.0.lock().unwrap().len(), 1);
    }
}

//! `green_contract` and `branch_freshness`: rules about the state of the code, as the agent's tooling reports it.

use serde_json::Value;

use super::{Fields, Finding, Input, LocalRule, Rule};
use crate::policy::matching::{ActionTypes, fold};
use crate::policy::{GuardContext, Verdict};

/// How much was seen to pass, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Green {
    Targeted,
    Package,
    Workspace,
    MergeReady,
}

const GREEN_WORDS: [(&str, Green); 4] = [
    ("targeted", Green::Targeted),
    ("package", Green::Package),
    ("workspace", Green::Workspace),
    ("merge_ready", Green::MergeReady),
];

fn green_word(level: Green) -> &'static str {
    GREEN_WORDS[level as usize].0
}

fn intel<'a>(context: &'a GuardContext, path: &str) -> Option<&'a Value> {
    context.lookup(path).filter(|value| !value.is_null())
}

#[derive(Debug)]
struct GreenContract {
    action_types: ActionTypes,
    required: Green,
    action: Verdict,
}

pub(super) fn green_contract(fields: &mut Fields<'_>) -> Rule {
    fields.require("required_level");
    Rule::Local(Box::new(GreenContract {
        action_types: ActionTypes::new(&fields.required_texts("action_types", 128)),
        required: fields.word("required_level", &GREEN_WORDS, Green::MergeReady),
        action: fields.action(Verdict::Block),
    }))
}

impl LocalRule for GreenContract {
    fn evaluate(&self, input: &Input<'_>) -> Option<Finding> {
        if !self.action_types.include(input.subject) {
            return None;
        }
        let word = intel(input.context, "intel.green.observed_level").and_then(Value::as_str);
        let observed = GREEN_WORDS.iter().find(|(name, _)| Some(*name) == word).map(|(_, level)| *level);
        if observed.is_some_and(|level| level >= self.required) {
            return None;
        }
        let seen = observed.map_or("unknown", green_word);
        let reason = format!("Green level {seen} is below the required {}", green_word(self.required));
        Some(Finding::new(self.action, reason))
    }
}

#[derive(Debug)]
struct BranchFreshness {
    action_types: ActionTypes,
    freshness: Vec<String>,
    max_commits_behind: u32,
    action: Verdict,
}

pub(super) fn branch_freshness(fields: &mut Fields<'_>) -> Rule {
    let mut freshness = fields.texts("freshness");
    if !fields.has("freshness") {
        freshness = vec!["stale".into(), "diverged".into()];
    }
    let freshness = freshness.iter().map(|state| fold(state).into_owned()).collect();
    Rule::Local(Box::new(BranchFreshness {
        action_types: ActionTypes::new(&fields.required_texts("action_types", 128)),
        freshness,
        max_commits_behind: fields.whole("max_commits_behind", 0, u32::MAX).unwrap_or(0),
        action: fields.action(Verdict::Block),
    }))
}

impl LocalRule for BranchFreshness {
    fn evaluate(&self, input: &Input<'_>) -> Option<Finding> {
        if !self.action_types.include(input.subject) {
            return None;
        }
        let reported = |name: &str| intel(input.context, &format!("intel.branch.{name}"));
        if let Some(state) = reported("freshness") {
            // A report that cannot be read is no report of freshness.
            let Some(word) = state.as_str() else { return Some(self.unreadable("freshness")) };
            if self.freshness.contains(&fold(word).into_owned()) {
                return Some(Finding::new(self.action, format!("Branch is {word}")));
            }
        }
        let distance = reported("commits_behind")?;
        let Some(behind) = distance.as_f64() else { return Some(self.unreadable("commits_behind")) };
        let max = self.max_commits_behind;
        let reason = || format!("Branch is {behind} commits behind (max {max})");
        (behind > f64::from(max)).then(|| Finding::new(self.action, reason()))
    }
}

impl BranchFreshness {
    fn unreadable(&self, name: &str) -> Finding {
        Finding::new(self.action, format!("Branch has a `{name}` that cannot be read"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{check, of_type, problems, verdict};
    use super::*;

    fn deploy(intel: Value) -> GuardContext {
        GuardContext { intel: Some(intel), ..of_type("deploy") }
    }

    #[test]
    fn green_levels_are_ranked() {
        assert!(GREEN_WORDS.iter().enumerate().all(|(rank, (_, level))| *level as usize == rank));
        let rules = json!({"action_types": ["deploy"], "required_level": "workspace"});
        let at = |level: &str| {
            check("green_contract", &rules, &deploy(json!({"green": {"observed_level": level}})))
        };
        assert_eq!(at("workspace"), None);
        assert_eq!(at("merge_ready"), None);
        let low = at("package").unwrap();
        assert_eq!(low.verdict, Verdict::Block);
        assert_eq!(low.reason, "Green level package is below the required workspace");
        assert_eq!(at("greenish").unwrap().reason, "Green level unknown is below the required workspace");
        assert_eq!(
            verdict("green_contract", &rules, &of_type("deploy")),
            Some(Verdict::Block),
            "nothing reported"
        );
        assert_eq!(verdict("green_contract", &rules, &of_type("test")), None);
    }

    #[test]
    fn a_branch_is_judged_by_state_and_distance() {
        let rules = json!({"action_types": ["deploy"], "max_commits_behind": 2, "action": "warn"});
        let at = |branch: Value| check("branch_freshness", &rules, &deploy(json!({"branch": branch})));
        assert_eq!(at(json!({"freshness": "stale"})).unwrap().reason, "Branch is stale");
        assert_eq!(at(json!({"freshness": "diverged"})).unwrap().verdict, Verdict::Warn);
        assert_eq!(at(json!({"freshness": "fresh", "commits_behind": 2})), None);
        assert_eq!(at(json!({"commits_behind": 3})).unwrap().reason, "Branch is 3 commits behind (max 2)");
        assert_eq!(at(Value::Null), None, "nothing reported");
        assert_eq!(at(json!({"freshness": "Stale "})).unwrap().verdict, Verdict::Warn);
        assert_eq!(at(json!({"freshness": null, "commits_behind": null})), None);
        for unreadable in
            [json!({"freshness": 1}), json!({"commits_behind": "3"}), json!({"commits_behind": [3]})]
        {
            assert_eq!(at(unreadable.clone()).unwrap().verdict, Verdict::Warn, "{unreadable}");
        }
        let listed = json!({"action_types": ["deploy"], "freshness": ["old"]});
        let old = |state: &str| {
            verdict("branch_freshness", &listed, &deploy(json!({"branch": {"freshness": state}})))
        };
        assert_eq!((old("old"), old("stale")), (Some(Verdict::Block), None));
    }

    #[test]
    fn what_must_be_said() {
        assert_eq!(
            problems("green_contract", &json!({"required_level": "all"})),
            [
                "`action_types` is required",
                "`required_level` must be one of: targeted, package, workspace, merge_ready"
            ]
        );
        assert_eq!(problems("branch_freshness", &json!({})), ["`action_types` is required"]);
    }
}

//! `permission_escalation`: the tool asks for more than the agent has.

use serde_json::Value;

use super::{Fields, Finding, Input, LocalRule, Rule};
use crate::policy::{Permission, Verdict};

#[derive(Debug)]
struct PermissionEscalation {
    enforce: bool,
    action: Verdict,
}

pub(super) fn parse(fields: &mut Fields<'_>) -> Rule {
    Rule::Local(Box::new(PermissionEscalation {
        enforce: fields.flag("enforce").unwrap_or(true),
        action: fields.action(Verdict::Block),
    }))
}

impl LocalRule for PermissionEscalation {
    fn evaluate(&self, input: &Input<'_>) -> Option<Finding> {
        let required =
            input.context.tool.as_ref()?.get("required_permission").filter(|value| !value.is_null())?;
        if !self.enforce {
            return None;
        }
        // A level that nobody knows could be any level: it counts as above every agent's.
        let Some(level) = required.as_str().and_then(Permission::from_word) else {
            let word = required.as_str().map_or_else(|| Value::to_string(required), str::to_owned);
            return Some(Finding::new(
                self.action,
                format!("Tool requires the unknown permission \"{word}\""),
            ));
        };
        let granted = input.facts.permission;
        (level > granted).then(|| {
            let reason =
                format!("Tool requires \"{}\" and the agent has \"{}\"", level.as_str(), granted.as_str());
            Finding::new(self.action, reason)
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::{check_with, of_type, problems};
    use crate::policy::{Facts, GuardContext, Permission, Verdict};

    fn ask(rules: &Value, required: &Value, granted: Permission) -> Option<Verdict> {
        let context = GuardContext { tool: Some(json!({"required_permission": required})), ..of_type("api") };
        let facts = Facts { permission: granted, ..Facts::default() };
        check_with("permission_escalation", rules, &context, &facts).map(|finding| finding.verdict)
    }

    #[test]
    fn only_more_than_granted_matches() {
        let rules = json!({"enforce": true});
        assert_eq!(ask(&rules, &json!("danger"), Permission::Danger), None);
        assert_eq!(ask(&rules, &json!("readonly"), Permission::Danger), None);
        assert_eq!(ask(&rules, &json!("prompt"), Permission::Danger), Some(Verdict::Block));
        assert_eq!(ask(&rules, &json!("workspace_write"), Permission::Readonly), Some(Verdict::Block));
        let softer = json!({"action": "require_approval"});
        assert_eq!(ask(&softer, &json!("allow"), Permission::Prompt), Some(Verdict::RequireApproval));
    }

    #[test]
    fn unknown_levels_escalate_absent_ones_do_not() {
        assert_eq!(ask(&json!({}), &json!("root"), Permission::Allow), Some(Verdict::Block));
        assert_eq!(ask(&json!({}), &json!(7), Permission::Allow), Some(Verdict::Block));
        assert_eq!(ask(&json!({}), &Value::Null, Permission::Readonly), None);
    }

    #[test]
    fn enforce_false_switches_it_off() {
        assert_eq!(ask(&json!({"enforce": false}), &json!("allow"), Permission::Readonly), None);
        assert_eq!(
            problems("permission_escalation", &json!({"enforce": "yes"})),
            ["`enforce` must be a boolean"]
        );
    }
}

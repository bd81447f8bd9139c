//! `protected_path`: the act touches a path that somebody protects.

use super::{Fields, Finding, Input, LocalRule, Rule};
use crate::policy::Verdict;
use crate::policy::matching::Globs;

const MAX_GLOB: usize = 256;

#[derive(Debug)]
struct ProtectedPath {
    globs: Globs,
    action: Verdict,
}

pub(super) fn parse(fields: &mut Fields<'_>) -> Rule {
    let paths = fields.required_texts("paths", MAX_GLOB);
    let action = fields.action(Verdict::RequireApproval);
    let globs = Globs::new(paths).unwrap_or_else(|problem| {
        fields.error(problem);
        Globs::default()
    });
    Rule::Local(Box::new(ProtectedPath { globs, action }))
}

impl LocalRule for ProtectedPath {
    fn evaluate(&self, input: &Input<'_>) -> Option<Finding> {
        let (path, glob) = input.subject.first_match(&self.globs)?;
        Some(Finding::new(self.action, format!("Path \"{path}\" is protected by \"{glob}\"")))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{check, of_type, problems, verdict};
    use crate::policy::{GuardContext, Verdict};

    #[test]
    fn target_and_write_paths_are_looked_at() {
        let rules = json!({"paths": [".env", "/etc/**"]});
        let target = GuardContext { target: Some("app/.env".into()), ..of_type("apply") };
        assert_eq!(verdict("protected_path", &rules, &target), Some(Verdict::RequireApproval));
        let written = GuardContext { write_paths: vec!["a".into(), "/etc/ssh/x".into()], ..of_type("apply") };
        let found = check("protected_path", &rules, &written).unwrap();
        assert_eq!(found.reason, "Path \"/etc/ssh/x\" is protected by \"/etc/**\"");
        let harmless = GuardContext { write_paths: vec!["src/main.rs".into()], ..of_type("apply") };
        assert_eq!(verdict("protected_path", &rules, &harmless), None);
        assert_eq!(verdict("protected_path", &rules, &of_type("apply")), None);
    }

    #[test]
    fn the_action_is_chosen_by_the_policy() {
        let rules = json!({"paths": ["*.pem"], "action": "block"});
        let context = GuardContext { target: Some("k.pem".into()), ..of_type("apply") };
        assert_eq!(verdict("protected_path", &rules, &context), Some(Verdict::Block));
        assert_eq!(problems("protected_path", &json!({})), ["`paths` is required"]);
        assert_eq!(
            problems("protected_path", &json!({"paths": ["x".repeat(257)]})),
            ["`paths[0]` exceeds max length of 256"]
        );
    }
}

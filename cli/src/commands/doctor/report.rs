//! What the doctor found.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use dashclaw::clock;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::output::{Colour, Output, shown};

/// The categories, in the order in which they are told; others follow.
const CATEGORIES: [&str; 13] = [
    "database",
    "config",
    "auth",
    "deployment",
    "sdk",
    "governance",
    "shape",
    "drift",
    "openclaw-plugin",
    "hosted",
    "data-hygiene",
    "local-repo",
    "local-machine",
];

/// What to do about a check that nothing mends by itself.
const HINTS: [(&str, &str); 12] = [
    ("db_connection", "look at DATABASE_URL on the host of the instance"),
    ("env_NEXTAUTH_URL", "set NEXTAUTH_URL on the host of the instance"),
    ("env_CRON_SECRET", "set CRON_SECRET on the host of the instance"),
    ("auth_signin", "set up a way to sign in on the host of the instance"),
    ("deploy_nextauth_url", "make NEXTAUTH_URL the address that people use"),
    ("deploy_cors", "name the origins that may call the API"),
    ("sdk_reachable", "look at the address of the instance"),
    ("sdk_auth", "make a new API key: dashclaw keys create"),
    ("gov_actions", "let an agent record its first action"),
    ("gov_stale", "look whether the agents still run"),
    ("remote_unreachable", "look whether the instance runs, and at DASHCLAW_BASE_URL: dashclaw health"),
    ("remote_auth", "use an admin's key that holds: dashclaw keys list, dashclaw logout"),
];

/// How a check went.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    Pass,
    Warn,
    Fail,
}

/// One thing that was looked at. Of an instance's check every member may be missing but the status.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Check {
    #[serde(default)]
    pub(super) id: String,
    #[serde(default)]
    pub(super) category: String,
    pub(super) status: Status,
    #[serde(default)]
    pub(super) title: String,
    #[serde(default)]
    pub(super) message: String,
    #[serde(default)]
    pub(super) fix: Option<Fix>,
    /// Whether it is about this machine.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) local: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "what serde hands over")]
fn is_false(value: &bool) -> bool {
    !value
}

/// What would mend it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Fix {
    #[serde(rename = "type", default)]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) description: String,
    #[serde(default)]
    pub(super) action: Option<String>,
}

impl Check {
    /// A check of this machine.
    pub(super) fn local(
        id: &str,
        category: &str,
        status: Status,
        title: &str,
        message: impl Into<String>,
    ) -> Self {
        Self {
            id: id.to_owned(),
            category: category.to_owned(),
            status,
            title: title.to_owned(),
            message: message.into(),
            fix: None,
            local: true,
        }
    }

    /// The same with what would mend it.
    pub(super) fn with_fix(mut self, action: &str, description: impl Into<String>) -> Self {
        let (kind, description) = ("auto".to_owned(), description.into());
        self.fix = Some(Fix { kind, description, action: Some(action.to_owned()) });
        self
    }

    /// What would be done to mend it, where `--fix` does it: of the instance's checks those that fail, of this machine's all.
    pub(super) fn action(&self) -> Option<&str> {
        let fix = self.fix.as_ref().filter(|fix| fix.kind == "auto")?;
        let counts = self.status == Status::Fail || (self.local && self.status == Status::Warn);
        fix.action.as_deref().filter(|_| counts)
    }

    pub(super) fn is_fixable(&self) -> bool {
        self.action().is_some()
    }

    pub(super) fn what_fixing_does(&self) -> &str {
        self.fix.as_ref().map_or("", |fix| &*fix.description)
    }
}

/// What became of mending.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Fixed {
    pub(super) id: String,
    pub(super) action: String,
    pub(super) applied: bool,
    pub(super) description: String,
}

/// Everything that was looked at.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) checks: Vec<Check>,
    /// What was mended, when that was asked for.
    pub(super) fixes: Option<Vec<Fixed>>,
}

impl Report {
    fn count(&self, status: Status) -> usize {
        self.checks.iter().filter(|check| check.status == status).count()
    }

    /// All in all.
    pub(super) fn status(&self) -> &'static str {
        match (self.count(Status::Fail), self.count(Status::Warn)) {
            (0, 0) => "healthy",
            (0, _) => "needs_attention",
            _ => "unhealthy",
        }
    }

    pub(super) fn to_json(&self) -> Value {
        let mut report = json!({
            "status": self.status(),
            "summary": {
                "pass": self.count(Status::Pass), "warn": self.count(Status::Warn), "fail": self.count(Status::Fail),
            },
            "checks": self.checks,
            "timestamp": clock::now_iso(),
        });
        if let Some(fixes) = &self.fixes {
            report["fixes"] = json!(fixes);
        }
        report
    }

    /// For people.
    pub(super) fn text(&self, server: Option<&str>, output: Output) -> String {
        let mut text =
            output.paint(Colour::Bold, &format!("DashClaw doctor: {}", shown(server.unwrap_or("no server"))));
        for category in self.categories() {
            let _ = write!(text, "\n\n{}", output.paint(Colour::Bold, &shown(&category)));
            for check in self.checks.iter().filter(|check| check.category == category) {
                self.check(&mut text, check, output);
            }
        }
        for fix in self.fixes.iter().flatten() {
            let word = if fix.applied { "Mended" } else { "Not mended" };
            let _ = write!(text, "\n\n{word}: {}: {}", shown(&fix.id), shown(&fix.description));
        }
        let (pass, warn, fail) =
            (self.count(Status::Pass), self.count(Status::Warn), self.count(Status::Fail));
        let _ = write!(text, "\n\n{pass} pass, {warn} warn, {fail} fail");
        let fixable = self.checks.iter().filter(|check| check.is_fixable()).count();
        if self.fixes.is_none() && fixable > 0 {
            let _ = write!(text, "; {fixable} can be mended: dashclaw doctor --fix");
        }
        text
    }

    /// Those that there are, in their order.
    fn categories(&self) -> Vec<String> {
        let there: BTreeSet<&str> = self.checks.iter().map(|check| &*check.category).collect();
        let known = CATEGORIES.iter().filter(|category| there.contains(**category)).copied();
        let others = there.iter().filter(|category| !CATEGORIES.contains(category)).copied();
        known.chain(others).map(str::to_owned).collect()
    }

    fn check(&self, text: &mut String, check: &Check, output: Output) {
        let (mark, colour) = match check.status {
            Status::Pass => ("✓", Colour::Green),
            Status::Warn => ("!", Colour::Yellow),
            Status::Fail => ("✗", Colour::Red),
        };
        let title = if check.title.is_empty() { &check.id } else { &check.title };
        let _ = write!(text, "\n  {} {}", output.paint(colour, mark), shown(title));
        if check.status == Status::Pass {
            return;
        }
        let _ = write!(text, "\n    {}", shown(&check.message));
        if let Some(next) = self.next(check) {
            let _ = write!(text, "\n    → {}", shown(&next));
        }
    }

    /// What to do next.
    fn next(&self, check: &Check) -> Option<String> {
        let hint = || HINTS.iter().find(|(id, _)| *id == check.id).map(|(_, hint)| (*hint).to_owned());
        let Some(fix) = &check.fix else { return hint() };
        match (check.is_fixable(), fix.kind == "auto") {
            (true, _) if self.fixes.is_none() => {
                Some(format!("would do: {}; run dashclaw doctor --fix", fix.description))
            }
            (false, true) => Some(format!("on the host of the instance: {}", fix.description)),
            _ if fix.description.is_empty() => hint(),
            _ => Some(fix.description.clone()),
        }
    }
}

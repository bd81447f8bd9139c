//! What is well and what is not, by what was seen.

use dashclaw::api::doctor::{
    CheckStatus, DoctorCheck, DoctorFix, DoctorReport, DoctorStatus, DoctorSummary, FixType,
};

/// What the doctor can do by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Remedy {
    /// Policies for a start, beside those that are there.
    StarterPolicies,
    /// Work that was given up is tried again.
    ReviveJobs,
}

impl Remedy {
    const ALL: [Self; 2] = [Self::StarterPolicies, Self::ReviveJobs];

    /// What a caller names it by.
    pub(super) fn action(self) -> &'static str {
        match self {
            Self::StarterPolicies => "add_starter_policies",
            Self::ReviveJobs => "revive_dead_jobs",
        }
    }

    pub(super) fn named(action: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|remedy| remedy.action() == action)
    }

    fn description(self) -> &'static str {
        match self {
            Self::StarterPolicies => "add the policies that come with the program",
            Self::ReviveJobs => "try the work that was given up once more",
        }
    }
}

/// What was seen of an instance.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each was seen by itself")]
pub(super) struct Seen {
    /// Why nothing can be stored.
    pub(super) stores_not: Option<String>,
    /// Why nothing can be read.
    pub(super) reads_not: Option<String>,
    pub(super) signs: bool,
    pub(super) has_secrets_key: bool,
    pub(super) admins: usize,
    pub(super) allows_self_approval: bool,
    /// Whether it is reached through a proxy, and whether it knows under which address.
    pub(super) has_proxies: bool,
    pub(super) has_public_url: bool,
    pub(super) active_policies: usize,
    /// Those that take no part, because they cannot be read.
    pub(super) skipped_policies: Vec<String>,
    pub(super) halted_by: Option<String>,
    pub(super) actions: i64,
    /// How many actions wait for a human, and how long the first of them has, in minutes.
    pub(super) waiting: (i64, i64),
    pub(super) dead_jobs: i64,
    /// Secrets that should have another value by now.
    pub(super) secrets_due: usize,
}

/// How long an action may wait for a human before somebody should look, in minutes.
const WAITS_LONG: i64 = 24 * 60;

/// What is to be said about what was seen.
#[expect(clippy::too_many_lines, reason = "a list of checks, one after the other")]
pub(super) fn checks(seen: &Seen) -> Vec<DoctorCheck> {
    let mut checks = vec![
        failing("database", "db_connection", "The database answers", seen.reads_not.as_deref()),
        failing("database", "db_writes", "The database stores", seen.stores_not.as_deref()),
        check("config", "signing_key", "Receipts are signed", !seen.signs, CheckStatus::Fail, || {
            "DASHCLAW_SIGNING_KEY_JWK cannot be used, so nothing is signed".to_owned()
        }),
        check(
            "config",
            "secrets_key",
            "Secrets can be kept",
            !seen.has_secrets_key,
            CheckStatus::Warn,
            || "there is no DASHCLAW_SECRETS_KEY, so no secret can be kept for agents".to_owned(),
        ),
        check("auth", "auth_admin", "Somebody may administer", seen.admins == 0, CheckStatus::Warn, || {
            "no key of the admin role is stored: only an operator's key that the server was started with may"
                .to_owned()
        }),
        check(
            "auth",
            "auth_self_approval",
            "Nobody approves what they asked for",
            seen.allows_self_approval,
            CheckStatus::Warn,
            || "DASHCLAW_ALLOW_SELF_APPROVAL is on: whoever creates an action may approve it".to_owned(),
        ),
        check(
            "deployment",
            "deploy_public_url",
            "Links lead here",
            seen.has_proxies && !seen.has_public_url,
            CheckStatus::Warn,
            || {
                "there is a proxy before the server, and no DASHCLAW_PUBLIC_URL for links to begin with"
                    .to_owned()
            },
        ),
        check(
            "governance",
            "gov_policies",
            "There are policies",
            seen.active_policies == 0,
            CheckStatus::Warn,
            || "no policy is active, so everything is allowed".to_owned(),
        ),
        check(
            "governance",
            "gov_policies_read",
            "Every policy takes part",
            !seen.skipped_policies.is_empty(),
            CheckStatus::Fail,
            || format!("policies that cannot be read take no part: {}", seen.skipped_policies.join(", ")),
        ),
        check(
            "governance",
            "gov_halt",
            "Agents may act",
            seen.halted_by.is_some(),
            CheckStatus::Warn,
            || format!("everything is blocked: halted by {}", seen.halted_by.as_deref().unwrap_or_default()),
        ),
        check("governance", "gov_actions", "Agents are seen", false, CheckStatus::Warn, String::new),
        check(
            "governance",
            "gov_stale",
            "Approvals are given",
            seen.waiting.1 >= WAITS_LONG,
            CheckStatus::Warn,
            || {
                let (count, minutes) = seen.waiting;
                format!("{count} actions wait for a human, the first for {} hours", minutes / 60)
            },
        ),
        check(
            "data-hygiene",
            "jobs_dead",
            "Work in the background is done",
            seen.dead_jobs > 0,
            CheckStatus::Warn,
            || format!("{} pieces of work were given up", seen.dead_jobs),
        ),
        check(
            "data-hygiene",
            "secrets_due",
            "Secrets are rotated",
            seen.secrets_due > 0,
            CheckStatus::Warn,
            || format!("{} secrets should have another value by now", seen.secrets_due),
        ),
    ];
    for check in &mut checks {
        if check.status != CheckStatus::Pass {
            check.fix = remedy(&check.id).map(automatic);
        } else if check.id == "gov_actions" {
            check.message = match seen.actions {
                0 => "no agent has recorded an action yet".to_owned(),
                count => format!("{count} actions are on record"),
            };
        }
    }
    checks
}

fn remedy(check: &str) -> Option<Remedy> {
    match check {
        "gov_policies" => Some(Remedy::StarterPolicies),
        "jobs_dead" => Some(Remedy::ReviveJobs),
        _ => None,
    }
}

fn automatic(remedy: Remedy) -> DoctorFix {
    DoctorFix {
        fix_type: FixType::Auto,
        description: remedy.description().to_owned(),
        action: Some(remedy.action().to_owned()),
        ..DoctorFix::default()
    }
}

/// A check that went as `wrong` says when `is_wrong`.
fn check(
    category: &str,
    id: &str,
    title: &str,
    is_wrong: bool,
    wrong: CheckStatus,
    message: impl FnOnce() -> String,
) -> DoctorCheck {
    DoctorCheck {
        id: id.to_owned(),
        category: category.to_owned(),
        title: title.to_owned(),
        status: if is_wrong { wrong } else { CheckStatus::Pass },
        message: if is_wrong { message() } else { String::new() },
        ..DoctorCheck::default()
    }
}

fn failing(category: &str, id: &str, title: &str, problem: Option<&str>) -> DoctorCheck {
    check(category, id, title, problem.is_some(), CheckStatus::Fail, || {
        problem.unwrap_or_default().to_owned()
    })
}

/// The report of these checks: it is as its worst.
pub(super) fn report(checks: Vec<DoctorCheck>, timestamp: String) -> DoctorReport {
    let count = |status: CheckStatus| {
        i64::try_from(checks.iter().filter(|check| check.status == status).count()).unwrap_or(i64::MAX)
    };
    let (pass, warn, fail) = (count(CheckStatus::Pass), count(CheckStatus::Warn), count(CheckStatus::Fail));
    let status = match (warn, fail) {
        (_, 1..) => DoctorStatus::Unhealthy,
        (1.., _) => DoctorStatus::NeedsAttention,
        _ => DoctorStatus::Healthy,
    };
    let summary = DoctorSummary { pass, warn, fail, ..DoctorSummary::default() };
    DoctorReport { status, summary, checks, timestamp, ..DoctorReport::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn well() -> Seen {
        Seen {
            signs: true,
            has_secrets_key: true,
            admins: 1,
            has_public_url: true,
            active_policies: 1,
            ..Seen::default()
        }
    }

    fn told(seen: &Seen) -> (DoctorStatus, Vec<String>) {
        let report = report(checks(seen), String::new());
        let wrong = report.checks.into_iter().filter(|check| check.status != CheckStatus::Pass);
        (report.status, wrong.map(|check| check.id).collect())
    }

    #[test]
    fn what_is_wrong_is_told_and_nothing_else() {
        assert_eq!(told(&well()), (DoctorStatus::Healthy, vec![]));
        let mut all = 0;
        let mut one = |id: &str, status, change: fn(&mut Seen)| {
            let mut seen = well();
            change(&mut seen);
            assert_eq!(told(&seen), (status, vec![id.to_owned()]));
            all += 1;
        };
        let (warn, fail) = (|| DoctorStatus::NeedsAttention, || DoctorStatus::Unhealthy);
        one("db_connection", fail(), |seen| seen.reads_not = Some("gone".into()));
        one("db_writes", fail(), |seen| seen.stores_not = Some("full".into()));
        one("signing_key", fail(), |seen| seen.signs = false);
        one("secrets_key", warn(), |seen| seen.has_secrets_key = false);
        one("auth_admin", warn(), |seen| seen.admins = 0);
        one("auth_self_approval", warn(), |seen| seen.allows_self_approval = true);
        one("deploy_public_url", warn(), |seen| (seen.has_proxies, seen.has_public_url) = (true, false));
        one("gov_policies", warn(), |seen| seen.active_policies = 0);
        one("gov_policies_read", fail(), |seen| seen.skipped_policies.push("p".into()));
        one("gov_halt", warn(), |seen| seen.halted_by = Some("me".into()));
        one("gov_stale", warn(), |seen| seen.waiting = (1, WAITS_LONG));
        one("jobs_dead", warn(), |seen| seen.dead_jobs = 1);
        one("secrets_due", warn(), |seen| seen.secrets_due = 1);
        // All but the one that only tells.
        assert_eq!(all, checks(&well()).len() - 1);
    }

    #[test]
    fn a_remedy_is_known_by_its_name() {
        for remedy in Remedy::ALL {
            assert_eq!(Remedy::named(remedy.action()), Some(remedy));
        }
        assert_eq!(Remedy::named("rm -rf"), None);
    }
}

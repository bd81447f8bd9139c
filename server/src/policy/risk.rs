//! The risk score: what the server thinks of an act, never lowered by what the client says.

use super::GuardContext;
use super::matching::{fold, fold_action_type};

/// Base score by action type; any other type starts at [`OTHER_BASE`].
const BASE: [(&str, u8); 19] = [
    ("alert", 10),
    ("api", 35),
    ("apply", 60),
    ("build", 25),
    ("calendar", 10),
    ("cleanup", 30),
    ("config", 30),
    ("deploy", 75),
    ("fix", 20),
    ("message", 15),
    ("migrate", 70),
    ("monitor", 10),
    ("post", 25),
    ("refactor", 20),
    ("research", 10),
    ("review", 10),
    ("security", 80),
    ("sync", 40),
    ("test", 15),
];
const OTHER_BASE: u8 = 20;
const IRREVERSIBLE: u8 = 15;

/// Systems whose whole (lower-cased) name adds to the score; each group counts once.
const SYSTEMS: [(&[&str], u8); 2] =
    [(&["production", "database", "postgres", "neon", "redis"], 10), (&["filesystem", "shell"], 5)];

/// Words that add to the score wherever they stand in the goal; each group counts once.
const GOAL_WORDS: [(&[&str], u8); 3] = [
    (&["rm -rf", "drop table", "delete from", "truncate", "format", "wipe"], 20),
    (&["push", "deploy", "release", "ship", "migrate"], 10),
    (&["secret", "credential", "password", "token", "key", ".env"], 15),
];

/// The scores of one guard request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RiskScore {
    /// What policies compare and the response carries: the larger of server and client, 0 to 100.
    pub effective: u8,
    /// The server's own estimate, 0 to 100.
    pub server: u8,
    /// What the client sent, untouched.
    pub client: Option<f64>,
}

impl RiskScore {
    /// Scores a request.
    pub fn of(context: &GuardContext) -> Self {
        let server = server_risk(context);
        let client = context.risk_score.map_or(0, clamp);
        Self { effective: server.max(client), server, client: context.risk_score }
    }
}

/// The server's own estimate, 0 to 100.
pub fn server_risk(context: &GuardContext) -> u8 {
    let action_type = fold_action_type(&context.action_type);
    let base = BASE.iter().find(|(name, _)| *name == action_type).map_or(OTHER_BASE, |(_, score)| *score);
    let irreversible = if context.reversible == Some(false) { IRREVERSIBLE } else { 0 };
    let systems: Vec<_> = context.systems_touched.iter().map(|system| fold(system)).collect();
    let touched =
        SYSTEMS.iter().filter(|(names, _)| systems.iter().any(|system| names.contains(&system.as_ref())));
    let goal = fold(context.declared_goal.as_deref().unwrap_or_default());
    let said = GOAL_WORDS.iter().filter(|(words, _)| words.iter().any(|word| goal.contains(word)));
    let added: u8 = touched.chain(said).map(|(_, score)| score).sum();
    base.saturating_add(irreversible).saturating_add(added).min(100)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=100 before")]
fn clamp(score: f64) -> u8 {
    // `clamp` keeps NaN, and a NaN cast is 0: an unusable client score changes nothing.
    score.clamp(0.0, 100.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(action_type: &str, goal: &str) -> GuardContext {
        GuardContext {
            action_type: action_type.into(),
            declared_goal: Some(goal.into()),
            ..GuardContext::default()
        }
    }

    #[test]
    fn base_scores() {
        assert_eq!(server_risk(&context("deploy", "")), 75);
        assert_eq!(server_risk(&context("security", "")), 80);
        assert_eq!(server_risk(&context("refund", "")), 20);
        assert_eq!(server_risk(&GuardContext::default()), 20);
    }

    #[test]
    fn another_spelling_is_no_smaller_risk() {
        for spelled in ["Deploy", "deploy ", "de\u{200b}ploy", "\u{ff44}eploy"] {
            assert_eq!(server_risk(&context(spelled, "")), 75, "{spelled:?}");
        }
        assert_eq!(
            server_risk(&context("test", "dr\u{ad}op table")),
            server_risk(&context("test", "drop table"))
        );
    }

    #[test]
    fn each_group_counts_once() {
        assert_eq!(server_risk(&context("test", "rm -rf and WIPE")), 35);
        assert_eq!(server_risk(&context("test", "ship the password")), 40);
        assert_eq!(
            server_risk(&context("test", "fix the keyboard")),
            30,
            "plain substring, as on the platform"
        );
        let systems = |names: &[&str]| GuardContext {
            systems_touched: names.iter().map(ToString::to_string).collect(),
            ..context("test", "")
        };
        assert_eq!(server_risk(&systems(&["Redis", "POSTGRES", "shell", "filesystem"])), 30);
        assert_eq!(server_risk(&systems(&["production-eu"])), 15, "whole names only");
    }

    #[test]
    fn irreversible_adds_and_the_sum_is_clamped() {
        let mut worst = context("security", "rm -rf, push the token");
        worst.reversible = Some(false);
        assert_eq!(server_risk(&worst), 100);
        let mut once = context("test", "");
        once.reversible = Some(false);
        assert_eq!(server_risk(&once), 30);
        once.reversible = Some(true);
        assert_eq!(server_risk(&once), 15);
    }

    #[test]
    fn a_client_raises_and_never_lowers() {
        let scored = |client| RiskScore::of(&GuardContext { risk_score: client, ..context("api", "") });
        assert_eq!(scored(Some(90.0)).effective, 90);
        assert_eq!(scored(Some(5.0)).effective, 35);
        assert_eq!(scored(Some(900.0)).effective, 100);
        assert_eq!(scored(Some(f64::NAN)).effective, 35);
        assert_eq!(scored(Some(-3.0)).client, Some(-3.0));
        assert_eq!(scored(None).client, None);
    }
}

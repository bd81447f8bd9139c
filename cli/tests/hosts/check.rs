//! What is in the database, read directly, against what callers were told.

use std::collections::{BTreeMap, BTreeSet};

use super::database::TestDatabase;
use super::load::{DECISIONS, DOLLARS};
use super::readers::Sight;
use super::seen::{Findings, Rule, Told};

/// The events that there are.
pub(crate) fn truth(database: &TestDatabase) -> Sight {
    let mut truth = Sight::default();
    for row in database.rows("SELECT position, name, data FROM events ORDER BY position") {
        truth.take(row[0].parse().unwrap(), &row[1], &row[2]);
    }
    truth
}

/// Checks everything but the readers.
pub(crate) fn check(database: &TestDatabase, told: &Told, truth: &Sight, found: &mut Findings) {
    told.check_obedience(found);
    let there = There { database };
    there.kept(told, found);
    there.one_winner(told, found);
    there.limits(told, found);
    there.whole(told, truth, found);
}

struct There<'d> {
    database: &'d TestDatabase,
}

impl There<'_> {
    /// The first two columns of a query.
    fn pairs(&self, sql: &str) -> BTreeMap<String, String> {
        self.database.rows(sql).into_iter().map(|row| (row[0].clone(), row[1].clone())).collect()
    }

    /// The one number that a query answers.
    fn number(&self, sql: &str) -> i64 {
        self.database.rows(sql)[0][0].parse().unwrap()
    }

    fn kept(&self, told: &Told, found: &mut Findings) {
        for (what, count) in [
            ("decisions acknowledged", told.decisions.len()),
            ("actions acknowledged", told.actions.len()),
            ("outcomes acknowledged", told.outcomes.len()),
            ("heartbeats acknowledged", told.heartbeats.len()),
            ("approvals and denials acknowledged", told.approvals.len()),
            ("revocations acknowledged", told.revoked.len()),
            ("approvals used", told.let_through.len()),
            ("keys of decisions acknowledged", told.decided.len()),
        ] {
            found.looked(what, count);
        }
        let mut expect = |what: &'static str, is: Option<&String>, expected: &str, name: &str| {
            if is.map(String::as_str) != Some(expected) {
                found.wrong(Rule::Kept, format!("{what}: {name} is {is:?}, and {expected} was acknowledged"));
            }
        };
        let decisions = self.pairs("SELECT id, decision FROM guard_decisions");
        for (id, verdict) in &told.decisions {
            expect("decisions acknowledged", decisions.get(id), verdict, id);
        }
        let actions =
            self.pairs("SELECT idempotency_key, action_id FROM actions WHERE idempotency_key IS NOT NULL");
        for (key, ids) in &told.actions {
            for id in ids {
                expect("actions acknowledged", actions.get(key), id, key);
            }
        }
        let outcomes = "SELECT action_id, record::jsonb ->> 'outcome_summary' FROM actions
            WHERE outcome_status = 'completed'";
        let outcomes = self.pairs(outcomes);
        for (id, summaries) in &told.outcomes {
            for summary in summaries {
                expect("outcomes acknowledged", outcomes.get(id), summary, id);
            }
        }
        let beats = "SELECT data::jsonb ->> 'agent_name', 'told' FROM events
            WHERE name = 'agent.heartbeat' AND data::jsonb ->> 'agent_name' IS NOT NULL";
        let beats = self.pairs(beats);
        for beat in &told.heartbeats {
            expect("heartbeats acknowledged", beats.get(beat), "told", beat);
        }
        let answered =
            "SELECT action_id, CASE WHEN approved_at IS NULL THEN 'deny' ELSE 'allow' END FROM actions
            WHERE action_type = 'deploy' AND status <> 'pending_approval'";
        let answered = self.pairs(answered);
        for (id, words) in &told.approvals {
            for word in words {
                expect("approvals and denials acknowledged", answered.get(id), word, id);
            }
        }
        let revoked = self.pairs("SELECT id, 'revoked' FROM api_keys WHERE revoked_at IS NOT NULL");
        for id in &told.revoked {
            expect("revocations acknowledged", revoked.get(id), "revoked", id);
        }
    }

    fn one_winner(&self, told: &Told, found: &mut Findings) {
        let mut one = |what: &'static str, name: &str, count: usize| {
            if count > 1 {
                found.wrong(Rule::OneWinner, format!("{what}: {count} for {name}"));
            }
        };
        told.actions.iter().for_each(|(key, ids)| one("keys of actions", key, ids.len()));
        told.outcomes.iter().for_each(|(id, all)| one("actions with an outcome", id, all.len()));
        told.approvals.iter().for_each(|(id, all)| one("actions that waited", id, all.len()));
        for (id, through) in &told.let_through {
            let through: BTreeSet<_> = through.iter().collect();
            one("approvals used", id, through.len());
        }
        let decided =
            "SELECT idempotency_key, count(*) FROM guard_decisions WHERE idempotency_key IS NOT NULL
            GROUP BY idempotency_key, version ORDER BY 2";
        let decided = self.database.rows(decided);
        for row in &decided {
            one("keys of decisions, by what was in force", &row[0], row[1].parse().unwrap());
        }
        found.looked("keys of decisions, by what was in force", decided.len());
        // Several at once share the answer of one of them.
        let answers: BTreeSet<_> =
            self.database.texts("SELECT id FROM guard_decisions WHERE idempotency_key IS NOT NULL");
        for (key, ids) in &told.decided {
            if !ids.iter().all(|id| answers.contains(id)) {
                found.wrong(Rule::OneWinner, format!("{key} was answered with what is not kept under it"));
            }
        }
    }

    fn limits(&self, told: &Told, found: &mut Findings) {
        let allowed = "SELECT agent_id, count(*) FROM guard_decisions
            WHERE decision = 'allow' AND agent_id LIKE 'limited %' GROUP BY agent_id";
        let allowed = self.pairs(allowed);
        let reached = allowed.values().filter(|count| count.parse() == Ok(DECISIONS)).count();
        found.looked("agents at a limit", told.limited.len());
        found.looked("agents that reached it", reached);
        for (agent, count) in &allowed {
            if count.parse::<i64>().unwrap() > DECISIONS {
                found.wrong(
                    Rule::Limits,
                    format!("{agent} was allowed {count} times, and {DECISIONS} were its limit"),
                );
            }
        }
        let spent = "SELECT agent_id, sum(spent_usd) FROM guard_decisions
            WHERE spent_usd IS NOT NULL GROUP BY agent_id";
        let spent = self.pairs(spent);
        let reached = spent.values().filter(|usd| usd.parse::<f64>().unwrap() >= DOLLARS).count();
        found.looked("agents with a budget", told.spenders.len());
        found.looked("agents that used it up", reached);
        for (agent, usd) in &spent {
            if usd.parse::<f64>().unwrap() > DOLLARS {
                found.wrong(Rule::Limits, format!("{agent} spent {usd}, and {DOLLARS} was its budget"));
            }
        }
    }

    /// Positions have no gap, each change has its event, and each event its change.
    fn whole(&self, told: &Told, truth: &Sight, found: &mut Findings) {
        for wrong in &truth.wrong {
            found.wrong(Rule::Whole, format!("events: {wrong}"));
        }
        found.looked("events", usize::try_from(truth.last).unwrap());
        let mut expect = |what: &str, is: i64, expected: i64| {
            if is != expected {
                found.wrong(Rule::Whole, format!("{what}: {is} instead of {expected}"));
            }
        };
        expect("the position of the head", self.number("SELECT max(position) FROM heads"), truth.last);
        let unlike = |told: &str, there: &str| {
            format!(
                "SELECT count(*) FROM (({told} EXCEPT ALL {there}) UNION ALL ({there} EXCEPT ALL {told})) AS unlike"
            )
        };
        let of =
            |name: &str, id: &str| format!("SELECT data::jsonb ->> '{id}' FROM events WHERE name = '{name}'");
        let created = unlike(&of("action.created", "action_id"), "SELECT action_id FROM actions");
        expect("actions without their event", self.number(&created), 0);
        // Each action has a decision of its own, of which readers do not hear.
        let alone =
            self.number("SELECT (SELECT count(*) FROM guard_decisions) - (SELECT count(*) FROM actions)");
        let decided = of("guard.decision.created", "decision_id");
        expect("decisions told of", self.number(&format!("SELECT count(*) FROM ({decided}) AS told")), alone);
        let strange =
            format!("SELECT count(*) FROM ({decided} EXCEPT ALL SELECT id FROM guard_decisions) AS strange");
        expect("decisions that are told of and not kept", self.number(&strange), 0);
        let reported =
            "SELECT count(*) FROM actions WHERE (outcome_status = 'completed') <> (status = 'completed')";
        expect("actions reported by half", self.number(reported), 0);
        let ended = "SELECT count(*) FROM actions WHERE outcome_status = 'completed'
            AND (SELECT count(*) FROM events WHERE name = 'action.updated' AND data::jsonb ->> 'action_id' = action_id) < 2";
        expect("reports without their events", self.number(ended), 0);
        // In the order of the commits, no decision follows one that was made on something newer.
        let older = "SELECT count(*) FROM (
                SELECT version, max(version) OVER (ORDER BY position) AS newest FROM events
                JOIN guard_decisions ON data::jsonb ->> 'decision_id' = id WHERE name = 'guard.decision.created'
            ) AS decided WHERE version < newest";
        let older = self.number(older);
        if older > 0 {
            found.wrong(Rule::Obedience, format!("{older} decisions stand behind newer ones"));
        }
        let version = self.number("SELECT max(version) FROM heads");
        found.looked("changes of what decisions are made on", usize::try_from(told.changes).unwrap());
        if version < told.changes {
            found.wrong(
                Rule::Kept,
                format!("{} changes were acknowledged, and {version} are there", told.changes),
            );
        }
    }
}

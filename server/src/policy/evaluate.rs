//! The order of evaluation: halt, local policies, injection scan, webhooks, grants, signals, identity.

use std::time::{Duration, Instant};

use super::matching::Subject;
use super::rules::{Input, WebhookCheck};
use super::set::CompiledPolicy;
use super::webhook::{Answer, Preliminary, WebhookClient, ask_all};
use super::{
    Evaluation, Facts, GuardContext, InjectionRule, OperatorApproval, PolicySet, RiskScore, Verdict,
};
use crate::scan::injection;

/// How one evaluation behaves when something does not finish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuardSettings {
    /// Time for all checks together (`DASHCLAW_GUARD_DEADLINE_MS`).
    pub deadline: Duration,
    /// What an unfinished check resolves to when its policy does not say (`DASHCLAW_GUARD_FALLBACK`).
    pub fallback: Verdict,
}

impl Default for GuardSettings {
    fn default() -> Self {
        Self { deadline: Duration::from_millis(3500), fallback: Verdict::RequireApproval }
    }
}

/// Evaluates a request without leaving the process: `webhook_check` policies count as unfinished.
pub fn evaluate(
    policies: &PolicySet,
    context: &GuardContext,
    facts: &Facts,
    settings: &GuardSettings,
) -> Evaluation {
    evaluate_at(policies, context, facts, settings, RiskScore::of(context))
}

/// The same at a risk that is on record.
pub(super) fn evaluate_at(
    policies: &PolicySet,
    context: &GuardContext,
    facts: &Facts,
    settings: &GuardSettings,
    risk: RiskScore,
) -> Evaluation {
    let mut stages = Stages::start_at(policies, context, facts, settings, risk);
    let unanswered = vec![Answer::Unfinished("not asked".into()); stages.webhooks().len()];
    stages.apply_answers(unanswered);
    stages.finish()
}

/// Evaluates a request, asking the webhooks at the same time and within the deadline.
pub async fn evaluate_with_webhooks(
    policies: &PolicySet,
    context: &GuardContext,
    facts: &Facts,
    settings: &GuardSettings,
    client: &WebhookClient,
) -> Evaluation {
    let mut stages = Stages::start(policies, context, facts, settings);
    let checks = stages.webhooks();
    if !checks.is_empty() {
        let preliminary = Preliminary { context, evaluation: stages.preliminary() };
        let answers = ask_all(client, &checks, &preliminary, settings.deadline).await;
        stages.apply_answers(answers);
    }
    stages.finish()
}

/// An evaluation in progress: everything before the webhooks is done when it [`start`](Self::start)s.
#[derive(Debug)]
pub struct Stages<'a> {
    policies: &'a PolicySet,
    context: &'a GuardContext,
    facts: &'a Facts,
    fallback: Verdict,
    evaluation: Evaluation,
}

impl<'a> Stages<'a> {
    /// Scores the risk, then evaluates the halt, or the local policies and the injection scan.
    pub fn start(
        policies: &'a PolicySet,
        context: &'a GuardContext,
        facts: &'a Facts,
        settings: &GuardSettings,
    ) -> Self {
        Self::start_at(policies, context, facts, settings, RiskScore::of(context))
    }

    fn start_at(
        policies: &'a PolicySet,
        context: &'a GuardContext,
        facts: &'a Facts,
        settings: &GuardSettings,
        risk: RiskScore,
    ) -> Self {
        let mut evaluation = Evaluation::new(risk);
        if let Some(halt) = &facts.org_halt {
            evaluation.add_halt(halt);
        } else {
            let subject = Subject::of(context);
            let deadline = Instant::now().checked_add(settings.deadline);
            let fallback = settings.fallback;
            let input = Input { context, subject: &subject, facts, risk, fallback, deadline };
            evaluate_local(&mut evaluation, policies, &input);
        }
        Self::resume(policies, context, facts, settings, evaluation)
    }

    /// Goes on with what [`start`](Self::start) found, which may have happened on another thread.
    pub fn resume(
        policies: &'a PolicySet,
        context: &'a GuardContext,
        facts: &'a Facts,
        settings: &GuardSettings,
        evaluation: Evaluation,
    ) -> Self {
        Self { policies, context, facts, fallback: settings.fallback, evaluation }
    }

    /// What is known before anybody else is asked, to [`resume`](Self::resume) with.
    pub fn into_preliminary(self) -> Evaluation {
        self.evaluation
    }

    /// What is known before anybody else is asked.
    pub fn preliminary(&self) -> &Evaluation {
        &self.evaluation
    }

    fn checks(&self) -> Vec<(&'a CompiledPolicy, &'a WebhookCheck)> {
        if self.facts.org_halt.is_some() {
            return Vec::new();
        }
        self.policies.webhooks(self.context.agent_id.as_deref()).collect()
    }

    /// The webhooks to ask, in stored order.
    pub fn webhooks(&self) -> Vec<&'a WebhookCheck> {
        self.checks().into_iter().map(|(_, check)| check).collect()
    }

    /// Takes in what the webhooks said, in the order of [`webhooks`](Self::webhooks); a missing answer is an
    /// unfinished check.
    pub fn apply_answers(&mut self, answers: Vec<Answer>) {
        let missing = std::iter::repeat_with(|| Answer::Unfinished("no answer".into()));
        for ((policy, check), answer) in self.checks().into_iter().zip(answers.into_iter().chain(missing)) {
            match answer {
                Answer::Unfinished(why) => {
                    let verdict = check.on_timeout.unwrap_or(self.fallback);
                    self.evaluation.matched(&policy.id);
                    let text = format!("{}: Webhook did not answer ({why})", policy.name);
                    self.evaluation.raise(verdict, text);
                }
                Answer::Replied(reply) => reply.apply(policy, &mut self.evaluation),
            }
        }
    }

    /// Applies the grants; answers the verdict so far, which an operator's approval may still lift.
    pub fn apply_grants(&mut self) -> Verdict {
        let subject = Subject::of(self.context);
        for (policy, grant) in self.policies.grants(self.context.agent_id.as_deref()) {
            if grant.covers(self.context, &subject) {
                self.evaluation.grant(policy);
            }
        }
        self.evaluation.verdict
    }

    /// Applies an operator's approval, the signals and the identity's veto.
    pub fn conclude(mut self, approval: Option<&OperatorApproval>) -> Evaluation {
        if let Some(approval) = approval {
            self.evaluation.grant_approved(approval);
        }
        self.evaluation.warnings.extend(self.facts.signals.iter().cloned());
        if let Some(reason) = &self.facts.identity_block {
            self.evaluation.force_block(reason);
        }
        self.evaluation
    }

    /// Applies all that follows the webhooks, with the approval that the facts hold.
    pub fn finish(mut self) -> Evaluation {
        self.apply_grants();
        let approval = self.facts.operator_approval.as_ref();
        self.conclude(approval)
    }
}

fn evaluate_local(evaluation: &mut Evaluation, policies: &PolicySet, input: &Input<'_>) {
    for (policy, rule) in policies.local(input.context.agent_id.as_deref()) {
        if let Some(finding) = rule.evaluate(input) {
            evaluation.add(policy, finding);
        }
    }
    if input.facts.injection == InjectionRule::Off {
        return;
    }
    let scan = injection::scan_all(input.context.read_by_people());
    if !scan.is_clean() {
        evaluation.add_injection(&scan, input.facts.injection);
    }
}

#[cfg(test)]
#[path = "evaluate_tests.rs"]
mod tests;

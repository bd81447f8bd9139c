//! Making a guard decision: what storage knows, what the policies say, and the record of it.

use std::sync::Arc;

use dashclaw::api::guard::{GuardDecision, GuardDecisionRecord, NonFabrication, Violation};
use dashclaw::clock;
use serde_json::{Value, json};

use super::judge::evaluate;
use super::known::{Counting, Known, known};
use super::premises::{Asked, Premises, Span, Stale};
use super::question::Question;
use super::rows::{NewDecision, Repeatable};
use crate::app::App;
use crate::facts::FactEvidence;
use crate::failure::{Answer, Failure, Kind};
use crate::identity::Replay;
use crate::ids;
use crate::orgs::Org;
use crate::policy::{Evaluation, GuardContext, Verdict};
use crate::scan::secrets;

/// How long a decision may be repeated by its key, in milliseconds.
const REPEAT_MS: i64 = 10 * 60_000;
/// How far the clocks of two hosts, or of one before and after it was set, may lie apart, in milliseconds.
const SKEW_MS: i64 = 5000;
/// How often a decision is made anew because what it was made on changes under it.
pub(crate) const ATTEMPTS: usize = 64;

/// A decision that is made and not yet stored.
#[derive(Debug)]
pub(crate) struct Decided {
    pub(crate) verdict: Verdict,
    pub(crate) decision: GuardDecision,
    /// Until when a human may decide, where one is asked: ISO-8601, UTC.
    pub(crate) expires_at: String,
    premises: Premises,
    asked: Asked,
    context: String,
    evidence: Option<String>,
    org_id: String,
    action_type: String,
    now_ms: i64,
    replay: Replay,
    jti: Option<String>,
    /// What the act spends, in USD.
    spends: Option<f64>,
}

/// Asks the policies of an organisation. `signals` are added to the warnings; `attempt` is 0 for the first.
pub(crate) async fn decide(
    app: &App,
    org: &Arc<Org>,
    question: &Arc<Question>,
    signals: Vec<String>,
    attempt: usize,
) -> Answer<Decided> {
    let counting = if attempt == 0 { Counting::Assumed } else { Counting::Read };
    let Known { mut facts, mut premises } = known(app, org, question, signals, counting).await?;
    facts.identity_block.clone_from(&question.identity.block);
    let context = &question.context;
    let evaluation = evaluate(app, org, question, facts).await?;
    premises.approval.clone_from(&evaluation.approval_used);
    let evidence = (!evaluation.evidence.is_empty()).then(|| evidence_text(&evaluation.evidence));
    Ok(Decided {
        verdict: evaluation.verdict,
        expires_at: clock::iso(clock::unix_millis() + approval_ms(app, org)),
        decision: answer(app, question, evaluation)?,
        premises,
        asked: question.asked.clone(),
        context: context_text(context),
        evidence,
        org_id: context.org_id.clone(),
        action_type: context.action_type.clone(),
        now_ms: context.now_ms,
        replay: question.identity.replay,
        jti: question.identity.jti.clone(),
        spends: context.purchase.as_ref().and_then(crate::policy::Purchase::spend),
    })
}

/// How long a human may take, in milliseconds.
pub(crate) fn approval_ms(app: &App, org: &Org) -> i64 {
    org.approval_timeout_minutes().unwrap_or(app.config.approval_timeout_minutes) * 60_000
}

/// The decision in the words of the wire. It is stored and published: what a text of the question holds by mistake is taken
/// out of the reasons that quote it.
fn answer(app: &App, question: &Question, mut evaluation: Evaluation) -> Answer<GuardDecision> {
    let Question { context, identity, .. } = question;
    let clean = |text: &String| secrets::redact(text).0.into_owned();
    for text in evaluation.reasons.iter_mut().chain(&mut evaluation.warnings) {
        *text = clean(text);
    }
    let id = ids::decision()?;
    let non_fabrication: Vec<NonFabrication> = evaluation
        .evidence
        .iter()
        .map(|(policy_id, evidence)| NonFabrication {
            policy_id: policy_id.clone(),
            verdict: if evidence.is_pass() { "pass" } else { "block" }.to_owned(),
            violations: violations(evidence),
            receipt: app.signer.non_fabrication(evidence, &context.evaluated_at),
            ..NonFabrication::default()
        })
        .collect();
    Ok(GuardDecision {
        decision: evaluation.verdict.as_str().into(),
        decision_id: Some(id.clone().into()),
        action_id: Some(id),
        reason: evaluation.reason(),
        signals: evaluation.signals(),
        reasons: evaluation.reasons,
        warnings: evaluation.warnings,
        matched_policies: evaluation.matched_policies,
        risk_score: i64::from(evaluation.risk.effective),
        agent_risk_score: context.risk_score,
        verification_status: Some(identity.status.as_str().to_owned()),
        agent_id: context.agent_id.clone(),
        agent_name: context.agent_name.as_ref().map(clean),
        evaluated_at: Some(context.evaluated_at.clone()),
        non_fabrication: (!non_fabrication.is_empty()).then_some(non_fabrication),
        ..GuardDecision::default()
    })
}

fn violations(evidence: &FactEvidence) -> Vec<Violation> {
    let violation = |found: &crate::facts::Violation| Violation {
        code: found.code.as_str().to_owned(),
        label: Some(found.label.clone()),
        detail: found.detail.clone(),
        ..Violation::default()
    };
    evidence.violations.iter().map(violation).collect()
}

fn evidence_text(evidence: &[(String, FactEvidence)]) -> String {
    let entries: Vec<Value> = evidence
        .iter()
        .map(|(policy_id, evidence)| {
            json!({ "policy_id": policy_id, "verdict": evidence.verdict(), "violations": evidence.violations })
        })
        .collect();
    Value::Array(entries).to_string()
}

/// What was asked, as it is stored: without the content and its facts, and without secrets.
fn context_text(context: &GuardContext) -> String {
    let clean = |text: &str| secrets::redact(text).0.into_owned();
    let each = |texts: &[String]| texts.iter().map(|text| clean(text)).collect::<Vec<_>>();
    let marker = |value: &Option<Value>| value.as_ref().map(|_| "[REDACTED]");
    json!({
        "action_type": clean(&context.action_type),
        "declared_goal": context.declared_goal.as_deref().map(clean),
        "risk_score": context.risk_score,
        "systems_touched": each(&context.systems_touched),
        "reversible": context.reversible,
        "target": context.target.as_deref().map(clean),
        "write_paths": each(&context.write_paths),
        "content": marker(&context.content),
        "source_of_truth": marker(&context.source_of_truth),
    })
    .to_string()
}

impl Decided {
    /// What is stored. With a key and the reply's text it can be repeated.
    pub(crate) fn record(&self, key: Option<&str>, reply: &str) -> NewDecision {
        let decision = &self.decision;
        let repeatable = key.map(|key| Repeatable {
            key: key.to_owned(),
            within: repeat_span(self.now_ms),
            reply: reply.to_owned(),
        });
        NewDecision {
            record: GuardDecisionRecord {
                id: decision.decision_id.clone().unwrap_or_default(),
                org_id: self.org_id.clone(),
                agent_id: decision.agent_id.clone(),
                agent_name: decision.agent_name.clone(),
                verification_status: decision.verification_status.clone(),
                action_type: self.action_type.clone(),
                risk_score: decision.risk_score,
                decision: decision.decision.clone(),
                reasons: decision.reason.clone(),
                matched_policies: Some(json!(decision.matched_policies).to_string()),
                created_at: decision.evaluated_at.clone().unwrap_or_default(),
                extra: [
                    ("replay_status".to_owned(), json!(self.replay.as_str())),
                    ("jti".to_owned(), json!(self.jti)),
                ]
                .into(),
            },
            created_ms: self.now_ms,
            premises: self.premises.clone(),
            asked: self.asked.clone(),
            repeatable,
            spent_usd: None,
            told: (!reply.is_empty()).then(|| reply.to_owned()),
            context: self.context.clone(),
            evidence: self.evidence.clone(),
        }
    }

    /// What is stored with an action: unless it is blocked, it spends.
    pub(crate) fn record_with_action(&self, key: Option<&str>, reply: &str) -> NewDecision {
        let spent_usd = self.spends.filter(|_| self.verdict != Verdict::Block);
        NewDecision { spent_usd, ..self.record(key, reply) }
    }
}

/// When decisions were made that are young enough to be repeated.
pub(crate) fn repeat_span(now_ms: i64) -> Span {
    span(now_ms, REPEAT_MS)
}

/// The last `length` milliseconds. A record of a future that the clock was set back from is not in them.
pub(crate) fn span(now_ms: i64, length: i64) -> Span {
    Span { since_ms: now_ms - length, until_ms: now_ms + SKEW_MS }
}

/// 409: a key stands for one question, and this is another.
pub(crate) fn other_question() -> Failure {
    Failure::conflict("The idempotency key was used for another question").code("IDEMPOTENCY_KEY_REUSED")
}

/// Prepares another attempt, or refuses one whose key holds no more.
pub(crate) fn again(app: &App, org_id: &str, stale: Stale) -> Answer<()> {
    match stale {
        Stale::Policies => app.forget_org(org_id),
        Stale::History => {}
        Stale::Key => return Err(Failure::unauthorized()),
    }
    Ok(())
}

/// 503: what decisions are made on changed faster than one could be stored.
pub(crate) fn contended() -> Failure {
    Failure::new(Kind::Unavailable, "Guard decision could not be stored")
        .code("GUARD_AUDIT_PERSIST_FAILED")
        .retry_after(1)
}

//! Making a guard decision: what storage knows, what the policies say, and the record of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use dashclaw::api::guard::{GuardDecision, GuardDecisionRecord, NonFabrication, Violation};
use dashclaw::clock;
use serde_json::{Value, json};

use crate::app::App;
use crate::facts::FactEvidence;
use crate::http::refusal::Answer;
use crate::identity::Identity;
use crate::ids;
use crate::orgs::Org;
use crate::policy::webhook::{Answer as WebhookAnswer, Preliminary, ask_all};
use crate::policy::{Evaluation, Facts, GuardContext, OperatorApproval, OrgHalt, Stages, Verdict};
use crate::scan::secrets;
use crate::store::{NewDecision, Repeatable};

/// How long an operator's approval lifts the same question, in milliseconds.
const APPROVAL_MS: i64 = 15 * 60_000;
/// How long a decision may be repeated by its key, in milliseconds.
const REPEAT_MS: i64 = 10 * 60_000;
const MINUTE_MS: i64 = 60_000;

/// A decision that is made and not yet stored.
#[derive(Debug)]
pub(crate) struct Decided {
    pub(crate) verdict: Verdict,
    pub(crate) decision: GuardDecision,
    context: String,
    evidence: Option<String>,
    org_id: String,
    action_type: String,
    now_ms: i64,
    identity: Identity,
}

/// Asks the policies of an organisation. `signals` are added to the warnings; `identity` is what the agent's token tells.
pub(crate) async fn decide(
    app: &App,
    context: &GuardContext,
    signals: Vec<String>,
    identity: Identity,
) -> Answer<Decided> {
    let org = app.org(&context.org_id).await?;
    let mut facts = facts(app, &org, context, signals).await?;
    facts.identity_block.clone_from(&identity.block);
    let evaluation = evaluate(app, &org, context, &facts).await;
    let evidence = (!evaluation.evidence.is_empty()).then(|| evidence_text(&evaluation.evidence));
    Ok(Decided {
        verdict: evaluation.verdict,
        decision: answer(app, context, evaluation, identity.status.as_str())?,
        context: context_text(context),
        evidence,
        org_id: context.org_id.clone(),
        action_type: context.action_type.clone(),
        now_ms: context.now_ms,
        identity,
    })
}

async fn facts(app: &App, org: &Arc<Org>, context: &GuardContext, signals: Vec<String>) -> Answer<Facts> {
    let halt = org.halt().map(|halt| OrgHalt { actor: halt.actor, reason: halt.reason });
    let mut facts = Facts { org_halt: halt, signals, ..Facts::default() };
    let Some(agent_id) = context.agent_id.as_deref().filter(|_| facts.org_halt.is_none()) else {
        return Ok(facts);
    };
    let windows = org.policies.rate_windows(Some(agent_id));
    if !windows.is_empty() {
        let since = windows.iter().map(|window| context.now_ms - i64::from(*window) * MINUTE_MS).collect();
        let counts = app.store.count_decisions(&context.org_id, agent_id, since).await?;
        let counts = counts.into_iter().map(|count| u64::try_from(count).unwrap_or_default());
        facts.decisions_in_minutes = windows.into_iter().zip(counts).collect::<BTreeMap<_, _>>();
    }
    // Without policies nothing asks for an approval, and none needs to be looked for.
    if let Some(goal) = context.declared_goal.as_deref().filter(|_| !org.policies.is_empty()) {
        let since = clock::iso(context.now_ms - APPROVAL_MS);
        let approved =
            app.store.approved_action(&context.org_id, agent_id, goal, &context.action_type, &since).await?;
        facts.operator_approval = approved.and_then(|action| {
            let approved_by = action.approved_by?;
            Some(OperatorApproval { action_id: action.action_id.0, approved_by })
        });
    }
    Ok(facts)
}

async fn evaluate(app: &App, org: &Org, context: &GuardContext, facts: &Facts) -> Evaluation {
    let settings = &app.config.guard;
    let mut stages = Stages::start(&org.policies, context, facts, settings);
    let checks = stages.webhooks();
    if !checks.is_empty() {
        let answers = match app.webhooks() {
            Some(client) => {
                let preliminary = Preliminary { context, evaluation: stages.preliminary() };
                ask_all(client, &checks, &preliminary, settings.deadline).await
            }
            None => vec![WebhookAnswer::Unfinished("no webhook can be asked".to_owned()); checks.len()],
        };
        stages.apply_answers(answers);
    }
    stages.finish()
}

fn answer(
    app: &App,
    context: &GuardContext,
    evaluation: Evaluation,
    verification: &str,
) -> Answer<GuardDecision> {
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
        verification_status: Some(verification.to_owned()),
        agent_id: context.agent_id.clone(),
        agent_name: context.agent_name.clone(),
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
    let clean = |text: &Option<String>| text.as_deref().map(|text| secrets::redact(text).0.into_owned());
    let marker = |value: &Option<Value>| value.as_ref().map(|_| "[REDACTED]");
    json!({
        "action_type": context.action_type,
        "declared_goal": clean(&context.declared_goal),
        "risk_score": context.risk_score,
        "systems_touched": context.systems_touched,
        "reversible": context.reversible,
        "target": clean(&context.target),
        "write_paths": context.write_paths,
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
            since_ms: self.now_ms - REPEAT_MS,
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
                    ("replay_status".to_owned(), json!(self.identity.replay.as_str())),
                    ("jti".to_owned(), json!(self.identity.jti)),
                ]
                .into(),
            },
            created_ms: self.now_ms,
            repeatable,
            context: self.context.clone(),
            evidence: self.evidence.clone(),
        }
    }
}

/// Since when decisions are young enough to be repeated.
pub(crate) fn repeat_since(now_ms: i64) -> i64 {
    now_ms - REPEAT_MS
}

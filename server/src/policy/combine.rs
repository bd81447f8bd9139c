//! How findings become one answer: the strictest verdict wins, and every text names its policy.

use std::time::Duration;

use super::rules::Finding;
use super::set::CompiledPolicy;
use super::{GuardContext, InjectionRule, OperatorApproval, OrgHalt, RiskScore, Verdict};
use crate::facts::FactEvidence;
use crate::scan::injection::InjectionScan;

/// In `matched_policies` when the organisation is halted.
pub const ORG_HALT: &str = "builtin:org_halt";
/// In `matched_policies` when the prompt-injection scan blocks.
pub const PROMPT_INJECTION_SCAN: &str = "builtin:prompt_injection_scan";
/// In `matched_policies` when a recent approval of the same act lifts `require_approval`.
pub const OPERATOR_APPROVAL: &str = "builtin:operator_approval";

/// The answer to a guard request, ready to be stored and sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// The strictest verdict, after grants.
    pub verdict: Verdict,
    /// Why it is not allowed: "`<policy name>: <reason>`" each.
    pub reasons: Vec<String>,
    /// What is worth knowing, in the same form.
    pub warnings: Vec<String>,
    /// Ids of the policies that matched, in the order of evaluation, without repeats.
    pub matched_policies: Vec<String>,
    /// The scores that policies compared.
    pub risk: RiskScore,
    /// What fact checks found: the policy's id and the evidence, one for each `non_fabrication` policy that applied.
    pub evidence: Vec<(String, FactEvidence)>,
    /// The approved action whose approval the verdict rests on. It is used up by the decision.
    pub approval_used: Option<String>,
}

impl Evaluation {
    pub(super) fn new(risk: RiskScore) -> Self {
        Self {
            verdict: Verdict::Allow,
            reasons: Vec::new(),
            warnings: Vec::new(),
            matched_policies: Vec::new(),
            risk,
            evidence: Vec::new(),
            approval_used: None,
        }
    }

    /// The answer where the rules did not end in time: what could not be judged is not allowed.
    pub fn unfinished(context: &GuardContext, deadline: Duration) -> Self {
        let mut evaluation = Self::new(RiskScore::of(context));
        let text = format!("The policies could not be evaluated within {} ms", deadline.as_millis());
        evaluation.raise(Verdict::Block, text);
        evaluation
    }

    /// The reasons in one text, or nothing.
    pub fn reason(&self) -> Option<String> {
        (!self.reasons.is_empty()).then(|| self.reasons.join("; "))
    }

    /// Warnings, then reasons.
    pub fn signals(&self) -> Vec<String> {
        self.warnings.iter().chain(&self.reasons).cloned().collect()
    }

    pub(super) fn matched(&mut self, id: &str) {
        if !self.matched_policies.iter().any(|known| known == id) {
            self.matched_policies.push(id.to_owned());
        }
    }

    /// Raises the verdict and files the text where that verdict's texts belong.
    pub(super) fn raise(&mut self, verdict: Verdict, text: String) {
        self.verdict = self.verdict.max(verdict);
        match verdict {
            Verdict::Allow => {}
            Verdict::Warn => self.warnings.push(text),
            Verdict::RequireApproval | Verdict::Block => self.reasons.push(text),
        }
    }

    pub(super) fn add(&mut self, policy: &CompiledPolicy, finding: Finding) {
        self.matched(&policy.id);
        self.raise(finding.verdict, format!("{}: {}", policy.name, finding.reason));
        self.evidence.extend(finding.evidence.map(|evidence| (policy.id.clone(), evidence)));
    }

    pub(super) fn add_halt(&mut self, halt: &OrgHalt) {
        self.matched(ORG_HALT);
        let why = halt.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
        self.raise(Verdict::Block, format!("Organization halted by {}{why}", halt.actor));
    }

    pub(super) fn add_injection(&mut self, scan: &InjectionScan, rule: InjectionRule) {
        let text = format!("Prompt injection scan: {} ({})", scan.categories().join(", "), scan.risk_level());
        let verdict = match rule {
            InjectionRule::Block => scan.recommendation(),
            InjectionRule::Warn => scan.recommendation().min(Verdict::Warn),
            InjectionRule::Off => return,
        };
        if verdict == Verdict::Block {
            self.matched(PROMPT_INJECTION_SCAN);
        }
        self.raise(verdict, text);
    }

    /// A grant lifts what asks for care; it never lifts a block.
    pub(super) fn grant(&mut self, policy: &CompiledPolicy) {
        if !matches!(self.verdict, Verdict::Warn | Verdict::RequireApproval) {
            return;
        }
        self.lift(&policy.id, format!("{}: Allowed by grant (was {})", policy.name, self.verdict));
    }

    pub(super) fn grant_approved(&mut self, approval: &OperatorApproval) {
        if self.verdict != Verdict::RequireApproval || self.risk.effective > approval.risk_score {
            return;
        }
        let OperatorApproval { action_id, approved_by, .. } = approval;
        self.approval_used = Some(action_id.clone());
        self.lift(OPERATOR_APPROVAL, format!("Approved by {approved_by} in action {action_id}"));
    }

    fn lift(&mut self, id: &str, warning: String) {
        self.verdict = Verdict::Allow;
        self.reasons.clear();
        self.warnings.push(warning);
        self.matched(id);
    }

    pub(super) fn force_block(&mut self, reason: &str) {
        self.verdict = Verdict::Block;
        // What does not happen uses up nothing.
        self.approval_used = None;
        self.reasons.insert(0, reason.to_owned());
    }
}

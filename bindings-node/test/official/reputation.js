// Current vector (stored snapshot, or computed read-only when none exists yet)
const { vector } = await claw.getAgentReputation('agent_42');
// vector: { reliability_score, completion_rate, policy_violation_rate, approval_adherence,
// quality_score, risk_score, volume_weight, confidence, total_events, last_event_at, computed_at }
// Recompute from evidence, persist the snapshot, and store a signed receipt
await claw.recomputeAgentReputation('agent_42');
// Paginated reputation events
await claw.listAgentReputationEvents('agent_42', { limit: 50, offset: 0 });
// Signed receipt + verification against the instance's published keys
const { receipt } = await claw.getAgentReputationReceipt('agent_42');
const { ok } = await claw.verifyReputationReceipt(receipt);

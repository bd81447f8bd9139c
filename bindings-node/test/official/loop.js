import { DashClaw, GuardBlockedError, ApprovalDeniedError } from 'dashclaw';
const claw = new DashClaw({
baseUrl: process.env.DASHCLAW_BASE_URL,
apiKey: process.env.DASHCLAW_API_KEY,
agentId: 'my-agent',
agentName: 'My Agent', // optional — stored in audit trail for attribution
// Phase 2 (optional): attach a JWT from your OIDC provider for cryptographic
// attribution. When set, the server verifies the signature via JWKS and the
// JWT sub claim overrides agentId in the audit record.
// authToken: process.env.MY_AGENT_JWT,
});
// 1. Ask permission
const decision = await claw.guard({
action_type: 'deploy',
declared_goal: 'Ship v2.4.0 to production',
risk_score: 90,
});
if (decision.decision === 'block') {
throw new GuardBlockedError(decision);
}
// 2. Log intent. Server may gate this if policy requires approval —
// check action.status before assuming you're clear to execute.
const { action, action_id } = await claw.createAction({
action_type: 'deploy',
declared_goal: 'Ship v2.4.0 to production',
risk_score: 90,
// session_id: 'sess_…' // optional: link to a started session for exact attribution (else server correlates by agent + time window)
});
// 3. If the server flagged this for human review, wait for an operator.
if (action?.status === 'pending_approval') {
try {
await claw.waitForApproval(action_id);
} catch (err) {
if (err instanceof ApprovalDeniedError) return; // operator denied
throw err;
}
}
// 4. Execute the real work, then record the outcome
await claw.recordAssumption({ action_id, assumption: 'Staging tests passed' });
try {
const result = await myLlmCall();
await claw.updateOutcome(action_id, {
status: 'completed',
// Optional — populate Analytics cost/token charts. Cost is derived
// server-side from the configured pricing table when model + tokens
// are provided without an explicit cost_estimate.
tokens_in: result.usage.input_tokens,
tokens_out: result.usage.output_tokens,
model: result.model,
});
} catch (err) {
await claw.updateOutcome(action_id, { status: 'failed', error_message: err.message });
}

// 1. Guard — advisory; may return 'allow', 'block', 'warn', or 'require_approval'
const decision = await claw.guard({
action_type: 'post_message',
declared_goal: 'Notify #ops of deploy start',
risk_score: 40,
});
if (decision.decision === 'block') {
throw new GuardBlockedError(decision);
}
// 2. Create the action. The server re-evaluates policy at this point and is
// the authoritative source for whether human review is required. Even if
// guard returned 'allow', the server may still set status='pending_approval'
// (for example, if a capability has requires_approval=true).
const { action, action_id } = await claw.createAction({
action_type: 'post_message',
declared_goal: 'Notify #ops of deploy start',
risk_score: 40,
});
// 3. Check the SERVER's verdict, not the guard decision.
if (action?.status === 'pending_approval') {
try {
// Use createAction's action_id, never the guard decision's action_id.
await claw.waitForApproval(action_id, { timeout: 600_000 });
} catch (err) {
if (err instanceof ApprovalDeniedError) {
// Operator denied — do NOT execute the action
return { denied: true, reason: err.message };
}
throw err;
}
}
// 4. Execute and record outcome
await doTheWork();
await claw.updateOutcome(action_id, { status: 'completed' });

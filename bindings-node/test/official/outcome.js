// Report success
await claw.reportActionOutcome(actionId, {
status: 'completed',
summary: 'Deployed dashclaw 2.13.4 to production'
});
// Convenience wrappers
await claw.reportActionSuccess(actionId, 'Deployed dashclaw 2.13.4');
await claw.reportActionFailure(actionId, 'Downstream API returned 503');
await claw.reportActionPartial(actionId, { step: 2, of: 5 });
// Report failure (error_message required)
await claw.reportActionOutcome(actionId, {
status: 'failed',
error_message: 'Downstream API returned 503'
});
// Report partial progress (progress object required)
await claw.reportActionOutcome(actionId, {
status: 'partial',
progress: { step: 2, of: 5 }
});
// Retry-safe poll before re-trying any approved action
const outcome = await claw.getActionOutcome(actionId);
switch (outcome.status) {
case 'pending': /* still in flight, WAIT */ break;
case 'completed': /* already executed, SKIP */ break;
case 'failed': /* safe to RETRY */ break;
case 'lost_confirmation': /* sweep gave up, safe to RETRY */ break;
case 'partial': /* clean up then retry */ break;
}

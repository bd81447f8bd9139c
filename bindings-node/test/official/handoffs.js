// Create a handoff
await claw.createHandoff({
summary: 'Finished data pipeline setup. Next: add signal checks.',
context: { pipeline_id: 'p_123' },
tags: ['infra']
});
// Get the latest handoff
const latest = await claw.getLatestHandoff();

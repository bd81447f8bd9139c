// Register a contract (once per org)
await claw.registerWorkOrderType({
type: 'research_brief',
display_name: 'Research Brief',
input_schema: {
type: 'object',
required: ['topic'],
properties: {
topic: { type: 'string', minLength: 3 },
depth: { type: 'string', enum: ['quick', 'standard', 'deep'] },
},
},
output_schema: {
type: 'object',
required: ['title', 'summary', 'findings'],
properties: {
title: { type: 'string' },
summary: { type: 'string' },
findings: { type: 'array', items: { type: 'string' } },
},
},
default_max_cost_usd: 0.5,
default_timeout_seconds: 600,
});
// Submit an order (guard-gated)
const { work_order_id, status, guard } = await claw.submitWorkOrder({
type: 'research_brief',
input: { topic: 'agent payment rails', depth: 'standard' },
budget: { max_cost_usd: 0.25 },
});
// status: 'queued' | 'pending_approval' | 'blocked'
// Poll until terminal
let done = false;
while (!done) {
const { work_order, receipt } = await claw.getWorkOrder(work_order_id);
if (['completed', 'failed', 'timed_out', 'cancelled'].includes(work_order.status)) {
console.log(work_order.status, receipt?.receipt_hash);
done = true;
} else {
await new Promise(r => setTimeout(r, 3000));
}
}

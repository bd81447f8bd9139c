import { DashClaw } from 'dashclaw';
const claw = new DashClaw({
baseUrl: process.env.DASHCLAW_URL,
apiKey: process.env.DASHCLAW_API_KEY,
agentId: 'research-worker',
});
// Worker: poll and process
async function tick() {
const { work_order: order } = await claw.claimWorkOrder({
types: ['research_brief'],
});
if (!order) return; // nothing queued right now
console.log(`claimed ${order.id} (${order.type})`);
try {
// ... execute the work ...
const output = { title: 'Agent rails', summary: '…', findings: ['…'], sources: [] };
const cost = { input_tokens: 4200, output_tokens: 1800, total_usd: 0.11 };
const { receipt } = await claw.completeWorkOrder(order.id, {
status: 'completed',
output,
cost,
});
console.log(`completed — receipt hash: ${receipt.receipt_hash}`);
} catch (err) {
await claw.completeWorkOrder(order.id, {
status: 'failed',
error: { code: 'worker_error', message: err.message },
});
}
}
setInterval(() => tick().catch(console.error), 5000);

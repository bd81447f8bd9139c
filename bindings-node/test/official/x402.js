// Register a paid provider
const { provider } = await claw.createProvider({
name: 'Exa Search',
category: 'research',
base_url: 'https://api.exa.ai',
});
// Add an endpoint to the provider
await claw.createProviderEndpoint(provider.provider_id, {
name: 'Search',
endpoint_url: 'https://api.exa.ai/search',
default_price: 0.01,
sensitivity_level: 'low',
});
// Govern + record a purchase (call guard, then agent executes x402)
const { action, purchase, decision } = await claw.recordPurchase({
agent_id: 'research-agent',
provider: provider.provider_id,
declared_goal: 'Find recent papers on quantum computing',
purchase_reason: 'Context gap: no local data for period 2025-01-01..2026-01-01',
context_gap: 'No papers in knowledge base for the requested window',
expected_value: 'Retrieve 10+ relevant citations',
});
if (action.status === 'pending_approval') {
await claw.waitForApproval(action.id);
}
// Agent executes the x402 call, then records the result
const x402Result = { summary: 'Found 14 papers', data: { count: 14 }, url: 'https://...' };
await claw.recordPurchaseResult(action.id, x402Result);
// Or self-report a SETTLED payment in ONE call — when you pay OUTSIDE a
// governance hook (e.g. a native-shell agentcash wrapper) and just need the
// spend on Spend → x402. The server resolves/auto-registers the provider from
// `provider`, so you don't register one first.
const settled = await claw.recordX402Purchase({
agent_id: 'research-agent',
provider: 'stableenrich.dev', // name/origin
spend: 0.007, // settled USD
transaction_hash: '0xabc…',
request_id: 'req_123',
});

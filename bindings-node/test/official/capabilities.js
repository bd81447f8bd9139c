// Canonical namespace for capability work
const caps = claw.execution.capabilities;
// Search the registry (category, risk_level, and search are combinable)
const { capabilities } = await caps.list({ risk_level: 'medium', search: 'slack' });
// Register a capability
await caps.create({
name: 'Send Slack Message',
description: 'Posts to a configured Slack channel',
category: 'messaging',
source_type: 'http_api', // 'internal_sdk' | 'http_api' | 'webhook' | 'human_approval' | 'external_marketplace'
auth_type: 'oauth',
risk_level: 'medium', // 'low' | 'medium' | 'high' | 'critical'
requires_approval: false,
tags: ['notify', 'slack'],
health_status: 'healthy',
docs_url: 'https://docs.example.com/slack'
});
// Invoke a governed capability
const result = await caps.invoke('cap_123', {
query: 'What is x402?'
});
console.log(result.governed, result.action_id);
// When retry_policy is configured on the capability, the response includes retry_metadata:
// result.retry_metadata → { total_attempts, retried, attempts: [...] }
// Run a non-production validation call (bypasses circuit breaker)
const testRun = await caps.test('cap_123', {
query: 'What is x402?'
});
console.log(testRun.tested, testRun.health_status, testRun.certification_status);
// testRun.retry_metadata is also present when the capability has retry_policy configured
// Fetch derived capability health
const health = await caps.getHealth('cap_123');
console.log(health.status, health.certification_status, health.last_test_status);
// List derived health for matching capabilities
const { capabilities: healthRows } = await caps.listHealth({
risk_level: 'medium',
certification_status: 'certified',
stale_only: false,
limit: 10,
});
console.log(healthRows.map((cap) => `${cap.slug}:${cap.status}:${cap.certification_status}`));
// Fetch recent invoke/test events for one capability
const history = await caps.getHistory('cap_123', {
action_type: 'capability_test',
status: 'failed',
limit: 5,
});
console.log(history.events.map((event) => `${event.action_type}:${event.status}`));

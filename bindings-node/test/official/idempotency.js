const idempotency_key = claw.deriveIdempotencyKey({
agent_id: 'deploy-bot',
action_type: 'deploy',
scope: 'prod-us-east',
request_id: requestId, // your own attempt discriminator
});
await claw.createAction({ /* ... */, idempotency_key });

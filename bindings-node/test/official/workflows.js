// List templates
const { templates } = await claw.listWorkflowTemplates({ status: 'active' });
// Create a template
const { template } = await claw.createWorkflowTemplate({
name: 'Release Hotfix',
description: 'Ship urgent production patches safely',
objective: 'Deploy with full policy + approval coverage',
linked_policy_ids: ['pol_prod_deploy'],
linked_capability_tags: ['deploy'],
model_strategy_id: 'mst_balanced_default'
});
// Get / update / duplicate
const detail = await claw.getWorkflowTemplate(templateId);
await claw.updateWorkflowTemplate(templateId, {
steps: [{ id: 'plan' }, { id: 'test' }, { id: 'deploy' }]
}); // bumps version when steps change
await claw.duplicateWorkflowTemplate(templateId);
// Launch — creates a traceable action_records row with workflow metadata.
// If the template links a model_strategy_id, the resolved config is snapshotted.
const { launch } = await claw.launchWorkflowTemplate(templateId, { agent_id: 'deploy-bot' });
console.log(launch.action_id); // act_... — view it in /decisions/<action_id>
// List past runs for a template (HTTP only — no SDK wrapper yet)
const runs = await fetch(`${baseUrl}/api/workflows/templates/${templateId}/runs?limit=10`, {
headers: { 'x-api-key': apiKey },
}).then(r => r.json());
// Get full run detail with step inputs/outputs
const run = await fetch(`${baseUrl}/api/workflows/templates/${templateId}/runs/${runActionId}`, {
headers: { 'x-api-key': apiKey },
}).then(r => r.json());
// run.steps[].input / run.steps[].output contain full JSON (no truncation)
// Resume a failed run from the last completed checkpoint
const resumed = await fetch(`${baseUrl}/api/workflows/templates/${templateId}/runs/${runActionId}/resume`, {
method: 'POST',
headers: { 'x-api-key': apiKey, 'Content-Type': 'application/json' },
body: JSON.stringify({}),
}).then(r => r.json());
// resumed.action_id is the new run; reused steps have status='reused'
// Cancel a running workflow
await fetch(`${baseUrl}/api/workflows/templates/${templateId}/runs/${runActionId}/cancel`, {
method: 'POST',
headers: { 'x-api-key': apiKey },
});

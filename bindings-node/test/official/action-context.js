const action = await claw.createAction({ action_type: 'deploy', declared_goal: 'Deploy v2' });
const ctx = claw.actionContext(action.action_id);
await ctx.sendMessage({ to: 'ops-agent', type: 'status', body: 'Starting deploy' });
await ctx.recordAssumption({ assumption: 'Staging tests passed' });
await ctx.updateOutcome({ status: 'completed', output_summary: 'Deployed' });

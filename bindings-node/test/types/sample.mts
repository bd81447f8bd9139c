// What the types must allow, and what they must not. Only the type checker reads it.

import {
  canonicalJson, DashClaw, DashClawError, deriveIdempotencyKey, GuardBlockedError, Instance, OutcomeUnknownError, signAction,
  verifyReceipt, type CallOptions, type ClientOptions, type CreatedAction, type GuardDecision, type Run, type Verification,
} from 'dashclaw';
import LegacyClient, * as legacy from 'dashclaw/legacy';
import { GuardBlockedError as LegacyBlocked } from 'dashclaw/legacy';

const options: ClientOptions = { baseUrl: process.env.URL, apiKey: 'k', agentId: 'a', timeout: 1000, guardMode: 'warn' };
const claw = new DashClaw(options);
new DashClaw({ ...options, logger: console, logLevel: 'debug' });
const call: CallOptions = { timeout: 10, signal: AbortSignal.timeout(5), maxRetries: 0, idempotencyKey: 'k' };

const decision: GuardDecision = await claw.guard({ action_type: 'deploy', risk_score: 90, own_field: [1] }, call);
if (decision.decision === 'block') throw new GuardBlockedError(decision);
const created = await claw.createAction({ action_type: 'deploy', declared_goal: 'g' });
const { action, action_id: id }: CreatedAction & { action_id: string } = created;
if (action?.status === 'pending_approval') await claw.waitForApproval(id, { timeout: 600_000, interval: 100 });
await claw.updateOutcome(id, { status: 'completed', tokens_in: 1 }, call);
await claw.approveAction(id, 'allow', 'because', call);
await claw.getPendingApprovals(5, 10);
const run: Run<number> = await claw.runGoverned({ action_type: 'a', declared_goal: 'g' }, async (actionId) => actionId.length);
if (run.ran) console.log(run.result?.toFixed(), run.reportError?.message);
const tracked: string = await claw.track({ action_type: 'a', declared_goal: 'g' }, ({ action_id }) => action_id);
for await (const event of claw.events({ lastEventId: '1' })) console.log(event.event, event.data.action_id, tracked);
claw.events().on('action.updated', (data, event) => console.log(data.action_id, event.id)).once('error', ({ kind }) => kind).off('close', () => {});
try {
  await claw.getAction(id);
} catch (error) {
  if (error instanceof OutcomeUnknownError) console.log(error.idempotencyKey?.length);
  if (error instanceof DashClawError && error.kind === 'rate_limited') console.log(error.retryAfter! + 1);
}
const checked: Verification = verifyReceipt('{}', await claw.getJwks());
console.log(checked.valid, canonicalJson({ a: 1n }, 'rfc8785'), deriveIdempotencyKey({ a: 1 }), signAction({}, 'pem'));
{
  await using local = DashClaw.embedded({ path: new URL('file:///db'), policies: 'p.yaml', agentId: 'a' });
  using instance = new Instance();
  await instance.client({ role: 'admin', agentId: 'o' }).getSignals();
  await local.heartbeat('online', { task: 'x' });
}
const wrapped: { create(): void } = claw.wrapClient({ create() {} }, { provider: 'openai' });
wrapped.create();
await claw.actionContext(id).recordAssumption({ assumption: 'x' });
const { capabilities } = claw.execution;
const called = await capabilities.invoke('cap_1', { query: 'q' }, call);
console.log(called.success, called.action_id, (await capabilities.list({ risk_level: 'low' })).capabilities.length);

class Tenant extends DashClaw {
  tenant = 'acme';
}
const tenants: string[] = [Tenant.embedded({ agentId: 'a' }), new Tenant(options).withOptions({ timeout: 5 })].map(({ tenant }) => tenant);
console.log(tenants);

// @ts-expect-error: a misspelt option
new DashClaw({ baseUlr: 'http://x' });
// @ts-expect-error: no such mode
new DashClaw({ guardMode: 'loud' });
// @ts-expect-error: an id is text
await claw.getAction(7);
// @ts-expect-error: no such method
await claw.makeTea();
// @ts-expect-error: capabilities are removed by `deleteCapability`
await claw.execution.capabilities.delete('cap_1');
// @ts-expect-error: a required field is missing
await claw.createAction({ declared_goal: 'g' });
// @ts-expect-error: no option of a call
await claw.getAction(id, { time_out: 1 });
{
  const older = new LegacyClient({ baseUrl: 'http://x', swarmId: 's', hitlMode: 'wait' });
  const same: InstanceType<typeof legacy.DashClaw> = older;
  const { action, action_id: waited } = await same.waitForApproval('act_1', { useEvents: true });
  older.events().on('action.updated', (data) => console.log(data, action, waited.length)).close();
  await older.createGoal({ title: 't' });
  const verdict: GuardDecision = await older.guard({ action_type: 'a' }, { includeSignals: true });
  const { matchedPolicies, decision: word }: LegacyBlocked = new LegacyBlocked(verdict);
  console.log(matchedPolicies.length, word.length);
  // @ts-expect-error: no such method
  await older.makeTea();
}

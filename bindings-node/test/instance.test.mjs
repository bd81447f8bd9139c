import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, test } from 'node:test';
import { dashclaw, run, until } from './support.mjs';

const { DashClaw, Instance } = dashclaw;
const folder = mkdtempSync(join(tmpdir(), 'dashclaw-test-'));
after(() => rmSync(folder, { recursive: true }));
const policies = join(folder, 'policies.yaml');
writeFileSync(
  policies,
  `policies:
  - name: A human approves deploys
    type: require_approval
    rules: {action_types: [deploy]}
  - name: Never drop tables
    type: block_action_type
    rules: {action_types: [drop_table]}
`,
);

const DEPLOY = { action_type: 'deploy', declared_goal: 'Ship v2.4.0' };

/** An instance with an agent and an operator, closed at the end of the test. */
function open(context, options = {}) {
  const instance = new Instance({ policies });
  context.after(() => instance.close());
  const agent = instance.client({ agentId: 'agent-1', approvalBanner: 'off', ...options });
  return { instance, agent, operator: instance.client({ agentId: 'operator', role: 'admin' }) };
}

async function decide(operator, decision) {
  let pending = [];
  await until(async () => ({ actions: pending } = await operator.getPendingApprovals()) && pending.length > 0, 'an approval');
  await operator.approveAction(pending[0].action_id, decision, 'because');
}

test('governed work is blocked, approved, denied and reported', async (context) => {
  const { agent, operator } = open(context);
  await assert.rejects(agent.runGoverned({ action_type: 'drop_table', declared_goal: 'g' }, assert.fail), dashclaw.GuardBlockedError);

  const [run] = await Promise.all([agent.runGoverned(DEPLOY, async (id) => ({ id })), decide(operator, 'allow')]);
  assert.ok(run.ran);
  assert.deepEqual(run.result, { id: run.actionId });
  assert.equal((await agent.getActionOutcome(run.actionId)).status, 'completed');

  const again = await agent.runGoverned(DEPLOY, assert.fail);
  assert.deepEqual([again.ran, again.actionId, again.outcome.status], [false, run.actionId, 'completed']);

  const other = { ...DEPLOY, declared_goal: 'Ship v2.5.0' };
  const denied = assert.rejects(agent.runGoverned(other, assert.fail), dashclaw.ApprovalDeniedError);
  await Promise.all([denied, decide(operator, 'deny')]);
});

test('work that throws is reported as failed, and its error comes through', async (context) => {
  const { agent } = open(context);
  const boom = new Error(`boom ${'🦊'.repeat(3000)}`);
  let id;
  await assert.rejects(agent.runGoverned({ action_type: 'sync', declared_goal: 'g' }, (actionId) => {
    id = actionId;
    throw boom;
  }), (error) => error === boom);
  const outcome = await agent.getActionOutcome(id);
  assert.equal(outcome.status, 'failed');
  assert.match(outcome.error_message, /^boom (🦊)+$/u);
});

test('waiting for an approval can be stopped', async (context) => {
  const { agent } = open(context);
  const created = await agent.createAction(DEPLOY);
  const signal = AbortSignal.timeout(50);
  await assert.rejects(agent.waitForApproval(created.action_id, { signal }), { name: 'AbortError' });
  await assert.rejects(agent.waitForApproval(created.action_id, { timeout: 50 }), dashclaw.ApprovalTimeoutError);
  await assert.rejects(agent.runGoverned(DEPLOY, assert.fail, { signal: AbortSignal.timeout(50) }), { name: 'AbortError' });
});

test('track records what ran', async (context) => {
  const { agent } = open(context);
  let id;
  const result = await agent.track({ action_type: 'monitor', declared_goal: 'g' }, async ({ action_id: actionId }) => {
    id = actionId;
    return 42;
  });
  assert.equal(result, 42);
  assert.equal((await agent.getAction(id)).action.status, 'completed');
  const boom = new Error('boom');
  await assert.rejects(agent.track({ action_type: 'monitor', declared_goal: 'g' }, () => Promise.reject(boom)), (error) => error === boom);
  const { actions } = await agent.getActions({ status: 'failed' });
  assert.deepEqual(actions.map((action) => action.error_message), ['boom']);
  await assert.rejects(agent.track(DEPLOY, assert.fail), dashclaw.ApprovalTimeoutError);
  await assert.rejects(agent.track({ action_type: 'drop_table', declared_goal: 'g' }, assert.fail), dashclaw.GuardBlockedError);
});

test('an action context repeats the id', async (context) => {
  const { agent } = open(context);
  const { action_id: id } = await agent.createAction({ action_type: 'a', declared_goal: 'g' });
  const action = agent.actionContext(id);
  await action.recordAssumption({ assumption: 'it works', action_id: 'act_other' });
  await action.updateOutcome({ status: 'completed', output_summary: 'done' });
  const detail = await agent.getAction(id);
  assert.equal(detail.action.status, 'completed');
  assert.deepEqual(detail.assumptions.map(({ assumption }) => assumption), ['it works']);
});

test('events come as they happen, and leaving the loop ends the subscription', async (context) => {
  const { agent, operator } = open(context);
  const stream = operator.events();
  const kinds = [];
  for await (const event of stream) {
    kinds.push(event.event);
    if (event.event === 'connected') await agent.createAction({ action_type: 'a', declared_goal: 'g' });
    if (event.event === 'action.created') break;
  }
  assert.ok(kinds.includes('action.created'), String(kinds));
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
  assert.notEqual(stream.lastEventId, '');

  const resumed = operator.events({ lastEventId: '' });
  const waiting = (async () => {
    const seen = [];
    for await (const event of resumed) seen.push(event.event);
    return seen;
  })();
  setTimeout(() => resumed.close(), 50);
  assert.deepEqual((await waiting).filter((event) => event !== 'connected'), []);

  const stop = new AbortController();
  const stopped = operator.events({ signal: stop.signal });
  await stopped.next();
  setTimeout(() => stop.abort(), 20);
  await assert.rejects(stopped.next(), { name: 'AbortError' });
  assert.equal((await stopped.next().catch((error) => error)).name, 'AbortError');
  assert.throws(() => operator.events({ signal: 7 }), /AbortSignal/);
});

test('receipts are verified with the keys of the server, and without it', async (context) => {
  const { agent } = open(context);
  const keys = await agent.getJwks();
  const forged = { version: 'dashclaw-non-fabrication-1' };
  assert.equal(dashclaw.verifyReceipt(forged, keys).valid, false);
  assert.equal((await agent.verifyReceipt(forged)).valid, false);
  assert.equal(dashclaw.verifyReceipt('"\ud800"', keys).valid, false);
  await assert.rejects(agent.requireValidReceipt(forged), dashclaw.ReceiptInvalidError);
});

test('a client can own its instance, and its data lasts', async () => {
  const path = join(folder, 'governance.db');
  const claw = DashClaw.embedded({ path, policies: pathToFileURL(policies), agentId: 'agent-1' });
  const { action_id: id } = await claw.createAction({ action_type: 'a', declared_goal: 'g' });
  assert.throws(() => DashClaw.embedded({ path, agentId: 'other' }), dashclaw.InstanceError);
  await claw.close();
  await assert.rejects(claw.getAction(id), dashclaw.ClientClosedError);
  const next = DashClaw.embedded({ path: pathToFileURL(path), agentId: 'agent-1' });
  assert.equal((await next.getAction(id)).action.action_id, id);
  await next[Symbol.asyncDispose]();
  assert.ok(next.closed);
  assert.throws(() => DashClaw.embedded({ policies: '/nonexistent.yaml', agentId: 'a' }), dashclaw.InstanceError);
  assert.throws(() => DashClaw.embedded({ agentId: 'a', role: 'king' }), /`role` must be/);
});

test('a client that owns its instance is an agent’s, and nobody approves what they created', async () => {
  for (const [role, code] of [[undefined, undefined], ['admin', 'SELF_APPROVAL']]) {
    const options = { policies, agentId: 'agent-1', approvalBanner: 'off', ...(role && { role }) };
    const claw = DashClaw.embedded(options);
    const { action_id: id } = await claw.createAction(DEPLOY);
    const refused = await claw.approveAction(id, 'allow').catch((error) => error);
    assert.ok(refused instanceof dashclaw.PermissionDeniedError, String(refused));
    if (code) assert.equal(refused.code, code);
    await claw.close();
  }
});

test('a failed constructor leaves the database free', () => {
  const path = join(folder, 'free.db');
  assert.throws(() => DashClaw.embedded({ path, agentId: 'a', guardMode: 'loud' }), dashclaw.ConfigurationError);
  const again = new Instance({ path });
  again[Symbol.dispose]();
});

test('the banner goes where it is told', async () => {
  const program = (where) => `
    const { DashClaw } = require('dashclaw');
    const claw = DashClaw.embedded({ policies: ${JSON.stringify(policies)}, agentId: 'a', approvalBanner: '${where}' });
    claw.createAction(${JSON.stringify(DEPLOY)})
      .then(({ action_id: id }) => claw.waitForApproval(id, { timeout: 100 }))
      .catch(() => claw.close());`;
  for (const [where, stdout, stderr] of [['stdout', 1, 0], ['stderr', 0, 1], ['off', 0, 0]]) {
    const done = await run(program(where));
    assert.equal(done.code, 0, done.stderr);
    const count = (text) => text.split('Approval Required').length - 1;
    assert.deepEqual([count(done.stdout), count(done.stderr)], [stdout, stderr], where);
  }
});

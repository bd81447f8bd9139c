// What programs put around a client, and what they make of its class.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { clientOf, dashclaw, serve } from './support.mjs';

const ALLOW = { decision: 'allow' };

/** A Proxy that gives away nothing bare, as those of reactive frameworks do. */
const deep = (target) =>
  new Proxy(target, {
    get(object, name, receiver) {
      const value = Reflect.get(object, name, receiver);
      return typeof value === 'object' && value !== null ? deep(value) : value;
    },
  });

for (const [kind, around] of [['plain', (target) => new Proxy(target, {})], ['deep', deep], ['derived', Object.create]]) {
  test(`every method works behind a ${kind} object around the client`, async () => {
    const instance = new dashclaw.Instance();
    const claw = around(around(instance).client({ agentId: 'agent-1', agentName: 'Agent' }));
    assert.deepEqual([claw.agentId, claw.agentName, claw.closed, typeof claw.baseUrl], ['agent-1', 'Agent', false, 'string']);
    assert.match(String(claw), /agent-1/);
    assert.match(inspect(claw), /agent-1/);
    assert.equal(JSON.parse(JSON.stringify(claw)).agentId, 'agent-1');
    assert.equal((await claw.guard({ action_type: 'a' })).decision, 'allow');
    const run = await claw.runGoverned({ action_type: 'a', declared_goal: 'g' }, () => 42);
    assert.equal(run.result, 42);
    assert.equal(await claw.track({ action_type: 'b', declared_goal: 'g' }, () => 43), 43);
    for await (const { action_id: id } of claw.iterActions()) assert.match(id, /^act_/);
    for await (const event of around(claw.events())) {
      assert.equal(event.event, 'connected');
      break;
    }
    const { value } = await around(claw.pendingApprovals()).next();
    assert.deepEqual(value.actions, []);
    assert.equal((await claw.verifyReceipt({})).valid, false);
    assert.equal((await claw.execution.capabilities.list().catch(({ kind: found }) => found)), 'server');
    assert.match(claw.getAttachmentUrl('att_1'), /att_1$/);
    claw.startHeartbeat();
    claw.stopHeartbeat();
    const other = new dashclaw.DashClaw({ agentId: 'b', instance: around(instance) });
    assert.equal((await other.withOptions({ timeout: 5000 }).guard({ action_type: 'a' })).decision, 'allow');
    assert.equal((await claw.withOptions({ timeout: 5000 }).guard({ action_type: 'a' })).decision, 'allow');
    await claw.close();
    assert.ok(claw.closed);
    await around(instance).close();
  });
}

test('what intercepts a client sees the calls that methods make of each other', async () => {
  const server = await serve(() => ALLOW);
  const seen = [];
  const claw = new Proxy(clientOf(server), {
    get(object, name, receiver) {
      if (name === '_call') seen.push(name);
      return Reflect.get(object, name, receiver);
    },
  });
  await claw.guard({ action_type: 'a' });
  assert.deepEqual(seen, ['_call']);
  server.close();
});

class Tenant extends dashclaw.DashClaw {
  label = 'none';

  constructor(url, tenant) {
    super({ baseUrl: url, apiKey: 'oc_live_test', agentId: 'agent-1' });
    this.tenant = tenant;
    Object.defineProperty(this, 'hidden', { value: tenant, enumerable: false });
  }

  guard(context, options) {
    return super.guard({ ...context, tenant: this.tenant }, options);
  }
}

test('withOptions gives a client of the same class, with the same properties', async () => {
  const server = await serve(() => ALLOW);
  const claw = new Tenant(server.url, 'acme');
  claw.label = 'first';
  const derived = claw.withOptions({ maxRetries: 0 }).withOptions({ timeout: 5000 });
  assert.ok(derived instanceof Tenant && derived.constructor === Tenant);
  assert.deepEqual([derived.tenant, derived.label, derived.hidden], ['acme', 'first', 'acme']);
  assert.deepEqual(Object.keys(derived), Object.keys(claw));
  await derived.guard({ action_type: 'a' });
  assert.equal(JSON.parse(server.seen[0].body).tenant, 'acme');
  derived.label = 'second';
  assert.equal(claw.label, 'first');
  const around = new Proxy(claw, {}).withOptions({ timeout: 5000 });
  assert.equal(around.tenant, 'acme');
  await derived.close();
  assert.ok(claw.closed && around.closed);
  server.close();
});

test('a subclass is what embedded and create make', async () => {
  class Own extends dashclaw.DashClaw {
    name = 'own';
  }
  const embedded = Own.embedded({ agentId: 'a' });
  assert.ok(embedded instanceof Own && embedded.withOptions({ timeout: 1 }).name === 'own');
  await embedded.close();
  assert.ok((await Own.create({ baseUrl: 'http://127.0.0.1:9', apiKey: 'k', agentId: 'a' })) instanceof Own);
});

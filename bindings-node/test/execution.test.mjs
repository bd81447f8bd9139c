// `client.execution`: capabilities under the names that the official client prefers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientOf, dashclaw, serve } from './support.mjs';

const ALIASES = {
  list: ['listCapabilities', { risk_level: 'medium', search: 'slack' }],
  create: ['createCapability', { name: 'Send', tags: ['notify'] }],
  get: ['getCapability', 'cap_1'],
  update: ['updateCapability', 'cap_1', { name: 'Send' }],
  invoke: ['invokeCapability', 'cap_1', { query: 'q', agentId: 'b', capability_id: 'x', none: null }],
  test: ['testCapability', 'cap_1', { query: 'q' }],
  getHealth: ['getCapabilityHealth', 'cap_1'],
  listHealth: ['listCapabilityHealth', { stale_only: false, limit: 10 }],
  getHistory: ['getCapabilityHistory', 'cap_1', { action_type: 'capability_test', limit: 5 }],
};

test('each name sends what the method sends', async () => {
  const server = await serve(() => ({ success: true }));
  const client = clientOf(server);
  const { capabilities } = client.execution;
  assert.deepEqual(Object.keys(capabilities).sort(), Object.keys(ALIASES).sort());
  for (const [name, [method, ...given]] of Object.entries(ALIASES)) {
    server.seen.length = 0;
    await capabilities[name](...given, { timeout: 5000 });
    await client[method](...given, { timeout: 5000 });
    const [alias, flat] = server.seen.map(({ method: verb, url, body }) => ({ verb, url, body }));
    assert.deepEqual(alias, flat, name);
  }
  server.close();
});

test('a payload is sent as it is, with the agent beside it', async () => {
  const server = await serve(() => ({ success: true }));
  const [, id, payload] = ALIASES.invoke;
  await clientOf(server).execution.capabilities.invoke(id, payload);
  assert.equal(server.seen[0].url, '/api/capabilities/cap_1/invoke');
  assert.deepEqual(JSON.parse(server.seen[0].body), { ...payload, agent_id: 'agent-1' });
  server.close();
});

test('it belongs to its client, and a method of a subclass is what its name calls', async () => {
  class Own extends dashclaw.DashClaw {
    async getCapability(id) {
      return { own: id };
    }
  }
  const client = new Own({ baseUrl: 'http://127.0.0.1:9', apiKey: 'oc_live_test', agentId: 'a' });
  assert.equal(client.execution, client.execution);
  assert.notEqual(client.withOptions({ timeout: 5 }).execution, client.execution);
  assert.deepEqual(await client.execution.capabilities.get('cap_1'), { own: 'cap_1' });
});

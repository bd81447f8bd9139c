// What was written for the official client runs unchanged, and sends the same.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, test } from 'node:test';
import { LOOP, writeExample } from './official.mjs';
import { clientOf, dashclaw, ROOT, serve, SITE, status } from './support.mjs';

const folder = mkdtempSync(join(SITE, 'official-'));
after(() => rmSync(folder, { recursive: true }));
const { methods } = JSON.parse(readFileSync(join(ROOT, 'tests', 'vectors', 'official-node.json'), 'utf8'));

/** Requests that differ on purpose, as operation and number of the example; the table says why. */
const DIFFERENT = readFileSync(join(ROOT, 'tests', 'vectors', 'official-differences.tsv'), 'utf8')
  .split('\n')
  .map((line) => line.split('\t'))
  .filter(([client]) => client === 'node')
  .map(([, operation, call]) => [operation, call]);

/** Those that only show here. */
const DIFFERENT_HERE = {
  'guard 2': 'facts go out as source_of_truth, which the server prefers',
  'createAction 2': 'a goal is required, as in the official Python client',
  'heartbeat 1': 'the name of the agent goes along, as in the official Python client',
  'heartbeat 2': 'the name of the agent goes along, as in the official Python client',
  'listSessions 1': 'the limit is spelled out, as in the official Python client',
};

function isDifferent(name, number) {
  if (`${name} ${number}` in DIFFERENT_HERE) return true;
  const plainName = (text) => text.replaceAll('_', '').toLowerCase();
  return DIFFERENT.some(([operation, call]) => plainName(operation) === plainName(name) && ['*', String(number)].includes(call));
}

test('every request of the official client is sent the same', async (context) => {
  const server = await serve(() => ({ action: {}, decision: 'allow', action_id: 'act_1', keys: [] }));
  const client = clientOf(server, { agentId: 'AGENT', agentName: 'NAME' });
  for (const { name, calls } of methods.filter(({ name }) => name in client)) {
    for (const [index, { args, request }] of calls.entries()) {
      await context.test(`${name} ${index + 1}`, async () => {
        server.seen.length = 0;
        const different = isDifferent(name, index + 1);
        await client[name](...args).catch((error) => {
          if (error.kind !== 'malformed_response' && !different) throw error;
        });
        const [{ method, url, body } = {}] = server.seen;
        const seen = method && plain(method, url, body && JSON.parse(body));
        const expected = plain(request.verb, request.target, request.body);
        fill(expected.body, seen?.body ?? {});
        if (different) assert.notDeepEqual(seen, expected);
        else assert.deepEqual(seen, expected);
      });
    }
  }
  server.close();
});

/** A request without what does not matter: the order of names, and members that are null. */
function plain(method, target, body) {
  const { pathname, searchParams } = new URL(target, 'http://x');
  const members = body ? Object.entries(body).filter(([, value]) => value !== null) : [];
  return { method, pathname, query: Object.fromEntries(searchParams), body: Object.fromEntries(members) };
}

/** Puts what was seen in the place of `<…>`. */
function fill(expected, seen) {
  for (const [name, value] of Object.entries(expected)) {
    if (typeof value === 'string' && value.startsWith('<') && typeof seen[name] === 'string') expected[name] = seen[name];
  }
}

/** A server on which deploys and messages wait for an operator, who has decided `approved`. */
function gated(approved) {
  const action = { action_id: 'act_1', status: 'pending_approval' };
  const decided = approved
    ? { action_id: 'act_1', status: 'running', approved_by: 'op' }
    : { action_id: 'act_1', status: 'failed', error_message: 'not today' };
  return serve(({ method, url }) => {
    if (url === '/api/guard') return { decision: 'allow', decision_id: 'act_gd_1' };
    if (url === '/api/stream') {
      return (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(`event: connected\ndata: {}\n\nid: 1\nevent: action.updated\ndata: ${JSON.stringify(decided)}\n\n`);
      };
    }
    if (url === '/api/actions') return status(202, { action, action_id: 'act_1' });
    if (method === 'GET') return { action: decided };
    return { action: decided, assumption: {} };
  });
}

async function runExample(name, server, given) {
  const environment = { DASHCLAW_BASE_URL: server.url, DASHCLAW_API_KEY: 'oc_live_test' };
  Object.assign(process.env, environment);
  const { default: example } = await import(pathToFileURL(writeExample(name, folder)));
  try {
    return await example({ claw: clientOf(server, { approvalBanner: 'off' }), ...given });
  } finally {
    for (const variable of Object.keys(environment)) delete process.env[variable];
  }
}

for (const approved of [true, false]) {
  test(`the README's examples run unchanged, ${approved ? 'approved' : 'denied'}`, async () => {
    const server = await gated(approved);
    const did = [];
    const usage = { input_tokens: 3, output_tokens: 4 };
    const given = {
      myLlmCall: async () => (did.push('llm'), { usage, model: 'm' }),
      doTheWork: async () => void did.push('work'),
    };
    const answers = [];
    for (const name of LOOP) answers.push(await runExample(name, server, given));
    assert.deepEqual(did, approved ? ['llm', 'work'] : []);
    assert.deepEqual(answers[1], approved ? undefined : { denied: true, reason: 'not today' });
    const outcomes = server.seen.filter(({ method }) => method === 'PATCH').map(({ body }) => JSON.parse(body).status);
    assert.deepEqual(outcomes, approved ? ['completed', 'completed'] : []);
    const facts = server.seen.map(({ body }) => body).filter((body) => body.includes('allowedFacts'));
    assert.equal(facts.length, 1);
    server.close();
  });
}

test('the CommonJS way of making a client', async () => {
  const options = { baseUrl: 'http://127.0.0.1:9', apiKey: 'oc_live_test', agentId: 'a' };
  assert.ok((await dashclaw.DashClaw.create(options)) instanceof dashclaw.DashClaw);
  await assert.rejects(dashclaw.DashClaw.create({ baseUrl: 'ftp://x' }), dashclaw.ConfigurationError);
});

test('keys are derived as the official client derives them, as function, method and static method', () => {
  const parts = { action_type: 'deploy', agent_id: 'agt_1', tool_use_id: 'toolu_abc123' };
  const key = '7ead65ffa65254f17ef49aaab52790356198293c024b9856f64a8e7d7eb2709e';
  const client = new dashclaw.DashClaw({ baseUrl: 'http://127.0.0.1:9', apiKey: 'oc_live_test', agentId: 'a' });
  assert.equal(dashclaw.deriveIdempotencyKey(parts), key);
  assert.equal(dashclaw.DashClaw.deriveIdempotencyKey(parts), key);
  assert.equal(client.deriveIdempotencyKey(parts), key);
  const derive = dashclaw.deriveIdempotencyKey;
  assert.equal(derive({ a: undefined, b: 10n, c: -0 }), derive({ a: null, b: '10', c: 0 }));
  assert.equal(derive({ a: '' }), derive({ a: null }));
  assert.equal(derive({ date: new Date(0) }), derive({ date: '1970-01-01T00:00:00.000Z' }));
  assert.equal(derive({ id: { toString: () => 'own' } }), derive({ id: 'own' }));
  assert.equal(derive({ big: 2n ** 64n }), derive({ big: '18446744073709551616' }));
  assert.notEqual(derive({ a: { b: 1 } }), derive({ a: { b: 2 } }));
  for (const wrong of [undefined, null, 'text', [1], { a: Number.NaN }, { a: Symbol('s') }, { a: () => {} }]) {
    assert.throws(() => derive(wrong), dashclaw.InvalidArgumentError);
  }
});

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
const vectors = (name) => readFileSync(join(ROOT, 'tests', 'vectors', name), 'utf8');
const { methods } = JSON.parse(vectors('official-node.json'));
/** `[operation, number of the call, member]` of every request that differs on purpose; the table says why. */
const differences = vectors('official-differences.tsv')
  .split('\n')
  .filter((line) => line.startsWith('node\t'))
  .map((line) => line.split('\t').slice(1, 4));
/** What takes more than one request is compared where it is tested. */
const ELSEWHERE = ['waitForApproval', 'waitForPairing'];
/** Answers that no operation takes offence at. */
const ANSWER = { action: { action_id: 'act_1', status: 'running' }, action_id: 'act_1' };
const VERDICT = { decision: 'allow', decision_id: 'act_gd_1' };

const differs = (name, call, member) =>
  differences.some((row) => camelCase(row[0]) === name && [String(call), '*'].includes(row[1]) && row[2] === member);

const camelCase = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());

/** The method called `name`, which may be `execution.capabilities.list` or `actionContext().sendMessage`. */
function method(client, name) {
  const path = name.split('.');
  const step = (owner, word) => (word === 'actionContext()' ? owner.actionContext('act_1') : owner[word]);
  const owner = path.slice(0, -1).reduce(step, client);
  return owner[path.at(-1)].bind(owner);
}

test('every request of the official client is sent the same', async (context) => {
  const server = await serve(({ url }) => (url.startsWith('/api/guard') ? VERDICT : ANSWER));
  const client = clientOf(server, { agentId: 'AGENT', agentName: 'NAME', maxRetries: 0 });
  for (const { name, calls } of methods) {
    for (const [index, { args, request }] of calls.entries()) {
      await context.test(`${name} ${index + 1}`, async () => {
        server.seen.length = 0;
        const sending = method(client, name)(...args);
        if (differs(name, index + 1, '(refused)')) {
          await assert.rejects(sending, dashclaw.InvalidArgumentError);
          assert.deepEqual(server.seen, []);
          return;
        }
        await sending;
        const [{ method: verb, url, body }] = server.seen;
        assert.deepEqual([verb, pathOf(url)], [request.verb, pathOf(request.target)]);
        const [ours, theirs] = [members(url, body && JSON.parse(body)), members(request.target, request.body)];
        for (const member of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
          const given = member in ours || theirs[member] !== null;
          if (!given || differs(name, index + 1, member)) continue;
          if (theirs[member]?.startsWith?.('<')) assert.equal(typeof ours[member], 'string', member);
          else assert.deepEqual(ours[member], theirs[member], member);
        }
      });
    }
  }
  server.close();
});

test('every official method is there, and every line of the table names a recorded call', () => {
  const client = new dashclaw.DashClaw({ baseUrl: 'http://127.0.0.1:9', apiKey: 'oc_live_test', agentId: 'a' });
  for (const { name } of methods) assert.equal(typeof method(client, name), 'function', name);
  for (const [name, call] of differences) {
    const recorded = methods.find((one) => one.name === camelCase(name));
    assert.ok(recorded && (call === '*' || recorded.calls.length >= Number(call)), `${name} ${call}`);
  }
  assert.ok(ELSEWHERE.every((name) => methods.find((one) => one.name === name)?.calls.length === 0));
});

const pathOf = (target) => new URL(target, 'http://x').pathname;

/** Query and body in one, by name. */
function members(target, body) {
  return { ...Object.fromEntries(new URL(target, 'http://x').searchParams), ...body };
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

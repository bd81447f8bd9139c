// dashclaw/legacy: the older client's methods send what they sent.

import assert from 'node:assert/strict';
import { generateKeyPairSync, webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { dashclaw, HERE, PACKAGE, run, serve, SITE, status } from './support.mjs';

process.env.DASHCLAW_SUPPRESS_LEGACY_WARNING = '1';
const require = createRequire(`${SITE}/`);
const legacy = require('dashclaw/legacy');
const { METHODS } = require(join(PACKAGE, 'lib', 'legacy', 'methods.js'));
/** Each call of the older client with the request it sends; members that it fills in beside those are no matter here. */
const CALLS = JSON.parse(readFileSync(join(HERE, 'legacy.json'), 'utf8'));

let server;
let answer;
let claw;
const clientOf = (options) => new legacy.DashClaw({ baseUrl: server.url, apiKey: 'oc_live_test', agentId: 'agent-1', ...options });

before(async () => {
  server = await serve((request) => answer(request));
  claw = clientOf();
});
beforeEach(() => {
  answer = () => ({ action: {}, decision: 'allow', action_id: 'act_1' });
  server.seen.length = 0;
});
after(async () => {
  await claw.close();
  server.close();
});

const body = () => JSON.parse(server.seen.at(-1).body || 'null');

/** The parts of the query that the older client sends, in order; a parameter we spell out beside them is its server's default. */
function asked(url, expected) {
  const [path, query] = url.split('?');
  const names = new Set(new URLSearchParams(expected.split('?')[1]).keys());
  const kept = [...new URLSearchParams(query)].filter(([name]) => names.has(name)).sort();
  return kept.length === 0 ? path : `${path}?${new URLSearchParams(kept)}`;
}

for (const [name, args, expected, content] of CALLS) {
  test(`${name}(${JSON.stringify(args).slice(1, -1)})`, async () => {
    await claw[name](...args).catch((error) => {
      if (error.kind !== 'malformed_response') throw error;
    });
    const [{ method, url }] = server.seen;
    assert.equal(`${method} ${asked(url, expected)}`, expected);
    const sent = body() ?? {};
    for (const [member, value] of Object.entries(content ?? {})) assert.deepEqual(sent[member] ?? null, value, member);
  });
}

test('every method of the table is compared', () => {
  const compared = new Set(CALLS.map(([name]) => name));
  // Those are methods of the newer client in the very same form, and compared there.
  const same = `getAction updateOutcome getSignals createHandoff getLatestHandoff scanPromptInjection getSentMessages getMessages
    getMessage markRead archiveMessages createComplianceExport createComplianceSchedule recommendAction createPairingFromPrivateJwk`;
  const missing = [...METHODS.keys()].filter((name) => !compared.has(name) && !same.split(/\s+/).includes(name));
  assert.deepEqual(missing, []);
});

test('each created action is one of its own, with the names of agent and swarm', async () => {
  const client = clientOf({ agentName: 'N', swarmId: 'swarm-1' });
  const keys = new Set();
  for (const one of [client, client, client.withOptions({ timeout: 5000 })]) {
    await one.createAction({ action_type: 'a', declared_goal: 'g' }).catch(() => {});
    const { agent_id: agent, agent_name: name, swarm_id: swarm, idempotency_key: key } = body();
    assert.deepEqual([agent, name, swarm], ['agent-1', 'N', 'swarm-1']);
    keys.add(key);
  }
  assert.equal(keys.size, 3);
  await client.close();
});

test('a CryptoKey signs', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const key = await webcrypto.subtle.importKey('pkcs8', privateKey.export({ type: 'pkcs8', format: 'der' }), algorithm, true, ['sign']);
  const client = clientOf({ privateKey: key });
  await client.createAction({ action_type: 'a', declared_goal: 'g' }).catch(() => {});
  assert.match(body()._signature, /^[\w+/]+=*$/);
  await client.close();
});

test('errors have their older texts and fields', async () => {
  answer = () => status(409, { error: 'taken', reason: 'other', details: [1] });
  await assert.rejects(claw.createGoal({ title: 't' }), { message: 'taken', status: 409, details: [1] });
  answer = () => status(404, {});
  await assert.rejects(claw.getSnippet('s'), { message: 'Request failed with status 404', status: 404 });
  const verdict = { decision: 'block', reasons: ['a', 'b'], warnings: ['w'], matched_policies: ['p'], risk_score: 90 };
  answer = () => status(403, { decision: verdict });
  await assert.rejects(claw.createAction({ action_type: 'a', declared_goal: 'g' }), (error) => {
    assert.ok(error instanceof legacy.GuardBlockedError && error instanceof dashclaw.GuardBlockedError, error.stack);
    assert.equal(error.message, 'Guard blocked action: block. Reasons: a; b');
    const { decision, reasons, warnings, matchedPolicies, riskScore, status: code } = error;
    assert.deepEqual({ decision, reasons, warnings, matchedPolicies, riskScore, code }, {
      decision: 'block', reasons: ['a', 'b'], warnings: ['w'], matchedPolicies: ['p'], riskScore: 90, code: 403,
    });
    return true;
  });
  assert.equal(new legacy.GuardBlockedError({ decision: 'block' }).message, 'Guard blocked action: block. Reasons: no reason');
  assert.ok(!('decision' in new legacy.ApprovalDeniedError('no')) || new legacy.ApprovalDeniedError('no').decision === undefined);
});

test('waiting returns the action and its id, or says that it was denied', async () => {
  let decided = { action_id: 'act_1', status: 'running', approved_by: 'op' };
  answer = ({ url }) => (url === '/api/stream' ? status(404, {}) : { action: decided });
  const waited = await claw.waitForApproval('act_1', { timeout: 3000, interval: 10, useEvents: true });
  assert.deepEqual([waited.action_id, waited.action.approved_by], ['act_1', 'op']);
  decided = { action_id: 'act_1', status: 'failed', error_message: 'not today' };
  await assert.rejects(claw.waitForApproval('act_1', { timeout: 3000, interval: 10 }), (error) => {
    assert.ok(error instanceof legacy.ApprovalDeniedError, error.stack);
    return error.message === 'not today';
  });
});

test('events are listened to', async () => {
  answer = () => (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('id: 1\nevent: action.updated\ndata: {"action_id":"act_1"}\n\n');
  };
  const events = claw.events({ reconnect: true });
  const data = await new Promise((resolve) => events.on('action.created', () => {}).on('action.updated', resolve));
  assert.deepEqual(data, { action_id: 'act_1' });
  events.close();
  await events._promise;
});

test('track summarises what the work returned', async () => {
  answer = () => ({ action: { action_id: 'act_1', status: 'running' }, action_id: 'act_1', decision: null });
  assert.deepEqual(await claw.track({ action_type: 'a', declared_goal: 'g' }, async ({ action_id: id }) => ({ id })), { id: 'act_1' });
  const { status: ended, output_summary: summary } = body();
  assert.deepEqual([ended, summary], ['completed', '{"id":"act_1"}']);
});

test('the context is summed up from two requests', async () => {
  answer = ({ url }) => (url.includes('points') ? { points: [1] } : { threads: [2] });
  assert.deepEqual(await claw.getContextSummary(), { points: [1], threads: [2] });
  const today = new Date().toISOString().slice(0, 10);
  assert.deepEqual(server.seen.map(({ url }) => url).sort(), [
    `/api/context/points?agent_id=agent-1&session_date=${today}`, '/api/context/threads?agent_id=agent-1&status=active',
  ]);
});

test('import and require give the same, and warn once', async () => {
  const program = `
    import legacy, * as named from 'dashclaw/legacy';
    import { createRequire } from 'node:module';
    const cjs = createRequire(process.cwd() + '/')('dashclaw/legacy');
    const same = Object.keys(named).every((name) => named[name] === cjs[name]) && legacy === named.DashClaw && named.OpenClawAgent === legacy;
    console.log(same, Object.keys(named).sort().join());`;
  const start = (env) => run(program, { args: ['--input-type=module'], env });
  const loud = await start({ DASHCLAW_SUPPRESS_LEGACY_WARNING: '' });
  assert.equal(loud.stdout, 'true ApprovalDeniedError,DashClaw,GuardBlockedError,OpenClawAgent,default\n', loud.stderr);
  assert.equal(loud.stderr.match(/DeprecationWarning/g).length, 1, loud.stderr);
  assert.equal((await start({ DASHCLAW_SUPPRESS_LEGACY_WARNING: '1' })).stderr, '');
});

test('the types declare every method', () => {
  const types = readFileSync(join(PACKAGE, 'types', 'legacy.d.ts'), 'utf8');
  const [, union] = /type LegacyMethod =(.*?);/s.exec(types);
  assert.deepEqual(union.match(/\w+/g), [...METHODS.keys()].sort());
});

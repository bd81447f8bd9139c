// What a client does is said to the logger that it was given, and on standard error when DASHCLAW_LOG asks for it.

import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { clientOf, dashclaw, ROOT, run, serve, status, until } from './support.mjs';

const ALLOW = { decision: 'allow', decision_id: 'act_gd_0123456789abcdef' };

/** A logger that keeps what it is told. */
function ear(hear = () => {}) {
  const told = [];
  const method = (level) => (text, fields) => {
    told.push({ level, text, ...fields });
    return hear(level, text, fields);
  };
  return { told, error: method('error'), warn: method('warn'), info: method('info'), debug: method('debug') };
}

test('a logger is told what a call does before the call ends, and no secret', async (t) => {
  let failures = 1;
  const server = await serve(() => (failures-- > 0 ? status(503, { error: 'canary' }) : status(200, ALLOW, { 'x-request-id': 'req-1' })));
  t.after(server.close);
  const logger = ear();
  await clientOf(server, { logger, logLevel: 'debug' }).guard({ actionType: 'deploy', content: 'canary' });
  assert.deepEqual(logger.told.map(({ event }) => event.replace('dashclaw.', '')), ['request', 'failure', 'retry', 'request', 'response']);
  const [first, failure, retry, , last] = logger.told;
  assert.deepEqual([first.level, first.operation, first.method, first.path], ['debug', 'guard', 'POST', '/api/guard']);
  assert.deepEqual([failure.status, failure.error, retry.level, retry.attempt], [503, 'server', 'info', 2]);
  assert.deepEqual([last.status, last.request_id], [200, 'req-1']);
  assert.match(last.text, /^response .*status=200/);
  assert.doesNotMatch(JSON.stringify(logger.told), /canary|oc_live_test/);
});

test('each client has its own logger and level', async (t) => {
  const server = await serve(() => ALLOW);
  t.after(server.close);
  const [one, other, quiet] = [ear(), ear(), ear()];
  const clients = [
    clientOf(server, { logger: one, logLevel: 'debug' }),
    clientOf(server, { logger: other, logLevel: 'debug' }),
    clientOf(server, { logger: quiet }),
    clientOf(server),
  ];
  await Promise.all(clients.map((client) => client.guard({ actionType: 'deploy' })));
  assert.deepEqual([one, other, quiet].map(({ told }) => told.length), [2, 2, 0]);
});

test('a logger runs in the context of the call', async (t) => {
  const server = await serve(() => ALLOW);
  t.after(server.close);
  const storage = new AsyncLocalStorage();
  const seen = [];
  const client = clientOf(server, { logger: ear(() => seen.push(storage.getStore())), logLevel: 'debug' });
  await Promise.all([1, 2, 3].map((number) => storage.run(number, () => client.guard({ actionType: 'deploy' }))));
  assert.deepEqual(seen.sort(), [1, 1, 2, 2, 3, 3]);
});

test('a logger that throws, rejects or calls the client breaks no call', async (t) => {
  const server = await serve(() => ALLOW);
  t.after(server.close);
  const warnings = [];
  const listen = (warning) => warnings.push(warning.message);
  process.on('warning', listen);
  t.after(() => process.off('warning', listen));
  let client;
  const calls = [];
  const logger = ear((_, text) => {
    calls.push(client.guard({ actionType: 'from a logger' }));
    if (text.startsWith('request')) throw new Error('a mistake of the logger');
    return Promise.reject(new Error('a late mistake'));
  });
  client = clientOf(server, { logger, logLevel: 'debug' });
  assert.equal((await client.guard({ actionType: 'deploy' })).decision, 'allow');
  await Promise.all(calls);
  assert.equal(logger.told.length, 2);
  await until(() => warnings.length === 2, 'two warnings');
  assert.deepEqual(warnings.sort(), ['a late mistake', 'a mistake of the logger']);
});

test('what comes up in the background is told, too', async (t) => {
  const server = await serve(() => status(400, { error: 'down' }));
  t.after(server.close);
  const logger = ear();
  const client = clientOf(server, { logger });
  client.startHeartbeat();
  await until(() => logger.told.length > 0, 'a warning');
  assert.deepEqual([logger.told[0].level, logger.told[0].task], ['warn', 'heartbeat']);
  await client.close();
});

test('what is no logger is refused', () => {
  const options = { baseUrl: 'http://127.0.0.1:1', apiKey: 'key', agentId: 'agent-1' };
  const refused = (more) => assert.throws(() => new dashclaw.DashClaw({ ...options, ...more }), dashclaw.ConfigurationError);
  refused({ logger: {} });
  refused({ logger: 'console' });
  refused({ logger: console, logLevel: 'loud' });
});

test('the sample of the documentation runs, and logs to the console', async (t) => {
  const server = await serve(() => ALLOW);
  t.after(server.close);
  const [, sample] = /```js\n(.*?)```/s.exec(readFileSync(join(ROOT, 'docs', 'logging.md'), 'utf8'));
  const program = `${sample}\nawait claw.guard({ actionType: 'deploy' });\nawait claw.close();`;
  const env = { DASHCLAW_BASE_URL: server.url, DASHCLAW_API_KEY: 'oc_live_test', DASHCLAW_AGENT_ID: 'agent-1' };
  const ran = await run(program, { args: ['--input-type=module'], env });
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stdout, /request operation=guard|request attempt=1/);
  assert.doesNotMatch(ran.stdout, /oc_live_test/);
});

test('DASHCLAW_LOG asks for lines on standard error', async (t) => {
  const server = await serve(() => ALLOW);
  t.after(server.close);
  const program = `
    const { DashClaw } = require('dashclaw');
    const client = new DashClaw({ baseUrl: '${server.url}', apiKey: 'oc_live_test', agentId: 'agent-1' });
    client.guard({ actionType: 'deploy', content: 'canary' }).then(() => client.close());`;
  const at = async (level) => {
    const ran = await run(program, { env: { DASHCLAW_LOG: level } });
    assert.equal(ran.code, 0, ran.stderr);
    return ran.stderr;
  };
  const lines = (await at('debug')).trimEnd().split('\n');
  assert.equal(lines.length, 2, lines.join('\n'));
  assert.match(lines[0], /^\d{4}-\S+Z DEBUG dashclaw: request .*operation=guard/);
  assert.doesNotMatch(lines.join(), /canary|oc_live_test/);
  assert.equal(await at('off'), '');
  assert.match(await at('loud'), /DASHCLAW_LOG is none of off, error, warn/);
});

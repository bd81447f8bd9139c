import assert from 'node:assert/strict';
import { generateKeyPairSync, verify } from 'node:crypto';
import { getEventListeners, setMaxListeners } from 'node:events';
import { inspect } from 'node:util';
import { test } from 'node:test';
import { clientOf, dashclaw, run, serve, status, until } from './support.mjs';

const { DashClaw } = dashclaw;
const ALLOW = { decision: 'allow', decision_id: 'act_gd_1' };
const OPTIONS = { baseUrl: 'http://127.0.0.1:9', apiKey: 'oc_live_canary', agentId: 'agent-1' };

/** The body that guard sends for `context`. */
async function sent(context) {
  const server = await serve(() => ALLOW);
  const client = clientOf(server);
  try {
    await client.guard({ action_type: 'deploy', ...context });
    return server.seen[0].body;
  } finally {
    await client.close();
    server.close();
  }
}

test('a client shows its address and agent, and no secret', () => {
  const client = new DashClaw({ ...OPTIONS, agentName: 'Agent', authToken: 'jwt_canary' });
  assert.equal(client.baseUrl, 'http://127.0.0.1:9');
  assert.equal(client.agentId, 'agent-1');
  assert.equal(client.agentName, 'Agent');
  const shown = [inspect(client, { depth: 9, showHidden: true }), String(client), JSON.stringify(client)].join();
  assert.match(shown, /agent-1/);
  assert.doesNotMatch(shown, /canary/);
});

test('an unusable option is an error that names it as it is called here', () => {
  const cases = [
    [{ baseUrl: 'ftp://x' }, 'baseUrl', /`baseUrl` must be an http or https URL/],
    [{ baseUlr: 'http://x' }, 'baseUlr', /did you mean `baseUrl`/],
    [{ timeout: -1 }, 'timeout', /a number of milliseconds, 0 or more/],
    [{ maxRetries: 1.5 }, 'maxRetries', /`maxRetries` must be a whole number/],
    [{ guardMode: 'loud' }, 'guardMode', /`guardMode` must be/],
    [{ privateKey: 'no key' }, 'privateKey', /`privateKey`/],
    [{ privateKey: 7 }, 'privateKey', /`privateKey`/],
    [{ timeout: Number.NaN }, 'timeout', /`timeout` must be a finite number/],
    [{ proxy: () => {} }, 'proxy', /`proxy`/],
    [{ guardCallback: 'loud' }, 'guardCallback', /must be a function/],
  ];
  for (const [option, argument, message] of cases) {
    assert.throws(() => new DashClaw({ ...OPTIONS, ...option }), (error) => {
      assert.ok(error instanceof dashclaw.ConfigurationError, inspect(error));
      assert.equal(error.argument, argument);
      assert.match(error.message, message);
      return true;
    });
  }
  assert.throws(() => new DashClaw(null), dashclaw.ConfigurationError);
  assert.throws(() => new DashClaw({ ...OPTIONS, instance: {} }), dashclaw.ConfigurationError);
});

test('an address without encryption is warned about, loopback is not', async () => {
  const program = (url) => `new (require('dashclaw').DashClaw)({ baseUrl: '${url}', apiKey: 'oc_live_canary', agentId: 'a' })`;
  for (const [url, warned] of [
    ['http://example.com/api', true],
    ['https://example.com', false],
    ['http://localhost:3000', false],
    ['http://127.8.9.1', false],
    ['http://[::1]:1', false],
    ['http://127.0.0.1.example.com', true],
  ]) {
    const { stderr, code } = await run(program(url));
    assert.equal(code, 0, stderr);
    assert.equal(/DashClawWarning.*is not encrypted/.test(stderr), warned, `${url}: ${stderr}`);
    assert.doesNotMatch(stderr, /canary/);
  }
});

test('numbers go out exactly', async () => {
  const body = await sent({ big: 9007199254740993n, small: -1n, list: [2n ** 200n] });
  assert.match(body, new RegExp(`"big":9007199254740993,"list":\\[${2n ** 200n}\\],"small":-1`));
});

test('numbers come back exactly, and everything else as JSON.parse has it', async () => {
  const body =
    '{"decision":"allow","big":9007199254740993,"negative":-9007199254740993,"even":9007199254740992,"text":"9007199254740993 \\"12345678901234567",' +
    '"float":12345678901234567.5,"exponent":12345678901234567e3,"list":[123456789012345678901234567890],"escaped\\\\":"\\\\","after":7}';
  const server = await serve(() => (response) => response.end(body));
  const answer = await clientOf(server).guard({ action_type: 'deploy' });
  server.close();
  assert.deepEqual(answer, {
    ...JSON.parse(body),
    big: 9007199254740993n,
    negative: -9007199254740993n,
    list: [123456789012345678901234567890n],
  });
  assert.equal(typeof answer.even, 'number');
});

test('members that are undefined stay out, dates go out as ISO text', async () => {
  const date = new Date(0);
  const body = JSON.parse(await sent({ gone: undefined, date, list: [undefined, date], own: { toJSON: () => 'mine' } }));
  assert.deepEqual(body, {
    action_type: 'deploy', date: date.toISOString(), list: [null, date.toISOString()], own: 'mine', agent_id: 'agent-1',
  });
});

test('what has no JSON form is refused with its path, before any request', async () => {
  const server = await serve(() => ALLOW);
  const client = clientOf(server);
  const cycle = {};
  cycle.self = cycle;
  const cases = [
    [{ f: () => {} }, 'f'],
    [{ deep: { list: [1, Symbol('s')] } }, 'deep.list[1]'],
    [{ n: Number.NaN }, 'n'],
    [{ n: [Infinity] }, 'n[0]'],
    [{ map: new Map() }, 'map'],
    [{ forgotten: Promise.resolve() }, 'forgotten'],
    [{ when: new Date('never') }, 'when'],
    [{ half: '\ud800' }, 'half'],
    [{ list: ['\udc00'] }, 'list'],
  ];
  for (const [context, argument] of cases) {
    await assert.rejects(client.guard({ action_type: 'deploy', ...context }), (error) => {
      assert.ok(error instanceof dashclaw.InvalidArgumentError, inspect(error));
      assert.equal(error.argument, argument);
      return true;
    });
  }
  await assert.rejects(client.guard({ action_type: 'deploy', cycle }), /nested too deep, or contains itself/);
  await assert.rejects(client.getAction('\ud800'), dashclaw.InvalidArgumentError);
  await assert.rejects(client.waitForApproval('act_\ud800'), /unpaired surrogate/);
  await assert.rejects(client.waitForApproval(), dashclaw.InvalidArgumentError);
  await assert.rejects(client.waitForApproval('act_1', { timeout: 'soon' }), /a number of milliseconds/);
  await assert.rejects(client.guard({ action_type: 'deploy' }, { timeOut: 1 }), /`timeOut` is not an option of a call/);
  await assert.rejects(client.guard({ action_type: 'deploy' }, { signal: 'stop' }), /must be an AbortSignal/);
  await assert.rejects(client.guard('deploy'), dashclaw.InvalidArgumentError);
  await assert.rejects(client.guard(), dashclaw.InvalidArgumentError);
  await assert.rejects(client.call(7), dashclaw.InvalidArgumentError);
  await assert.rejects(client.track({ action_type: 'a', declared_goal: 'g' }), /`fn` must be a function/);
  await assert.rejects(client.track(undefined, () => {}), dashclaw.InvalidArgumentError);
  await assert.rejects(client.runGoverned({ action_type: 'a', declared_goal: 'g' }), /`fn` must be a function/);
  await assert.rejects(client.runGoverned(undefined, () => {}), dashclaw.InvalidArgumentError);
  assert.throws(() => client.events({ lastEventId: 7 }), /`lastEventId` must be a string/);
  assert.throws(() => client.startHeartbeat({ interval: Number.NaN }), /`interval`/);
  await assert.rejects(client.call('createActoin'), /did you mean `create_action`/);
  assert.equal(server.seen.length, 0);
  server.close();
});

test('a signal stops a call at once, and says so in the usual way', async () => {
  const server = await serve(() => undefined);
  const client = clientOf(server);
  const stop = new AbortController();
  const reason = new Error('changed my mind');
  setTimeout(() => stop.abort(reason), 50);
  const started = performance.now();
  await assert.rejects(client.getAction('act_1', { signal: stop.signal }), (error) => {
    assert.equal(error.name, 'AbortError');
    assert.equal(error.kind, 'cancelled');
    assert.equal(error.cause, reason);
    return true;
  });
  assert.ok(performance.now() - started < 2000);
  const requests = server.seen.length;
  await assert.rejects(client.getAction('act_1', { signal: stop.signal }), { name: 'AbortError', cause: reason });
  await assert.rejects(client.getAction('act_1', { signal: AbortSignal.timeout(20) }), { name: 'AbortError' });
  assert.equal(server.seen.length, requests + 1);
  server.close();
});

test('many calls on one signal are no leak to Node, and leave no listener', async () => {
  // A stream that is refused would be a warning of its own.
  const server = await serve(({ url }) => (url.startsWith('/api/stream') ? undefined : ALLOW));
  const warnings = [];
  const warned = (warning) => warnings.push(String(warning));
  process.on('warning', warned);
  const { signal } = new AbortController();
  // As Node once had it for every signal.
  setMaxListeners(10, signal);
  const client = clientOf(server);
  for (let round = 0; round < 2; round += 1) {
    const calls = Array.from({ length: 50 }, () => client.guard({ action_type: 'a' }, { signal }));
    const events = client.events({ signal }).on('action.created', () => {});
    assert.equal(getEventListeners(signal, 'abort').length, 1);
    await Promise.all(calls);
    events.close();
    await client.getAction('act_gd_1', { signal }).catch(() => {});
    await until(() => getEventListeners(signal, 'abort').length === 0, 'the listener is gone');
  }
  await new Promise(setImmediate);
  process.off('warning', warned);
  assert.deepEqual(warnings, []);
  server.close();
});

test('one signal stops all its calls, and only those', async () => {
  const server = await serve(() => undefined);
  const client = clientOf(server);
  const stop = new AbortController();
  const other = client.getAction('act_1', { signal: new AbortController().signal, timeout: 1000, maxRetries: 0 });
  const calls = Array.from({ length: 20 }, () => client.getAction('act_1', { signal: stop.signal }));
  setTimeout(() => stop.abort(), 50);
  // All at once: a rejection that nobody awaits yet would end the test.
  await Promise.all([
    assert.rejects(other, dashclaw.RequestTimeoutError),
    ...calls.map((call) => assert.rejects(call, { name: 'AbortError' })),
  ]);
  assert.equal(getEventListeners(stop.signal, 'abort').length, 0);
  server.close();
});

test('a write that was stopped after it was sent has an unknown outcome and a key', async () => {
  const server = await serve(() => undefined);
  const stop = new AbortController();
  const call = clientOf(server).createAction({ action_type: 'a', declared_goal: 'g' }, { signal: stop.signal });
  setTimeout(() => stop.abort(), 100);
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof dashclaw.OutcomeUnknownError, inspect(error));
    assert.match(error.idempotencyKey, /^[0-9a-f]{64}$/);
    return true;
  });
  server.close();
});

test('options of a call and of withOptions count for their calls only', async () => {
  let answers = 0;
  const server = await serve(() => ((answers += 1) % 2 ? status(503, { error: 'later' }) : ALLOW));
  const client = clientOf(server);
  const hasty = client.withOptions({ maxRetries: 0, timeout: 5000 });
  await assert.rejects(hasty.getAction('act_1'), dashclaw.ServerError);
  answers = 0;
  assert.equal((await hasty.guard({ action_type: 'a' }, { maxRetries: 1 })).decision, 'allow');
  answers = 0;
  assert.equal((await client.guard({ action_type: 'a' })).decision, 'allow');
  await client.createAction({ action_type: 'a', declared_goal: 'g' }, { idempotencyKey: 'mine' }).catch(() => {});
  assert.equal(JSON.parse(server.seen.at(-1).body).idempotency_key, 'mine');
  class Own extends DashClaw {
    constructor(url) {
      super({ ...OPTIONS, baseUrl: url });
    }
    own() {
      return this.baseUrl;
    }
  }
  assert.equal(new Own(server.url).withOptions({ timeout: 1 }).own(), server.url);
  await hasty.close();
  assert.ok(client.closed);
  server.close();
});

test('times are milliseconds', async () => {
  const server = await serve(() => undefined);
  const client = clientOf(server, { timeout: 200, maxRetries: 0 });
  for (const options of [undefined, { timeout: 200 }]) {
    const begin = performance.now();
    await assert.rejects(client.getAction('act_1', options), dashclaw.RequestTimeoutError);
    const took = performance.now() - begin;
    assert.ok(took >= 190 && took < 3000, `${took} ms`);
  }
  const begin = performance.now();
  await assert.rejects(client.waitForApproval('act_1', { timeout: 200, interval: 50 }), dashclaw.ApprovalTimeoutError);
  assert.ok(performance.now() - begin < 3000);
  server.close();
});

test('after close no request leaves, and calls under way end', async () => {
  const server = await serve(() => undefined);
  const client = clientOf(server);
  const waiting = client.getAction('act_1');
  setTimeout(() => client.close(), 50);
  await assert.rejects(waiting, dashclaw.ClientClosedError);
  const requests = server.seen.length;
  await assert.rejects(client.guard({ action_type: 'a' }), dashclaw.ClientClosedError);
  assert.equal(server.seen.length, requests);
  server.close();
});

test('callbacks are told, and what they throw is a warning', async () => {
  const server = await serve(({ url }) =>
    url === '/api/guard'
      ? { decision: 'warn', reasons: ['careful'] }
      : { action_id: 'act_1', action: { action_id: 'act_1', status: 'running' } },
  );
  const told = [];
  const guardCallback = (decision) => {
    told.push(decision.decision);
    throw new Error('from the callback');
  };
  const warnings = [];
  const listen = (warning) => warnings.push(warning.message);
  process.on('warning', listen);
  const client = clientOf(server, { guardMode: 'warn', guardCallback, approvalBanner: 'off' });
  await client.createAction({ action_type: 'a', declared_goal: 'g' });
  await new Promise(setImmediate);
  process.off('warning', listen);
  assert.deepEqual(told, ['warn']);
  assert.deepEqual(warnings, ['from the callback']);
  server.close();
});

test('keys of every form sign actions', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const payload = { action_type: 'a', amount: 1 };
  const forms = [
    privateKey,
    privateKey.export({ type: 'pkcs8', format: 'pem' }),
    privateKey.export({ format: 'jwk' }),
    Buffer.from(privateKey.export({ type: 'pkcs1', format: 'pem' })),
  ];
  const signatures = new Set(forms.map((key) => dashclaw.signAction(payload, key)));
  assert.equal(signatures.size, 1);
  const text = dashclaw.canonicalJson(payload, 'plain');
  assert.ok(verify('sha256', Buffer.from(text), publicKey, Buffer.from([...signatures][0], 'base64')));
  assert.doesNotThrow(() => new DashClaw({ ...OPTIONS, privateKey }));
});

test('heartbeats go out until they are stopped', async () => {
  const server = await serve(() => ({ ok: true }));
  const client = clientOf(server);
  client.startHeartbeat({ interval: 20, status: 'online' });
  client.startHeartbeat({ interval: 1 });
  await new Promise((resolve) => setTimeout(resolve, 150));
  client.stopHeartbeat();
  const beats = server.seen.length;
  assert.ok(beats >= 3 && beats <= 9, String(beats));
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.ok(server.seen.length <= beats + 1);
  server.close();
});

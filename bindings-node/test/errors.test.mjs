import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { test } from 'node:test';
import { clientOf, dashclaw, PACKAGE, serve, status } from './support.mjs';

const require = createRequire(import.meta.url);
const native = require(join(PACKAGE, 'lib', 'native.js'));
const { CLASSES, KINDS, errorFrom } = require(join(PACKAGE, 'lib', 'errors.js'));

async function refusal(code, body, headers) {
  const server = await serve(() => status(code, body, headers));
  const client = clientOf(server, { maxRetries: 0 });
  try {
    await client.getAction('act_1');
  } catch (error) {
    return error;
  } finally {
    server.close();
  }
}

test('every kind of the core has a class of its own', () => {
  assert.deepEqual(Object.keys(KINDS).sort(), native.errorKinds().sort());
  for (const [kind, type] of Object.entries(KINDS)) {
    const error = errorFrom(JSON.stringify({ kind, message: 'm', code: kind, retryable: false }));
    assert.ok(error instanceof type && error instanceof dashclaw.DashClawError && error instanceof Error);
    assert.deepEqual([error.kind, error.code, error.message], [kind, kind, 'm']);
    assert.equal(error.name, kind === 'cancelled' ? 'AbortError' : type.name);
    assert.equal(dashclaw[type.name], type);
  }
  assert.equal(Object.keys(CLASSES).length, Object.keys(KINDS).length + 1);
});

test('a refusal has the fields of the official client, and more', async () => {
  const body = { error: 'no such action', details: ['one'] };
  const error = await refusal(404, body, { 'x-request-id': 'req_1' });
  assert.match(error.message, /^no such action: one \(get_action \w+\)$/);
  assert.deepEqual([error.status, error.details, error.decision, error.body], [404, ['one'], body, body]);
  assert.deepEqual([error.operation, error.requestId, error.retryable], ['get_action', 'req_1', false]);
  assert.deepEqual((await refusal(500, undefined)).decision, {});
});

test('Retry-After is milliseconds', async () => {
  const error = await refusal(429, { error: 'slow down' }, { 'retry-after': '2' });
  assert.ok(error instanceof dashclaw.RateLimitedError);
  assert.equal(error.retryAfter, 2000);
  assert.ok(error.retryable);
});

test('a block holds the verdict', async () => {
  const decision = { decision: 'block', reason: 'no', matched_policies: ['gp_1'] };
  const error = await refusal(403, { decision });
  assert.ok(error instanceof dashclaw.GuardBlockedError);
  assert.deepEqual(error.decision, decision);
  assert.equal(error.message, 'no');
  assert.equal((await refusal(403, { decision: { decision: 'block' } })).message, 'Action blocked by policy');
});

test('callers make errors as with the official client', () => {
  const decision = { decision: 'block', reason: 'never on Fridays' };
  const blocked = new dashclaw.GuardBlockedError(decision);
  assert.equal(blocked.message, 'never on Fridays');
  assert.equal(blocked.decision, decision);
  assert.equal(blocked.name, 'GuardBlockedError');
  assert.equal(new dashclaw.GuardBlockedError({}).message, 'Action blocked by policy');
  assert.throws(() => new dashclaw.GuardBlockedError(undefined), TypeError);
  const denied = new dashclaw.ApprovalDeniedError('no', 'failed');
  assert.deepEqual([denied.message, denied.decision, denied.kind], ['no', 'failed', 'approval_denied']);
});

test('the stack shows who called', async () => {
  const client = new dashclaw.DashClaw({ baseUrl: 'http://127.0.0.1:9', apiKey: 'oc_live_canary', agentId: 'a' });
  async function theCaller() {
    await client.getAction('act_gd_1');
  }
  await assert.rejects(theCaller, (error) => {
    assert.match(error.stack, /async theCaller/);
    assert.doesNotMatch(inspect(error), /canary/);
    return true;
  });
});

test('a panic is an internal error', () => {
  const { translated } = require(join(PACKAGE, 'lib', 'errors.js'));
  const panic = () => {
    throw new Error('deliberate');
  };
  assert.throws(() => translated(panic), (error) => error.kind === 'internal' && error.cause.message === 'deliberate');
});

// Attachments, iterators, workers and heartbeats: what of them is Node's own.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientOf, dashclaw, serve, status } from './support.mjs';

const order = { id: 'wo_1', type: 't', input: { n: 1 } };

function actions({ url }) {
  const offset = Number(new URL(url, 'http://x').searchParams.get('offset') ?? 0);
  return { actions: [0, 1, 2, 3, 4].slice(offset, offset + 2).map((n) => ({ action_id: `act_${n}` })) };
}

test('an attachment is a Buffer', async () => {
  const server = await serve(() => (response) => response.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.from([0, 255])));
  const client = clientOf(server);
  const expected = { data: Buffer.from([0, 255]), filename: 'att_1', mime_type: 'image/png' };
  assert.deepEqual(await client.getAttachment('att_1'), expected);
  assert.deepEqual(await client.call('getAttachment', { attachmentId: 'att_1' }), expected);
  assert.equal(client.getAttachmentUrl('a/b c'), `${server.url}/api/messages/attachments?id=a%2Fb%20c`);
  server.close();
});

test('a page is asked for when it is needed', async () => {
  const server = await serve(actions);
  const client = clientOf(server);
  const seen = [];
  for await (const { action_id: id } of client.iterActions({ limit: 2 })) {
    if (seen.push(id) === 3) break;
  }
  assert.deepEqual(seen, ['act_0', 'act_1', 'act_2']);
  assert.equal(server.seen.length, 2);
  await assert.rejects(client.iterActions({ limit: 'many' }).next(), dashclaw.InvalidArgumentError);
  server.close();
});

test('lengths of time are milliseconds', async () => {
  const server = await serve(() => ({ pairing: { id: 'pair_1', status: 'pending' } }));
  const client = clientOf(server);
  const started = performance.now();
  await assert.rejects(client.waitForPairing('pair_1', { timeout: 300, interval: 100 }), dashclaw.ApprovalTimeoutError);
  await assert.rejects(client.call('wait_for_pairing', { pairing_id: 'pair_1', timeout: 300 }), dashclaw.ApprovalTimeoutError);
  const took = performance.now() - started;
  assert.ok(took > 500 && took < 5000, String(took));
  server.close();
});

test('leaving the loop gives the order up, and what is completed is not', async () => {
  const server = await serve(({ url }) => (url.endsWith('/claim') ? { work_order: order } : { work_order: {} }));
  const client = clientOf(server);
  const ends = () => server.seen.filter(({ url }) => url.endsWith('/complete')).map(({ body }) => JSON.parse(body));
  for await (const claimed of client.workOrders({ types: ['t'] })) {
    assert.deepEqual([claimed.id, claimed.type, claimed.input], ['wo_1', 't', { n: 1 }]);
    break;
  }
  assert.deepEqual(ends().map(({ error }) => error.code), ['abandoned']);
  for await (const claimed of client.workOrders()) {
    await claimed.complete({ a: 1 }, { total_usd: 0.5 });
    break;
  }
  assert.equal(ends().length, 2);
  assert.deepEqual(ends()[1], { status: 'completed', output: { a: 1 }, cost: { total_usd: 0.5 }, agent_id: 'agent-1' });
  server.close();
});

test('what waits is told as it changes', async () => {
  const lists = [['act_1'], ['act_1'], ['act_1', 'act_2'], []];
  const server = await serve(({ url }) => {
    if (url.startsWith('/api/stream')) return status(404, { error: 'no stream' });
    return { actions: lists.shift().map((id) => ({ action_id: id })) };
  });
  const client = clientOf(server);
  const seen = [];
  for await (const { actions: waiting } of client.pendingApprovals({ interval: 100 })) {
    if (seen.push(waiting.map(({ action_id: id }) => id)) === 3) break;
  }
  assert.deepEqual(seen, [['act_1'], ['act_1', 'act_2'], []]);
  const closed = client.pendingApprovals();
  closed.close();
  assert.deepEqual(await closed.next(), { done: true, value: undefined });
  await assert.rejects(client.pendingApprovals({ interval: -1 }).next(), dashclaw.InvalidArgumentError);
  await assert.rejects(client.pendingApprovals({ signal: AbortSignal.abort() }).next(), { name: 'AbortError' });
  server.close();
});

test('an odd receipt is an answer', async () => {
  const server = await serve(() => ({ keys: [] }));
  const client = clientOf(server);
  const cycle = {};
  cycle.a = cycle;
  let deep = 1;
  for (let depth = 0; depth < 5000; depth += 1) deep = { a: deep };
  const odd = [
    { a: Infinity }, { a: [NaN] }, { a: () => 1 }, { a: Symbol('a') }, { a: new Set([1]) }, { a: new Date(NaN) }, cycle, deep,
    undefined, null, 7, Infinity, 7n, new Map(), '\ud800', new Uint8Array([255]), [[]],
  ];
  for (const document of odd) {
    const answer = dashclaw.verifyReceipt(document, { keys: [] });
    assert.equal(answer.valid, false);
    assert.ok(answer.reason);
    assert.equal((await client.verifyReceipt(document)).reason, answer.reason);
    await assert.rejects(client.requireValidReceipt(document), dashclaw.ReceiptInvalidError);
  }
  server.close();
});

test('text is made fit for a terminal', () => {
  assert.equal(dashclaw.printable('a\u001b[2Jb\n\u202ec'), 'a\\u{1b}[2Jb\\n\\u{202e}c');
  assert.equal(dashclaw.printable(new Error('gone\r').message), 'gone\\r');
  assert.equal(dashclaw.printable(undefined), 'undefined');
});

test('options of a call are no part of a request', async () => {
  const created = { action: { action_id: 'act_1', status: 'running' } };
  const server = await serve(({ url }) => (url === '/api/guard' ? { decision: 'allow' } : created));
  const client = clientOf(server);
  const options = { timeout: 5000, maxRetries: 0, idempotencyKey: 'key-1', idempotency: 'call', signal: new AbortController().signal };
  await client.guard({ action_type: 'deploy' }, options);
  await client.createAction({ action_type: 'deploy', declared_goal: 'ship' }, options);
  await client.updateOutcome('act_1', { status: 'completed' }, options);
  await client.getActions({}, options);
  for (const { url, body } of server.seen) {
    assert.doesNotMatch(url + body, /timeout|max_?retries|"idempotency"|signal/i);
  }
  assert.equal(JSON.parse(server.seen[1].body).idempotency_key, 'key-1');
  server.close();
});

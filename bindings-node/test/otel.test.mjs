// Each operation is a span of the program's OpenTelemetry, in the caller's own trace.

import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { HERE, PACKAGE, run, serve, SITE, status } from './support.mjs';

// Here, so that the package finds the tests' own `@opentelemetry/api`, as it would that of a program.
const project = mkdtempSync(join(HERE, 'bundled-'));
after(() => rmSync(project, { recursive: true }));
cpSync(PACKAGE, join(project, 'node_modules', 'dashclaw'), { recursive: true });
cpSync(join(SITE, 'node_modules', '@dashclaw'), join(project, 'node_modules', '@dashclaw'), { recursive: true });
const { DashClaw, GuardBlockedError, ServerError } = createRequire(`${project}/`)('dashclaw');

const exporter = new InMemorySpanExporter();
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(new W3CTraceContextPropagator());
const program = trace.getTracer('program');
beforeEach(() => exporter.reset());

const ALLOW = { decision: 'allow', decision_id: 'act_gd_0123456789abcdef' };
const clientOf = (server, options) => new DashClaw({ baseUrl: server.url, apiKey: 'oc_live_test', agentId: 'agent-1', approvalBanner: 'off', ...options });
const named = (name) => exporter.getFinishedSpans().filter((span) => span.name === name);
const idOf = (span) => span.spanContext().spanId;
const parentOf = (span) => span.parentSpanContext?.spanId;

/** Runs `work` within a span of the program. */
const within = (name, work) =>
  program.startActiveSpan(name, async (span) => {
    try {
      return await work(span);
    } finally {
      span.end();
    }
  });

async function served(t, answer) {
  const server = await serve(answer);
  t.after(server.close);
  return server;
}

test('a call is a span below that of its caller', async (t) => {
  let failures = 1;
  const server = await served(t, () => (failures-- > 0 ? status(503, { error: 'canary' }) : status(200, ALLOW, { 'x-request-id': 'req-1' })));
  const parent = await within('agent', async (span) => {
    await clientOf(server).guard({ actionType: 'deploy', content: 'canary', tool: { name: 'bash' } });
    return idOf(span);
  });
  const [span] = named('dashclaw.guard');
  assert.deepEqual([span.kind, span.status.code, parentOf(span)], [SpanKind.CLIENT, SpanStatusCode.UNSET, parent]);
  assert.deepEqual(span.attributes, {
    'dashclaw.operation': 'guard',
    'dashclaw.action.type': 'deploy',
    'dashclaw.decision': 'allow',
    'dashclaw.request.id': 'req-1',
    'http.request.method': 'POST',
    'http.request.resend_count': 1,
    'http.response.status_code': 200,
    'server.address': '127.0.0.1',
    'server.port': Number(new URL(server.url).port),
  });
  assert.deepEqual(span.events.map(({ name }) => name), ['dashclaw.retry']);
  const { traceId, spanId } = span.spanContext();
  assert.deepEqual(server.seen.map(({ headers }) => headers.traceparent), Array(2).fill(`00-${traceId}-${spanId}-01`));
});

test('an error is told by its kind', async (t) => {
  const server = await served(t, () => status(500, { error: 'canary' }));
  await assert.rejects(clientOf(server, { maxRetries: 0 }).guard({ actionType: 'deploy' }), ServerError);
  const [span] = named('dashclaw.guard');
  assert.deepEqual(span.status, { code: SpanStatusCode.ERROR, message: 'server' });
  assert.equal(span.attributes['error.type'], 'server');
  assert.doesNotMatch(JSON.stringify([span.attributes, span.events]), /canary/);
});

test('what is experimental is asked for', async (t) => {
  const server = await served(t, () => ALLOW);
  process.env.OTEL_SEMCONV_STABILITY_OPT_IN = 'gen_ai_latest_experimental';
  t.after(() => delete process.env.OTEL_SEMCONV_STABILITY_OPT_IN);
  await clientOf(server).guard({ actionType: 'deploy', tool: { name: 'bash' } });
  const [{ attributes }] = named('dashclaw.guard');
  assert.deepEqual([attributes['gen_ai.agent.id'], attributes['gen_ai.tool.name']], ['agent-1', 'bash']);
});

test('calls at the same time each have their own parent', async (t) => {
  const server = await served(t, () => ALLOW);
  const client = clientOf(server);
  await Promise.all(Array.from({ length: 20 }, (_, number) => within(`call-${number}`, () => client.guard({ actionType: `call-${number}` }))));
  const calls = named('dashclaw.guard');
  assert.equal(calls.length, 20);
  for (const call of calls) {
    const type = call.attributes['dashclaw.action.type'];
    assert.equal(parentOf(call), idOf(named(type)[0]));
    const sent = server.seen.find(({ body }) => JSON.parse(body).action_type === type);
    assert.equal(sent.headers.traceparent.split('-')[2], idOf(call));
  }
});

/** A server on which an action is approved when it has been read twice. */
function approving(decision = ALLOW) {
  let reads = 0;
  const action = () => ({ action_id: 'act_1', status: reads > 2 ? 'running' : 'pending_approval', approved_by: reads > 2 ? 'operator' : null });
  return ({ method, url }) => {
    if (url === '/api/stream') {
      return (response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).write('event: connected\ndata: {}\n\n');
    }
    if (url === '/api/guard') return decision;
    if (method === 'POST' && url === '/api/actions') return { action: action(), action_id: 'act_1', decision: null };
    if (method === 'GET') reads += 1;
    return { action: action(), ok: true };
  };
}

test('opening a stream is a span', async (t) => {
  const server = await served(t, ({ url }) => {
    if (url !== '/api/stream') return { actions: [], total: 0 };
    return (response) =>
      response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .write('event: connected\ndata: {}\n\nid: 1\nevent: a\ndata: {}\n\nid: 2\nevent: a\ndata: {}\n\n');
  });
  const claw = clientOf(server);
  const [stream, heard, lists] = [claw.events(), claw.events(), claw.pendingApprovals()];
  assert.equal(exporter.getFinishedSpans().length, 0);
  const looped = await within('looped', async (span) => {
    await stream.next();
    return idOf(span);
  });
  // What comes later is no part of it.
  await stream.next();
  const listened = await within('listened', async (span) => {
    await new Promise((resolve) => heard.once('a', resolve));
    return idOf(span);
  });
  await lists.next();
  for (const each of [stream, heard, lists]) each.close();
  const opened = named('dashclaw.events');
  assert.deepEqual(opened.map(parentOf), [looped, listened]);
  for (const { kind, attributes } of opened) assert.deepEqual([kind, attributes['dashclaw.operation']], [SpanKind.CLIENT, 'events']);
  assert.equal(named('dashclaw.pending_approvals').length, 1);
});

test('a stream that is refused is an error of its span', async (t) => {
  const server = await served(t, () => status(403, { error: 'canary' }));
  await assert.rejects(clientOf(server).events().next(), { kind: 'permission' });
  const [span] = named('dashclaw.events');
  assert.deepEqual(span.status, { code: SpanStatusCode.ERROR, message: 'permission' });
});

test('a wait is a span with events', async (t) => {
  const server = await served(t, approving());
  await clientOf(server).waitForApproval('act_1', { interval: 100 });
  const [span] = named('dashclaw.wait_for_approval');
  const names = span.events.map(({ name }) => name.replace('dashclaw.approval.', ''));
  assert.deepEqual(names, ['subscribed', 'pending', 'decided']);
  assert.equal(span.attributes['dashclaw.approval.outcome'], 'approved');
});

test('governed work stands below its own span', async (t) => {
  const server = await served(t, approving());
  const done = await clientOf(server).runGoverned({ actionType: 'deploy', declaredGoal: 'ship' }, () => within('work', async () => 1), { interval: 100 });
  assert.equal(done.result, 1);
  const [root] = named('dashclaw.run_governed');
  const below = exporter.getFinishedSpans().filter((span) => parentOf(span) === idOf(root)).map(({ name }) => name);
  for (const name of ['work', 'dashclaw.guard', 'dashclaw.create_action', 'dashclaw.wait_for_approval', 'dashclaw.report_action_outcome']) {
    assert.ok(below.includes(name), `${name} is not among ${below}`);
  }
  assert.equal(root.attributes['dashclaw.action.id'], 'act_1');
});

test('a block and a failure of the work are told', async (t) => {
  const server = await served(t, approving({ ...ALLOW, decision: 'block' }));
  await assert.rejects(clientOf(server).runGoverned({ actionType: 'deploy', declaredGoal: 'ship' }, () => 1), GuardBlockedError);
  assert.equal(named('dashclaw.run_governed')[0].attributes['error.type'], 'guard_blocked');
});

test('pages are spans below one', async (t) => {
  const pages = [{ decisions: [{}, {}], total: 3 }, { decisions: [{}], total: 3 }];
  const server = await served(t, () => pages.shift());
  const items = [];
  for await (const item of clientOf(server).iterGuardDecisions({ limit: 2 })) items.push(item);
  assert.equal(items.length, 3);
  const [root] = named('dashclaw.get_guard_decisions.pages');
  assert.deepEqual(named('dashclaw.get_guard_decisions').map(parentOf), [idOf(root), idOf(root)]);
});

test('without it nothing of it is loaded', async (t) => {
  const server = await served(t, () => ALLOW);
  const program = `
    const { DashClaw } = require('dashclaw');
    const client = new DashClaw({ baseUrl: '${server.url}', apiKey: 'key', agentId: 'agent-1' });
    client.guard({ actionType: 'deploy' }).then(() => {
      const loaded = Object.keys(require.cache).filter((name) => name.includes('opentelemetry'));
      if (loaded.length > 0) throw new Error(loaded.join());
      return client.close();
    });`;
  for (const cwd of [SITE, project]) {
    const ran = await run(program, { cwd });
    assert.equal(ran.code, 0, ran.stderr);
  }
});

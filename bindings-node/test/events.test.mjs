// The event stream as something to listen to.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { clientOf, dashclaw, run, serve, sleep, status, until } from './support.mjs';

const create = (claw, goal) => claw.createAction({ action_type: 'a', declared_goal: goal });

/** An instance with an agent, and a stream that is connected and that listeners hear. */
async function listening(use) {
  const instance = new dashclaw.Instance();
  const claw = instance.client({ agentId: 'agent-1', approvalBanner: 'off' });
  const events = claw.events();
  const goals = [];
  const hear = ({ declared_goal: goal }) => goals.push(goal);
  await once(events.on('action.created', hear), 'connected');
  try {
    await use({ claw, events, goals, hear });
  } finally {
    events.close();
    await claw.close();
    await instance.close();
  }
}

test('listeners hear the data and the whole event, in order, until they are taken away', () =>
  listening(async ({ claw, events, goals, hear }) => {
    const whole = [];
    const note = (data, event) => whole.push([event.event, event.data === data, event.id === events.lastEventId]);
    assert.equal(events.on('action.created', note).once('action.created', note), events);
    await create(claw, 'one');
    await until(() => goals.length === 1, 'the first is heard');
    assert.deepEqual(whole, [['action.created', true, true], ['action.created', true, true]]);
    events.off('action.created', note).off('action.created', () => {}).off('other', note);
    await create(claw, 'two');
    await until(() => goals.length === 2, 'the second is heard');
    assert.equal(whole.length, 2);
    events.off('action.created', hear);
    await create(claw, 'three');
    events.on('action.created', hear);
    await until(() => goals.length === 3, 'what happened while nobody listened comes later');
    assert.deepEqual(goals, ['one', 'two', 'three']);
  }));

test('a loop over the same stream and its listeners both have every event', () =>
  listening(async ({ claw, events, goals }) => {
    const looped = [];
    const loop = (async () => {
      for await (const { event, data } of events) {
        if (event === 'action.created') looped.push(data.declared_goal);
        if (looped.length === 3) break;
      }
    })();
    for (const goal of ['one', 'two', 'three']) await create(claw, goal);
    await loop;
    assert.deepEqual(looped, ['one', 'two', 'three']);
    assert.deepEqual(goals, looped);
  }));

test('the end of a stream is told once, however it comes', async () => {
  const ends = [
    async ({ events }) => events.close(),
    async ({ claw }) => claw.close(),
    async ({ stop }) => stop.abort(),
    async ({ events }) => {
      setImmediate(() => events.close());
      for await (const event of events) assert.fail(event);
    },
  ];
  for (const end of ends) {
    const instance = new dashclaw.Instance();
    const claw = instance.client({ agentId: 'a' });
    const stop = new AbortController();
    const events = claw.events({ signal: stop.signal });
    const closed = [];
    events.on('close', () => closed.push('close')).on('error', (error) => closed.push(error));
    await once(events, 'connected');
    await end({ claw, events, stop });
    await until(() => closed.length > 0, 'the end is told');
    await sleep(20);
    assert.deepEqual(closed, ['close']);
    events.close();
    await instance.close();
  }
});

test('an error that ends the stream is told, or is a warning when nobody listens to it', async () => {
  const server = await serve(() => status(401, { error: 'no such key' }));
  const events = clientOf(server).events();
  const [error] = await once(events.once('close', () => {}), 'error').catch((problem) => [problem]);
  assert.ok(error instanceof dashclaw.AuthenticationError, String(error));
  const unheard = await run(`
    const { DashClaw } = require('dashclaw');
    const claw = new DashClaw({ baseUrl: '${server.url}', apiKey: 'oc_live_test', agentId: 'a' });
    claw.events().on('action.created', () => {}).on('close', () => console.log('closed'));`);
  assert.deepEqual([unheard.code, unheard.stdout], [0, 'closed\n'], unheard.stderr);
  assert.match(unheard.stderr, /AuthenticationError.*no such key/);
  server.close();
});

test('what a listener throws is a warning and ends nothing', () =>
  listening(async ({ claw, events, goals }) => {
    const warnings = [];
    const warned = (warning) => warnings.push(warning.message);
    process.on('warning', warned);
    events.on('action.created', () => {
      throw new Error('thrown');
    });
    events.on('action.created', async () => {
      throw new Error('rejected');
    });
    await create(claw, 'one');
    await create(claw, 'two');
    await until(() => goals.length === 2 && warnings.length === 4, 'all is heard');
    process.off('warning', warned);
    assert.deepEqual([...new Set(warnings)].sort(), ['rejected', 'thrown']);
    assert.throws(() => events.on('action.created', 'loud'), dashclaw.InvalidArgumentError);
  }));

test('listening keeps a process alive, until nobody listens', async () => {
  const program = (end) => `
    const claw = require('dashclaw').DashClaw.embedded({ agentId: 'a' });
    const events = claw.events();
    const hear = () => setTimeout(() => { console.log('alive'); ${end} }, 100);
    events.on('connected', hear);`;
  for (const end of ["events.off('connected', hear)", 'events.close()', 'claw.close()']) {
    const done = await run(program(end));
    assert.deepEqual([done.code, done.signal, done.stdout], [0, null, 'alive\n'], done.stderr);
  }
});

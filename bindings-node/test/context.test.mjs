// AsyncLocalStorage holds wherever the package calls the program.

import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { test } from 'node:test';
import { clientOf, dashclaw, serve, sleep, until } from './support.mjs';

const store = new AsyncLocalStorage();

/** A server that warns and recommends, the slower the smaller the number that the goal ends with. */
const advising = () =>
  serve(async ({ url, body }) => {
    const [digit = '0'] = /\d/.exec(JSON.parse(body || '{}').declared_goal ?? '') ?? [];
    await sleep(50 - 5 * Number(digit));
    if (url === '/api/guard') return { decision: 'warn', reasons: ['careful'] };
    if (url.startsWith('/api/learning/recommendations')) {
      return { recommendations: [{ id: 'rec_1', action_type: 'a', confidence: 90, hints: {} }] };
    }
    return { action_id: 'act_1', action: { action_id: 'act_1', status: 'running' } };
  });

test('callbacks and work functions run in the context of their call', async () => {
  const server = await advising();
  const seen = [];
  const told = (what) => async () => {
    await sleep(1);
    seen.push(`${what} ${store.getStore()}`);
  };
  const claw = clientOf(server, {
    guardMode: 'warn', guardCallback: told('guard'), autoRecommend: 'warn', recommendationCallback: told('recommendation'), approvalBanner: 'off',
  });
  // Opened outside, so that nothing runs in the right context by chance.
  await claw.getSignals();
  const calls = Array.from({ length: 10 }, (_, index) => {
    const action = { action_type: 'a', declared_goal: `goal ${index}` };
    const ways = [
      () => claw.createAction(action),
      () => claw.createAction(action, { signal: new AbortController().signal }),
      () => claw.track(action, told('work')),
      () => claw.withOptions({ timeout: 5000 }).runGoverned(action, told('work')),
    ];
    return store.run(index, async () => {
      for (const way of ways) await way();
      assert.equal(store.getStore(), index);
    });
  });
  await Promise.all(calls);
  await until(() => seen.length === 100, 'all were told');
  const each = (index) => [...Array(4).fill(`guard ${index}`), ...Array(4).fill(`recommendation ${index}`), ...Array(2).fill(`work ${index}`)];
  assert.deepEqual(seen.sort(), Array.from({ length: 10 }, (_, index) => each(index)).flat().sort());
  server.close();
});

test('listeners run in the context in which they were added', async () => {
  const instance = new dashclaw.Instance();
  const claw = instance.client({ agentId: 'a' });
  const events = claw.events();
  const seen = [];
  for (const name of ['one', 'two']) store.run(name, () => events.on('action.created', () => seen.push(store.getStore())));
  store.run('end', () => events.once('close', () => seen.push(store.getStore())));
  await once(events, 'connected');
  await store.run('call', () => claw.createAction({ action_type: 'a', declared_goal: 'g' }));
  await until(() => seen.length === 2, 'both hear it');
  store.run('close', () => events.close());
  assert.deepEqual(seen, ['one', 'two', 'end']);
  await instance.close();
});

test('so do loops', async () => {
  const claw = dashclaw.DashClaw.embedded({ agentId: 'a' });
  await claw.createAction({ action_type: 'a', declared_goal: 'g' });
  await store.run('loop', async () => {
    for await (const event of claw.events()) {
      assert.equal([store.getStore(), event.event].join(), 'loop,connected');
      break;
    }
    for await (const action of claw.iterActions()) assert.equal([store.getStore(), action.action_type].join(), 'loop,a');
  });
  await claw.close();
});

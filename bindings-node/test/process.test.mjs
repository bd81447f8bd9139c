// Threads, exits and what is left behind.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { clientOf, PACKAGE, run, serve, sleep, spawn, until } from './support.mjs';

const ALLOW = { decision: 'allow' };
const IMPORT = `const dashclaw = require(${JSON.stringify(PACKAGE)});`;
const client = (url) => `new dashclaw.DashClaw({ baseUrl: '${url}', apiKey: 'oc_live_test', agentId: 'a' })`;

const descriptors = () => readdirSync('/proc/self/fd').length;
const handles = () => process.getActiveResourcesInfo().filter((name) => name !== 'TTYWrap' && name !== 'PipeWrap').sort();

test('an idle client, an instance and an open stream keep no process alive', async () => {
  const server = await serve(() => ALLOW);
  const done = await run(`${IMPORT}
    const claw = ${client(server.url)};
    const local = dashclaw.DashClaw.embedded({ agentId: 'a' });
    claw.startHeartbeat();
    local.events();
    Promise.all([claw.guard({ action_type: 'a' }), local.guard({ action_type: 'a' })]).then(() => console.log('answered'));`);
  assert.deepEqual([done.code, done.stdout], [0, 'answered\n'], done.stderr);
  assert.ok(done.took < 5000, `${done.took} ms`);
  server.close();
});

test('a call under way does', async () => {
  const server = await serve(async () => (await sleep(300), ALLOW));
  const done = await run(`${IMPORT} ${client(server.url)}.guard({ action_type: 'a' }).then(() => console.log('answered'));`);
  assert.deepEqual([done.code, done.stdout], [0, 'answered\n'], done.stderr);
  server.close();
});

test('process.exit ends everything at once, whatever is under way', async () => {
  const server = await serve(() => undefined);
  const exit = (after) => run(`${IMPORT}
    const claw = ${client(server.url)};
    const local = dashclaw.DashClaw.embedded({ agentId: 'a' });
    for (let i = 0; i < 20; i += 1) claw.getAction('act_1').catch(() => {});
    claw.waitForApproval('act_1').catch(() => {});
    local.events().next();
    setTimeout(() => process.exit(7), ${after});`);
  for (const after of [0, 1, 5, 20, 100]) {
    const done = await exit(after);
    assert.deepEqual([done.code, done.signal], [7, null], done.stderr);
    assert.equal(done.stderr, '');
  }
  server.close();
});

test('an exception that nobody catches ends the process as ever', async () => {
  const server = await serve(() => undefined);
  const done = await run(`${IMPORT}
    ${client(server.url)}.getAction('act_1').catch(() => {});
    setTimeout(() => { throw new Error('uncaught'); }, 30);`);
  assert.equal(done.code, 1);
  assert.match(done.stderr, /uncaught/);
  server.close();
});

for (const stream of ['stdout', 'stderr']) {
  test(`the banner ends no agent whose ${stream} nobody reads any more`, async () => {
    const server = await serve(() => ({ action_id: 'act_1', action: { action_id: 'act_1', status: 'pending_approval' } }));
    const program = `${IMPORT}
      const claw = new dashclaw.DashClaw({
        baseUrl: '${server.url}', apiKey: 'oc_live_test', agentId: 'a', approvalBanner: '${stream}', guardMode: 'off',
      });
      (async () => {
        // Whoever read has gone when this comes.
        await new Promise((resolve) => process.stdin.on('end', resolve).resume());
        process.on('warning', () => process.exit(3));
        for (let round = 0; round < 2; round += 1) {
          const wait = () => claw.waitForApproval('act_1', { timeout: 100 }).catch(({ kind }) => { if (kind !== 'approval_timeout') process.exit(1); });
          await Promise.all(Array.from({ length: 30 }, wait));
        }
        await new Promise(setImmediate);
        if (process.${stream}.listenerCount('error') > 0) process.exit(2);
        process.exitCode = 7;
      })();`;
    const agent = spawn(process.execPath, ['-e', program], { stdio: ['pipe', 'pipe', 'pipe'] });
    const other = stream === 'stdout' ? agent.stderr : agent.stdout;
    const told = [];
    other.on('data', (text) => told.push(String(text)));
    agent[stream].destroy();
    agent.stdin.end();
    const [code] = await once(agent, 'exit');
    assert.equal(code, 7, told.join(''));
    server.close();
  });
}

test("a program's own writes to a closed pipe end it as ever", async () => {
  const program = `${IMPORT}
    const claw = dashclaw.DashClaw.embedded({ agentId: 'a' });
    process.stdin.on('end', () => setInterval(() => process.stdout.write('mine'), 5)).resume();`;
  const agent = spawn(process.execPath, ['-e', program], { stdio: ['pipe', 'pipe', 'pipe'] });
  const told = [];
  agent.stderr.on('data', (text) => told.push(String(text)));
  agent.stdout.destroy();
  agent.stdin.end();
  const [code] = await once(agent, 'exit');
  assert.equal(code, 1);
  assert.match(told.join(''), /EPIPE/);
});

const WORKER = `
  const { parentPort, workerData } = require('node:worker_threads');
  ${IMPORT}
  const claw = new dashclaw.DashClaw({ baseUrl: workerData, apiKey: 'oc_live_test', agentId: 'a' });
  const local = dashclaw.DashClaw.embedded({ agentId: 'a' });
  (async () => {
    parentPort.postMessage('started');
    for (let round = 0; round < 50; round += 1) {
      await Promise.all([claw.guard({ action_type: 'a' }), local.guard({ action_type: 'a' })]);
    }
    parentPort.postMessage('done');
  })();`;

const worker = (url, program = WORKER) => new Worker(program, { eval: true, workerData: url });

const ended = (thread) =>
  new Promise((resolve, reject) => {
    const messages = [];
    thread.on('message', (message) => messages.push(message));
    thread.on('error', reject);
    thread.on('exit', (code) => resolve({ code, messages }));
  });

test('ten clients in ten workers', async () => {
  const server = await serve(() => ALLOW);
  const ends = await Promise.all(Array.from({ length: 10 }, () => ended(worker(server.url))));
  assert.deepEqual(ends, Array(10).fill({ code: 0, messages: ['started', 'done'] }));
  server.close();
});

test('a worker terminated in the middle of its calls stops them', async () => {
  const server = await serve(() => undefined);
  const program = `
    const { parentPort, workerData } = require('node:worker_threads');
    ${IMPORT}
    const claw = new dashclaw.DashClaw({ baseUrl: workerData, apiKey: 'oc_live_test', agentId: 'a', timeout: 60000 });
    const local = dashclaw.DashClaw.embedded({ agentId: 'a' });
    for (let i = 0; i < 5; i += 1) claw.getAction('act_1').catch(() => {});
    claw.waitForApproval('act_1').catch(() => {});
    local.events().next();
    parentPort.postMessage('started');
    setInterval(() => local.guard({ action_type: 'a' }).catch(() => {}), 1);`;
  // The first one opens what is opened once per process.
  for (let round = 0, before; round < 12; round += 1) {
    const thread = worker(server.url, program);
    await new Promise((resolve) => thread.once('message', resolve));
    await sleep(round * 3);
    await thread.terminate();
    if (round === 0) {
      await sleep(200);
      before = descriptors();
    } else {
      await until(() => descriptors() <= before + 2, `descriptors of a terminated worker are closed: ${descriptors()} > ${before}`);
    }
  }
  server.close();
});

test('calls stopped at random points leave nothing behind', async () => {
  const server = await serve(async () => (await sleep(Math.random() * 6), ALLOW));
  const claw = clientOf(server);
  await claw.guard({ action_type: 'a' });
  await sleep(50);
  const [before, handlesBefore] = [descriptors(), handles()];
  let stopped = 0;
  for (let round = 0; round < 40; round += 1) {
    const calls = Array.from({ length: 10 }, async () => {
      const stop = new AbortController();
      setTimeout(() => stop.abort(), Math.random() * 8);
      const call = Math.random() < 0.5 ? claw.guard({ action_type: 'a' }, { signal: stop.signal }) : claw.getAction('act_1', { signal: stop.signal });
      await call.catch((error) => {
        assert.ok(['cancelled', 'outcome_unknown'].includes(error.kind), error.stack);
        stopped += 1;
      });
    });
    await Promise.all(calls);
  }
  assert.ok(stopped > 20, `${stopped} were stopped`);
  assert.equal((await claw.guard({ action_type: 'a' })).decision, 'allow');
  await claw.close();
  server.close();
  await until(() => descriptors() <= before, `descriptors are closed: ${descriptors()} > ${before}`);
  await sleep(50);
  const left = handles().filter((name) => name !== 'Timeout' && name !== 'TCPSocketWrap' && name !== 'TCPServerWrap');
  assert.deepEqual(left.filter((name) => !handlesBefore.includes(name)), []);
});

test('a thousand calls at once', async () => {
  const server = await serve(() => ALLOW);
  const claw = clientOf(server);
  const answers = await Promise.all(Array.from({ length: 1000 }, () => claw.guard({ action_type: 'a' })));
  assert.ok(answers.every(({ decision }) => decision === 'allow'));
  await claw.close();
  server.close();
});

test('a client that nobody refers to is collected', async () => {
  const done = await run(
    `${IMPORT}
    const make = () => {
      const client = dashclaw.DashClaw.embedded({ agentId: 'a', guardCallback: () => client });
      return new WeakRef(client);
    };
    const seen = make();
    setTimeout(() => {
      global.gc();
      setTimeout(() => {
        global.gc();
        console.log(seen.deref() === undefined);
      }, 50);
    }, 10);`,
    { args: ['--expose-gc'] },
  );
  assert.equal(done.stdout, 'true\n', done.stderr);
});

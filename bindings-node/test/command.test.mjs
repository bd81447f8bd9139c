// The `dashclaw` command of the npm package, as npm installs it.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { dashclaw, ROOT, run, serve } from './support.mjs';

const site = mkdtempSync(join(tmpdir(), 'dashclaw-command-'));
after(() => rmSync(site, { recursive: true }));
const command = join(site, 'node_modules', '.bin', 'dashclaw');
const finished = (...args) => run(undefined, { node: command, args });

before(() => {
  const packages = join(ROOT, 'target', 'npm');
  const tarballs = readdirSync(packages).filter((name) => name.endsWith('.tgz')).map((name) => join(packages, name));
  // Packages of other platforms are in no registry that this test may ask.
  execFileSync('npm', ['install', '--offline', '--omit=optional', '--no-audit', '--no-fund', '--prefix', site, ...tarballs], { stdio: 'pipe' });
});

test('it says its version and its usage', async () => {
  const said = await finished('--version');
  assert.deepEqual([said.code, said.stdout, said.stderr], [0, `dashclaw ${dashclaw.version}\n`, '']);
  const help = await finished('--help');
  assert.deepEqual([help.code, help.stderr], [0, '']);
  assert.match(help.stdout, /Usage: dashclaw \[OPTIONS\] <COMMAND>/);
});

test('mistakes have their exit codes', async () => {
  const unknown = await finished('nonsense');
  assert.deepEqual([unknown.code, unknown.stdout], [1, '']);
  assert.match(unknown.stderr, /unrecognized subcommand 'nonsense'/);
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address();
  const failed = await finished('up', '--port', String(port), '--data', site);
  taken.close();
  assert.deepEqual([failed.code, failed.stdout], [1, '']);
  assert.match(failed.stderr, new RegExp(`^dashclaw: cannot listen on 127.0.0.1:${port}`));
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  test(`up serves until ${signal}`, async () => {
    const env = { ...process.env };
    delete env.DASHCLAW_API_KEY;
    const child = spawn(command, ['up', '--port', '0', '--data', join(site, signal)], { env, timeout: 30_000, killSignal: 'SIGKILL' });
    let [out, problem] = ['', ''];
    child.stderr.on('data', (chunk) => (problem += chunk));
    await new Promise((resolve, reject) => {
      child.stdout.on('data', (chunk) => (out += chunk).includes('Stop with Ctrl-C.\n') && resolve());
      child.once('close', (code) => reject(new Error(`it ended with ${code}: ${problem}`)));
    });
    const [, key] = /Agent's key .*: (\S+)/.exec(out);
    const [baseUrl] = /http:\/\/\S+/.exec(out);
    const claw = new dashclaw.DashClaw({ baseUrl, apiKey: key, agentId: 'agent-1' });
    assert.equal((await claw.guard({ action_type: 'monitor' })).decision, 'allow');
    await claw.close();
    child.kill(signal);
    const [code, killer] = await once(child, 'close');
    assert.deepEqual([code, killer, problem], [0, null, '']);
    assert.match(out, /Stop with Ctrl-C\.\nDashClaw has stopped\.\n$/);
  });
}

test('it asks a server and becomes the program', { skip: process.platform === 'win32' && 'there the command waits for the program' }, async () => {
  const secrets = { env: { TOKEN: 's3cret' }, count: 1, delivered: ['TOKEN'] };
  const server = await serve(({ url }) => (url.startsWith('/api/secrets/env') ? secrets : { actions: [], total: 0, stats: {} }));
  try {
    const env = { DASHCLAW_BASE_URL: server.url, DASHCLAW_API_KEY: 'key', HOME: site };
    const listed = await run(undefined, { node: command, args: ['approvals', '--json'], env });
    assert.deepEqual([listed.code, JSON.parse(listed.stdout)], [0, { actions: [], total: 0 }]);
    const ran = await run(undefined, { node: command, args: ['env', '--', 'sh', '-c', 'echo "$TOKEN"; exit 7'], env });
    assert.deepEqual([ran.code, ran.stdout, ran.stderr], [7, 's3cret\n', '']);
  } finally {
    server.close();
  }
});

// What a new user does, from the packed files: npm in an empty folder, then the README's first program and the command.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ROOT } from './support.mjs';

const folder = mkdtempSync(join(tmpdir(), 'dashclaw-install-'));
after(() => rmSync(folder, { recursive: true }));

/** Runs a command in the user's folder. */
const said = (command, ...args) => execFileSync(command, args, { cwd: folder, encoding: 'utf8', timeout: 120_000 });

before(() => {
  const packed = join(ROOT, 'target', 'npm');
  const files = readdirSync(packed).filter((name) => name.endsWith('.tgz')).map((name) => join(packed, name));
  said('npm', 'init', '--yes');
  // Without a registry: the packages of other platforms are optional, and there is nothing else to fetch.
  said('npm', 'install', '--offline', '--cache', join(folder, '.npm'), '--no-audit', '--no-fund', ...files);
});

for (const readme of ['README.md', 'bindings-node/README.md']) {
  test(`the first program of ${readme} runs in the file that it names`, () => {
    const [, program, name] = /```js\n(\/\/ (\S+)\n.*?)```/s.exec(readFileSync(join(ROOT, readme), 'utf8'));
    writeFileSync(join(folder, name), program);
    assert.match(said('node', name), /^act_[\w-]+ was allowed\n$/);
  });
}

test('the command is there', () => assert.match(said('npx', '--no-install', 'dashclaw', '--version'), /^dashclaw \d/));

test('nothing else was installed, and the types come along', () => {
  const modules = join(folder, 'node_modules');
  assert.deepEqual(readdirSync(modules).filter((name) => !name.startsWith('.')), ['@dashclaw', 'dashclaw']);
  assert.equal(readdirSync(join(modules, '@dashclaw')).length, 1);
  assert.ok(readdirSync(join(modules, 'dashclaw', 'types')).includes('client.d.ts'));
});

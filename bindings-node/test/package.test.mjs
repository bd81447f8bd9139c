// The package as it is published.

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { bun, dashclaw, deno, HERE, noBun, noDeno, PACKAGE, ROOT, run, serve, SITE } from './support.mjs';

const manifest = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));
const scratch = mkdtempSync(join(tmpdir(), 'dashclaw-package-'));
after(() => rmSync(scratch, { recursive: true }));

/** Runs a tool that the tests' own package.json names. */
const tool = (name, ...args) => run(undefined, { args: [join(HERE, 'node_modules', ...name.split('/')), ...args], cwd: HERE, timeout: 120_000 });

test('import and require give the same, completely', async () => {
  const done = await run(`
    import * as esm from 'dashclaw';
    import { createRequire } from 'node:module';
    const cjs = createRequire(process.cwd() + '/')('dashclaw');
    const names = Object.keys(cjs).sort();
    console.log(JSON.stringify(names) === JSON.stringify(Object.keys(esm).sort()) && names.every((name) => esm[name] === cjs[name]));`,
  { args: ['--input-type=module'] });
  assert.equal(done.stdout, 'true\n', done.stderr);
});

test('the types declare what there is', () => {
  const types = ['client', 'errors'].map((name) => readFileSync(join(PACKAGE, 'types', `${name}.d.ts`), 'utf8')).join('');
  const declared = [...types.matchAll(/^export declare (?:abstract )?(?:class|function|const) (\w+)/gm)].map(([, name]) => name);
  assert.deepEqual(declared.sort(), Object.keys(dashclaw).sort());
  const [, body] = /class DashClaw extends Operations \{(.*?)^\}/ms.exec(types);
  const methods = [...body.matchAll(/^  (?:static )?(\w+)[(<]/gm)].map(([, name]) => name);
  const { prototype } = dashclaw.DashClaw;
  const ours = [...Object.getOwnPropertyNames(prototype), ...Object.getOwnPropertyNames(dashclaw.DashClaw)];
  const hidden = ['toString', 'length', 'name', 'prototype', 'baseUrl', 'agentId', 'agentName', 'closed', 'execution'];
  // `createAction` is declared once more with a narrower result.
  const expected = new Set([...ours.filter((name) => !name.startsWith('_') && !hidden.includes(name)), 'createAction']);
  assert.deepEqual(new Set(methods), expected);
});

test('the module of every platform is asked for by its literal name, which is what bundlers find', () => {
  const names = [...readFileSync(join(PACKAGE, 'lib', 'native.js'), 'utf8').matchAll(/require\('(@dashclaw\/[^']*)'\)/g)].map(([, name]) => name);
  assert.deepEqual(names, Object.keys(manifest.optionalDependencies));
});

test('there is one version, and no install script', () => {
  const [, version] = /\[workspace.package\]\nversion = "(.*)"/.exec(readFileSync(join(ROOT, 'Cargo.toml'), 'utf8'));
  assert.equal(manifest.version, version);
  assert.equal(dashclaw.version, version);
  assert.deepEqual(new Set(Object.values(manifest.optionalDependencies)), new Set([version]));
  assert.equal(manifest.scripts, undefined);
  assert.equal(manifest.dependencies, undefined);
});

test('licence, author, links, changelog and command are told, in the native package as well', () => {
  const natives = join(SITE, 'node_modules', '@dashclaw');
  for (const folder of [PACKAGE, ...readdirSync(natives).map((name) => join(natives, name))]) {
    const told = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const project = 'https://github.com/dashclaw/dashclaw-sdk';
    assert.deepEqual([told.license, told.author, told.homepage, told.bugs], ['MIT', 'The DashClaw SDK authors', project, `${project}/issues`]);
    assert.equal(readFileSync(join(folder, 'LICENSE'), 'utf8'), readFileSync(join(ROOT, 'LICENSE'), 'utf8'));
  }
  assert.equal(readFileSync(join(PACKAGE, 'CHANGELOG.md'), 'utf8'), readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8'));
  assert.deepEqual(manifest.bin, { dashclaw: 'bin/dashclaw.js' });
});

/** A copy of the package without any native module. */
function bare(name) {
  const folder = join(scratch, name, 'node_modules', 'dashclaw');
  cpSync(PACKAGE, folder, { recursive: true, dereference: true, filter: (source) => !/\.node$|node_modules\/dashclaw\/(test|src)$/.test(source) });
  return folder;
}

test('a missing native package is named with the command that installs it', async () => {
  const cwd = join(bare('missing'), '..', '..');
  const platform = `${process.platform}-${process.arch}`;
  for (const program of ["require('dashclaw')", "import('dashclaw').catch((error) => { console.error(error.message, error.code); process.exit(1); })"]) {
    const done = await run(program, { cwd });
    assert.equal(done.code, 1);
    assert.match(done.stderr, new RegExp(`npm install @dashclaw/${platform}.*@${manifest.version.replaceAll('.', '\\.')}`));
    assert.match(done.stderr, /DASHCLAW_NATIVE_MODULE/);
  }
});

test('a platform without a native module is named', async () => {
  const cwd = join(bare('platform'), '..', '..');
  const done = await run("Object.defineProperty(process, 'arch', { value: 'mips' }); require('dashclaw')", { cwd });
  assert.match(done.stderr, /no native module for \w+-mips; there are .*linux-x64-gnu/);
});

test('a native package that is broken or of another version says so', async () => {
  const folder = bare('broken');
  const names = Object.keys(manifest.optionalDependencies).filter((name) => name.startsWith(`@dashclaw/${process.platform}-${process.arch}`));
  const native = join(folder, '..', ...names[0].split('/'));
  mkdirSync(native, { recursive: true });
  writeFileSync(join(native, 'package.json'), '{"main": "index.js"}');
  writeFileSync(join(native, 'index.js'), "exports.version = () => '0.0.1';");
  const older = await run("require('dashclaw')", { cwd: join(folder, '..', '..') });
  assert.match(older.stderr, /is version 0\.0\.1, dashclaw is/);
  writeFileSync(join(native, 'package.json'), '{"main": "dashclaw.node"}');
  writeFileSync(join(native, 'dashclaw.node'), 'no module');
  const broken = await run("require('dashclaw')", { cwd: join(folder, '..', '..') });
  assert.match(broken.stderr, /does not load/);
});

test('publint and attw have nothing to say', async () => {
  const tarball = readdirSync(join(SITE, '..')).find((name) => /^dashclaw-\d.*\.tgz$/.test(name));
  const types = await tool('@arethetypeswrong/cli/dist/index.js', join(SITE, '..', tarball));
  assert.equal(types.code, 0, types.stdout + types.stderr);
  const lint = await tool('publint/src/cli.js', 'run', join(SITE, '..', tarball), '--strict');
  assert.equal(lint.code, 0, lint.stdout + lint.stderr);
  assert.doesNotMatch(lint.stdout, /Suggestions|Warnings/);
});

// Deno lets native code do what it likes once it may be loaded, so that no more is asked of it.
const DENO = ['run', '--quiet', '--allow-read', '--allow-env', '--allow-ffi'];

for (const [name, node, skip, args] of [['Bun', bun, noBun, []], ['Deno', deno, noDeno, DENO]]) {
  test(`it runs under ${name}`, { skip }, async () => {
    const server = await serve(() => ({ decision: 'allow' }));
    const file = join(mkdtempSync(join(SITE, 'other-')), 'program.cjs');
    writeFileSync(file, `
      const { DashClaw } = require('dashclaw');
      const remote = new DashClaw({ baseUrl: '${server.url}', apiKey: 'oc_live_test', agentId: 'a' });
      const local = DashClaw.embedded({ agentId: 'a' });
      (async () => {
        console.log((await remote.guard({ action_type: 'a', big: 2n ** 64n })).decision);
        const run = await local.runGoverned({ action_type: 'a', declared_goal: 'g' }, async () => 42);
        console.log(run.result);
        for await (const event of local.events()) {
          console.log(event.event);
          break;
        }
        const { action_id: id } = await local.createAction({ action_type: 'b', declared_goal: 'g' });
        await local.waitForApproval(id, { signal: AbortSignal.abort() }).catch((error) => console.log(error.name));
      })();`);
    const done = await run(undefined, { args: [...args, file], node });
    rmSync(dirname(file), { recursive: true });
    assert.deepEqual([done.code, done.stdout], [0, 'allow\n42\nconnected\nAbortError\n'], done.stderr);
    assert.match(server.seen[0].body, /"big":18446744073709551616/);
    server.close();
  });
}

test('workers end under Bun in the middle of their calls', { skip: noBun }, async () => {
  const server = await serve(() => undefined);
  const file = join(scratch, 'worker.cjs');
  writeFileSync(file, `
    const { Worker, isMainThread, parentPort } = require('node:worker_threads');
    const { DashClaw } = require(${JSON.stringify(PACKAGE)});
    const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
    if (isMainThread) {
      (async () => {
        for (let round = 0; round < 10; round += 1) {
          const worker = new Worker(__filename);
          await new Promise((resolve) => worker.once('message', resolve));
          await wait(round * 3);
          await worker.terminate();
        }
        console.log('all ended');
      })();
    } else {
      const remote = new DashClaw({ baseUrl: '${server.url}', apiKey: 'oc_live_test', agentId: 'a' });
      const local = DashClaw.embedded({ agentId: 'a' });
      for (let call = 0; call < 5; call += 1) remote.getAction('act_1').catch(() => {});
      setInterval(() => local.guard({ action_type: 'a' }).catch(() => {}), 1);
      parentPort.postMessage('started');
    }`);
  const done = await run(undefined, { args: [file], node: bun });
  assert.deepEqual([done.code, done.stdout], [0, 'all ended\n'], done.stderr);
  server.close();
});

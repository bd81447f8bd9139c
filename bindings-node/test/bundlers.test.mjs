// The package within what bundlers make of a program: each builds as docs/bundlers.md says, and the result runs.

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { nodeFileTrace } from '@vercel/nft';
import { bun, HERE, noBun, PACKAGE, ROOT, run, SITE, spawn, until } from './support.mjs';

const DOCS = readFileSync(join(ROOT, 'docs', 'bundlers.md'), 'utf8');
const SENTENCE = /dashclaw is a native module: it runs in Node and Bun, and neither in a browser nor in an edge runtime/;
const tool = (...path) => join(HERE, 'node_modules', ...path);

/** Here, and not below `target`, so that Next.js finds its own packages; beside them is what npm would have installed. */
let project;
/** Where results run: nothing that they need is found there by chance. */
let elsewhere;
before(() => {
  project = mkdtempSync(join(HERE, 'bundled-'));
  elsewhere = mkdtempSync(join(tmpdir(), 'dashclaw-bundled-'));
  cpSync(join(HERE, 'bundlers'), project, { recursive: true });
  install(project);
  writeFileSync(join(project, 'package.json'), '{ "private": true }');
  for (const name of ['webpack.config.cjs', 'vite.config.mjs']) writeFileSync(join(project, name), documented(name));
  writeFileSync(join(project, 'documented.config.mjs'), documented('next.config.mjs'));
});
after(() => {
  for (const folder of [project, elsewhere]) rmSync(folder, { recursive: true });
});

/** Puts the package, and that of this platform, into the `node_modules` of `folder`. */
function install(folder) {
  const modules = join(folder, 'node_modules');
  cpSync(PACKAGE, join(modules, 'dashclaw'), { recursive: true });
  cpSync(join(SITE, 'node_modules', '@dashclaw'), join(modules, '@dashclaw'), { recursive: true });
}

/** The file `name` of docs/bundlers.md. */
function documented(name) {
  return DOCS.split('```').find((block) => block.startsWith(`js\n// ${name}\n`)).slice('js\n'.length);
}

/** The arguments of the command in docs/bundlers.md that writes `output`. */
function command(output) {
  const line = DOCS.split('\n').find((text) => text.includes(output) && /^(esbuild|bun) /.test(text));
  return [...line.matchAll(/(?:"[^"]*"|[^\s"])+/g)].map(([word]) => word.replaceAll('"', '')).slice(1);
}

/** Runs a tool in the project, which must succeed. */
async function build(args, options) {
  const done = await run(undefined, { args, cwd: project, timeout: 300_000, ...options });
  assert.equal(done.code, 0, done.stdout + done.stderr);
  return done.stdout + done.stderr;
}

/** Takes what was built away from the project, and gives it the package when that was left outside. */
function moved(name, { outside }) {
  const place = mkdtempSync(join(elsewhere, 'run-'));
  cpSync(join(project, name), join(place, basename(name)), { recursive: true });
  if (outside) install(place);
  return place;
}

async function allows(args, options) {
  const done = await run(undefined, { args, ...options });
  assert.deepEqual([done.code, done.stdout], [0, 'allow\n'], done.stderr);
}

for (const [file, outside] of [['main.mjs', true], ['main.cjs', true], ['whole.cjs', false], ['whole.mjs', false]]) {
  test(`esbuild, ${file}`, async () => {
    await build([tool('esbuild', 'bin', 'esbuild'), ...command(`out/${file}`)]);
    const cwd = moved('out', { outside });
    await allows([join('out', file)], { cwd });
    rmSync(join(project, 'out'), { recursive: true });
  });
}

test('webpack', async () => {
  const program = `
    const config = { ...require('./webpack.config.cjs'), mode: 'production', context: __dirname, entry: './main.mjs' };
    require('webpack')({ ...config, output: { path: __dirname + '/out', filename: 'main.cjs' } }, (problem, stats) => {
      if (problem || stats.hasErrors() || stats.hasWarnings()) console.error(problem ?? stats.toString());
      process.exitCode = problem || stats.hasErrors() || stats.hasWarnings() ? 1 : 0;
    });`;
  writeFileSync(join(project, 'webpack.cjs'), program);
  await build(['webpack.cjs']);
  await allows([join('out', 'main.cjs')], { cwd: moved('out', { outside: true }) });
  rmSync(join(project, 'out'), { recursive: true });
});

for (const [name, config] of [['as it is', 'plain.config.mjs'], ['with everything inside', 'vite.config.mjs']]) {
  test(`Vite, ${name}`, async () => {
    writeFileSync(join(project, 'plain.config.mjs'), "export default { build: { ssr: 'main.mjs', outDir: 'out' } };");
    await build([tool('vite', 'bin', 'vite.js'), 'build', '--config', config]);
    await allows([join('out', 'main.mjs')], { cwd: moved('out', { outside: true }) });
    rmSync(join(project, 'out'), { recursive: true });
  });
}

test('bun build --compile', { skip: noBun }, async () => {
  mkdirSync(join(project, 'out'));
  await build(command('out/agent'), { node: bun });
  const cwd = moved('out', { outside: false });
  await allows([], { cwd, node: join(cwd, 'out', 'agent') });
  rmSync(join(project, 'out'), { recursive: true });
});

test('@vercel/nft finds the native module', async () => {
  const { fileList } = await nodeFileTrace([join(project, 'main.mjs')], { base: project });
  const native = [...fileList].filter((file) => file.endsWith('.node'));
  assert.equal(native.length, 1, native.join());
  const place = join(elsewhere, 'traced');
  for (const file of fileList) cpSync(join(project, file), join(place, file));
  await allows(['main.mjs'], { cwd: place });
});

/** Runs a server of Next.js, and has it guard once. */
async function serves(args, { cwd, env = {} }) {
  const port = await freePort();
  const server = spawn(process.execPath, args(port), { cwd, env: { ...process.env, ...QUIET, ...env, PORT: port, HOSTNAME: '127.0.0.1' } });
  const told = [];
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (text) => told.push(String(text)));
  const ended = new Promise((resolve) => server.once('exit', resolve));
  try {
    const answer = () => fetch(`http://127.0.0.1:${port}/api/guard`).catch(() => undefined);
    let answered;
    await until(async () => server.exitCode !== null || (answered = await answer()), 'the server answers', 60);
    assert.deepEqual([answered?.status, await answered?.json().catch(String)], [200, { decision: 'allow' }], told.join(''));
  } finally {
    server.kill();
    await ended;
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const QUIET = { NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' };
const NEXT = tool('next', 'dist', 'bin', 'next');

test('Next.js with webpack', async () => {
  await build([NEXT, 'build', '--webpack'], { env: QUIET });
  await serves((port) => [NEXT, 'start', '--port', String(port), '--hostname', '127.0.0.1'], { cwd: project });
});

test('Next.js with Turbopack, and as a standalone server', async () => {
  await build([NEXT, 'build'], { env: { ...QUIET, NEXT_TEST_OUTPUT: 'standalone' } });
  await serves((port) => [NEXT, 'start', '--port', String(port), '--hostname', '127.0.0.1'], { cwd: project });
  const place = moved(join('.next', 'standalone'), { outside: false });
  await serves(() => ['server.js'], { cwd: join(place, 'standalone', basename(project)) });
});

test("Next.js's edge runtime is refused with a sentence", async () => {
  cpSync(join(project, 'edge'), join(project, 'app', 'api', 'edge'), { recursive: true });
  const done = await run(undefined, { args: [NEXT, 'build'], cwd: project, env: QUIET, timeout: 300_000 });
  assert.notEqual(done.code, 0);
  assert.match(done.stdout + done.stderr, SENTENCE);
});

test('a browser, an edge runtime and a Worker are told at once', async () => {
  const program = (name) => `import('${name}').catch(({ code, message }) => console.log(code, message))`;
  for (const condition of ['browser', 'edge-light', 'workerd']) {
    for (const name of ['dashclaw', 'dashclaw/legacy']) {
      const done = await run(program(name), { args: [`--conditions=${condition}`], cwd: project });
      assert.match(done.stdout, SENTENCE);
      assert.match(done.stdout, /DASHCLAW_UNSUPPORTED_RUNTIME.*runtime = 'nodejs'/);
    }
  }
  await build([tool('esbuild', 'bin', 'esbuild'), 'main.mjs', '--bundle', '--minify', '--format=iife', '--outfile=page.js']);
  const page = await run(undefined, { args: ['page.js'], cwd: project });
  assert.equal(page.code, 1);
  assert.match(page.stderr, SENTENCE);
});

test('what stands in for the package there has the same names', () => {
  const names = (file) => {
    const [, list] = /^export (?:const \{|let)\n(.*?)(?:\n\}|;)/ms.exec(readFileSync(join(PACKAGE, file), 'utf8'));
    return list.split(/,\s*/).map((name) => name.trim()).filter(Boolean);
  };
  assert.deepEqual(names('unsupported.mjs').sort(), [...names('index.mjs'), 'OpenClawAgent'].sort());
});

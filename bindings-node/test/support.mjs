// What the tests share. They use the package as scripts/build-node installed it.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const HERE = dirname(fileURLToPath(import.meta.url));
export const ROOT = join(HERE, '..', '..');
/** The folder with `node_modules/dashclaw`. */
export const SITE = join(ROOT, 'target', 'npm', 'site');

const require = createRequire(`${SITE}/`);
export const PACKAGE = join(SITE, 'node_modules', 'dashclaw');
export const dashclaw = require('dashclaw');

/**
 * A loopback server. `answer(request)` gets `{ method, url, headers, body }` and returns what to answer as JSON, a function
 * of the raw response, or nothing to stay silent.
 */
export async function serve(answer) {
  const seen = [];
  const server = createServer(async (incoming, response) => {
    const chunks = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const request = { method: incoming.method, url: incoming.url, headers: incoming.headers, body };
    seen.push(request);
    const reply = await answer(request);
    if (typeof reply === 'function') reply(response);
    else if (reply !== undefined) response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
  });
  // A failed test must not keep the process alive.
  server.on('connection', (socket) => socket.unref());
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}`;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url, seen, close };
}

export const status = (code, body, headers = {}) => (response) =>
  response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

/** A client of such a server. */
export function clientOf(server, options = {}) {
  return new dashclaw.DashClaw({ baseUrl: server.url, apiKey: 'oc_live_test', agentId: 'agent-1', ...options });
}

/** Runs a program with Node and waits for its end: `{ code, signal, stdout, stderr, took }`. */
export function run(program, { args = [], env = {}, cwd = SITE, timeout = 30_000, node = process.execPath } = {}) {
  const started = performance.now();
  return new Promise((resolve) => {
    const options = { cwd, env: { ...process.env, ...env }, timeout, killSignal: 'SIGKILL', encoding: 'utf8' };
    execFile(node, [...args, ...(program === undefined ? [] : ['-e', program])], options, (error, stdout, stderr) => {
      const [code, signal] = error === null ? [0, null] : [error.code, error.signal];
      resolve({ code, signal, stdout, stderr, took: performance.now() - started });
    });
  });
}

export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Waits until `check` holds, at most 10 seconds unless given. */
export async function until(check, what, seconds = 10) {
  for (const end = performance.now() + seconds * 1000; !(await check()); await sleep(5)) {
    if (performance.now() > end) throw new Error(`it never came to be: ${what}`);
  }
}

export const bun = join(HERE, 'node_modules', '@oven', `bun-${process.platform}-${process.arch}`, 'bin', 'bun');
/** Why tests of Bun are skipped, if they are. */
export const noBun = !existsSync(bun) && `there is no Bun for ${process.platform}-${process.arch} among the tests' packages`;

const abi = process.platform === 'linux' ? '-glibc' : '';
export const deno = join(HERE, 'node_modules', '@deno', `${process.platform}-${process.arch}${abi}`, 'deno');
/** Why tests of Deno are skipped, if they are. */
export const noDeno = !existsSync(deno) && `there is no Deno for ${process.platform}-${process.arch} among the tests' packages`;

export { spawn };

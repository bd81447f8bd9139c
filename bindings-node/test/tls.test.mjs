import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { test } from 'node:test';
import { HERE, run } from './support.mjs';

// Made for these tests, with `openssl req -x509`; it protects nothing.
const CERTIFICATE = join(HERE, 'tls', 'certificate.pem');
const KEY = join(HERE, 'tls', 'key.pem');

/** What a program prints that asks a TLS server with a certificate of its own, while the variable names `file`. */
async function ask(file) {
  const server = createServer({ cert: readFileSync(CERTIFICATE), key: readFileSync(KEY) }, (request, response) => {
    request.resume().on('end', () => response.end('{"decision":"allow"}'));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const options = { baseUrl: `https://localhost:${server.address().port}`, apiKey: 'k', agentId: 'a', maxRetries: 0 };
  const program = `
    const { DashClaw } = require('dashclaw');
    const client = new DashClaw(${JSON.stringify(options)});
    client.guard({ action_type: 'deploy' })
      .then((verdict) => console.log(verdict.decision), (error) => console.log(error.message))
      .then(() => new DashClaw(${JSON.stringify(options)}).close())
      .then(() => client.close());`;
  try {
    return await run(program, { env: { NODE_EXTRA_CA_CERTS: file } });
  } finally {
    server.close();
  }
}

test('what NODE_EXTRA_CA_CERTS names is trusted', async () => {
  const { stdout, stderr } = await ask(CERTIFICATE);
  assert.equal(stdout, 'allow\n', stderr);
});

test('a file that cannot be used is warned of once and passed over', async () => {
  for (const file of [join(HERE, 'tls', 'missing.pem'), join(HERE, 'package.json')]) {
    const { stdout, stderr } = await ask(file);
    assert.match(stdout, /`ca_?bundle`|`caBundle`/i);
    // Without `(node:1)` it is Node's own warning, which comes when Node itself reads the file.
    assert.equal(stderr.match(/\(node:\d+\) Warning: Ignoring extra certs from `/g)?.length, 1, stderr);
  }
});

// wrapClient around the real clients of OpenAI and Anthropic.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { answerOfModel } from './llm.mjs';
import { clientOf, dashclaw, HERE, run, serve, sleep, status, until } from './support.mjs';

const messages = [{ role: 'user', content: 'hello' }];
const CHAT = { model: 'gpt', messages };
const USAGE = { stream_options: { include_usage: true } };
const TALK = { model: 'claude', messages, max_tokens: 10 };
const GPT = { tokens_in: 5, tokens_out: 6, model: 'gpt-real', agent_id: 'agent-1' };
const CLAUDE = { tokens_in: 7, tokens_out: 8, model: 'claude-real', agent_id: 'agent-1' };

const RECORDED = { recorded: true };
let server;
let claw;
/** What the server answers to a report. */
let recorded;

before(async () => {
  server = await serve((request) => (request.url === '/api/tokens' ? recorded : answerOfModel(request)));
});
beforeEach(async () => {
  await claw?.close();
  claw = clientOf(server);
  recorded = RECORDED;
  server.seen.length = 0;
});
after(() => server.close());

const openai = () => new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'k', maxRetries: 0 });
const anthropic = () => new Anthropic({ baseURL: server.url, apiKey: 'k', maxRetries: 0 });
const reports = () => server.seen.filter(({ url }) => url === '/api/tokens').map(({ body }) => JSON.parse(body));

/** Waits for these reports and sees that there are no others. */
async function reported(...expected) {
  await until(() => reports().length >= expected.length, `${expected.length} reports`);
  if (expected.length === 0) await sleep(50);
  assert.deepEqual(reports(), expected);
  server.seen.length = 0;
}

async function all(stream) {
  const items = [];
  for await (const item of stream) items.push(item);
  return items;
}

test('whole answers are reported', async () => {
  const client = openai();
  assert.equal(claw.wrapClient(client), client);
  assert.equal((await client.chat.completions.create(CHAT)).choices[0].message.content, 'hi');
  await reported(GPT);
  await client.responses.create({ model: 'gpt', input: 'hello' });
  await reported(GPT);
  await client.chat.completions.parse(CHAT);
  await reported(GPT);
  assert.equal((await claw.wrapClient(anthropic()).messages.create(TALK)).content[0].text, 'hi');
  await reported(CLAUDE);
});

test('streams are reported when they end', async () => {
  const client = claw.wrapClient(openai());
  const stream = await client.chat.completions.create({ ...CHAT, ...USAGE, stream: true });
  await reported();
  assert.equal((await all(stream)).length, 3);
  await reported(GPT);
  await assert.rejects(all(stream), /consumed stream/);
  const [left, right] = (await client.chat.completions.create({ ...CHAT, ...USAGE, stream: true })).tee();
  assert.equal((await all(left)).length + (await all(right)).length, 6);
  await reported(GPT);
  const readable = (await client.chat.completions.create({ ...CHAT, ...USAGE, stream: true })).toReadableStream();
  assert.equal((await new Response(readable).text()).split('\n').length, 4);
  await reported(GPT);
  await all(await client.responses.create({ model: 'gpt', input: 'hello', stream: true }));
  await reported(GPT);
  assert.equal((await client.chat.completions.stream({ ...CHAT, ...USAGE }).finalMessage()).content, 'hi');
  await reported(GPT);
  assert.equal((await client.responses.stream({ model: 'gpt', input: 'hello' }).finalResponse()).id, 'r');
  await reported(GPT);
});

test('streams of Anthropic are reported when they end', async () => {
  const client = claw.wrapClient(anthropic());
  assert.equal((await all(await client.messages.create({ ...TALK, stream: true }))).at(-1).type, 'message_stop');
  await reported(CLAUDE);
  assert.equal(await client.messages.stream(TALK).finalText(), 'hi');
  await reported(CLAUDE);
  for await (const event of await client.messages.create({ ...TALK, stream: true })) {
    assert.equal(event.type, 'message_start');
    break;
  }
  await reported({ ...CLAUDE, tokens_out: 1 });
});

test('promises keep their other methods', async () => {
  const client = claw.wrapClient(openai());
  const { data, response } = await client.chat.completions.create(CHAT).withResponse();
  assert.deepEqual([data.model, response.status], ['gpt-real', 200]);
  await reported(GPT);
  const bare = await client.chat.completions.create(CHAT).asResponse();
  await sleep(30);
  assert.equal(bare.bodyUsed, false);
  assert.equal((await bare.json()).model, 'gpt-real');
  await reported();
});

test('wrapping twice is wrapping once', async () => {
  const client = openai();
  const second = clientOf(server, { agentId: 'agent-2' });
  assert.equal(second.wrapClient(claw.wrapClient(claw.wrapClient(client))), client);
  assert.ok(!Object.keys(client).some((name) => name.includes('dashclaw')));
  await client.chat.completions.create(CHAT);
  await reported(GPT);
  await second.close();
});

test('what is no client is refused', async () => {
  const client = anthropic();
  for (const [wrong, provider] of [[{}], [null], [undefined], [client, 'gemini'], [client, 'openai'], [client, ''], [{}, 'anthropic'], [client, 'toString']]) {
    assert.throws(() => claw.wrapClient(wrong, { provider }), (error) => {
      assert.ok(error instanceof dashclaw.InvalidArgumentError, error.stack);
      return ['llmClient', 'provider'].includes(error.argument);
    });
  }
  assert.ok(!Object.hasOwn(client.messages, 'create'));
  await claw.wrapClient(client, { provider: 'anthropic' }).messages.create(TALK);
  await reported(CLAUDE);
});

test('a client of another make with plain promises is reported, too', async () => {
  const usage = { prompt_tokens: 1 };
  const client = { chat: { completions: { create: async ({ model }) => ({ model, usage }) } } };
  assert.deepEqual(await claw.wrapClient(client).chat.completions.create({ model: 'own' }), { model: 'own', usage });
  await reported({ tokens_in: 1, tokens_out: 0, model: 'own', agent_id: 'agent-1' });
});

test('errors of the model pass and are not reported', async () => {
  const client = claw.wrapClient(openai());
  await assert.rejects(client.chat.completions.create({ ...CHAT, model: 'broken' }), OpenAI.BadRequestError);
  await assert.rejects(client.chat.completions.create({ ...CHAT, model: 'broken', stream: true }), OpenAI.BadRequestError);
  await reported();
});

test('a server that fails or is slow disturbs nobody', { timeout: 60_000 }, async () => {
  const client = claw.wrapClient(openai());
  recorded = status(500, { error: 'no' });
  await client.chat.completions.create(CHAT);
  await reported(GPT);
  recorded = undefined;
  // Nothing is answered from now on: whoever waited for a report would wait for ever.
  for (let call = 0; call < 150; call += 1) await client.chat.completions.create(CHAT);
  assert.ok(reports().length <= 101, 'there is a limit');
  await claw.close();
  await client.chat.completions.create(CHAT);
});

test('the end of the client and of the program waits for the last reports, and not for ever', async () => {
  const program = (end) => `
    import OpenAI from 'openai';
    import { createRequire } from 'node:module';
    const { DashClaw } = createRequire(process.env.SITE)('dashclaw');
    const claw = new DashClaw({ baseUrl: '${server.url}', apiKey: 'oc_live_test', agentId: 'agent-1' });
    const client = claw.wrapClient(new OpenAI({ baseURL: '${server.url}/v1', apiKey: 'k' }));
    await client.chat.completions.create(${JSON.stringify(CHAT)});
    ${end}`;
  const { SITE } = await import('./support.mjs');
  const start = (end) => run(program(end), { args: ['--input-type=module'], cwd: HERE, env: { SITE: `${SITE}/` } });
  for (const end of ['', 'await claw.close(); process.exit();']) {
    const done = await start(end);
    assert.equal(done.code, 0, done.stderr);
    await reported(GPT);
  }
  recorded = undefined;
  const done = await start('');
  assert.deepEqual([done.code, done.stderr], [0, '']);
  assert.ok(done.took < 12_000, `${done.took} ms`);
});

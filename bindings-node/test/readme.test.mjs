// The official README's other examples run unchanged, and send what the official client sends.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, test } from 'node:test';
import { OTHERS, writeExample } from './official.mjs';
import { clientOf, HERE, serve, SITE } from './support.mjs';

process.env.DASHCLAW_SUPPRESS_LEGACY_WARNING = '1';
const folder = mkdtempSync(join(SITE, 'readme-'));
after(() => rmSync(folder, { recursive: true }));

/** What each example sends, in order: verb, target and body. */
const REQUESTS = JSON.parse(readFileSync(join(HERE, 'official', 'requests.json'), 'utf8'));

const ORDER = { id: 'wo_1', work_order_id: 'wo_1', type: 'research_brief', status: 'completed' };
const CAPABILITY = { capability_id: 'cap_123', slug: 'search', status: 'healthy', certification_status: 'certified' };
const PAIRING = { id: 'pair_1', status: 'approved', agent_id: 'agent-1' };
const OUTCOME = { action_id: 'act_1', status: 'completed' };
const PURCHASE = { action: { id: 'act_1', action_id: 'act_1', status: 'running' }, purchase: { purchase_id: 'p1' }, decision: { decision: 'allow' } };

/** What a server answers, by verb and path: the first that fits. */
const ANSWERS = [
  [/ \/api\/guard$/, { decision: 'allow', decision_id: 'act_gd_1', learning: { recent_score_avg: 82 } }],
  [/POST \/api\/actions$/, { action: { action_id: 'act_1', status: 'running' }, action_id: 'act_1' }],
  [/GET \/api\/actions\/\w+\/graph$/, { rootActionId: 'act_1', nodes: [], edges: [] }],
  [/GET \/api\/actions\/\w+\/outcome$/, OUTCOME],
  [/POST \/api\/actions\/\w+\/outcome$/, { outcome: OUTCOME }],
  [/ \/api\/actions\/\w+$/, { action: { action_id: 'act_1', status: 'completed' } }],
  [/assumptions$/, { assumption: { assumption_id: 'asm_1' } }],
  [/lessons$/, { lessons: [{ guidance: 'Deploy in the morning' }], drift_warnings: [] }],
  [/GET \/api\/messages$/, { messages: [] }],
  [/POST \/api\/messages$/, { message: { id: 'msg_1' }, message_id: 'msg_1' }],
  [/security\/prompt-injection$/, { recommendation: 'block', findings_count: 2, clean: false }],
  [/ \/api\/pairings/, { pairing: PAIRING, pairing_url: 'http://localhost/pair/pair_1' }],
  [/GET \/api\/identities$/, { identities: [] }],
  [/POST \/api\/identities$/, { identity: { agent_id: 'agent-007' } }],
  [/handoffs/, { handoff: { id: 'ho_1', summary: 's' } }],
  [/templates\/\w+\/launch$/, { launch: { action_id: 'act_1' } }],
  [/GET \/api\/workflows\/templates$/, { templates: [] }],
  [/ \/api\/workflows\/templates/, { template: { template_id: 't1' }, runs: [], steps: [], action_id: 'act_2' }],
  [/GET \/api\/model-strategies$/, { strategies: [] }],
  [/complete$/, { content: 'Ship it.', provider: 'openai', cost_usd: 0.01, fallback_used: false, work_order: ORDER, receipt: { receipt_hash: 'h' } }],
  [/ \/api\/model-strategies/, { strategy: { strategy_id: 'mst_1' } }],
  [/GET .*\/items$/, { items: [] }],
  [/\/search$/, { results: [{ score: 0.9, content: 'Roll back with the runbook' }] }],
  [/\/sync$/, { sync: { ingested: 3, chunks_created: 42 } }],
  [/ \/api\/knowledge/, { collection: { collection_id: 'kc_1' }, item: {}, deleted: true, collection_id: 'kc_1' }],
  [/capabilities\/health$/, { capabilities: [CAPABILITY] }],
  [/capabilities\/cap_123\/history$/, { events: [{ action_type: 'capability_test', status: 'failed' }] }],
  [/ \/api\/capabilities/, { ...CAPABILITY, capabilities: [CAPABILITY], capability: CAPABILITY, governed: true, tested: true, health_status: 'healthy', action_id: 'act_1' }],
  [/reputation\/verify$/, { ok: true }],
  [/ \/api\/reputation/, { vector: { reliability_score: 90 }, receipt: { kind: 'reputation' }, events: [], total: 0 }],
  [/registry$/, { registered_agent: { entry_id: 'reg_1' } }],
  [/ \/api\/agents/, { capabilities: [], action_id: 'act_1' }],
  [/x402\/providers\/\w+\/endpoints$/, { endpoint: { endpoint_id: 'e1' } }],
  [/x402\/providers$/, { provider: { provider_id: 'prov_1' } }],
  [/x402\/purchases$/, PURCHASE],
  [/ \/api\/artifacts$/, { artifact: { artifact_id: 'art_1' } }],
  [/work-orders\/types$/, { type: 'research_brief' }],
  [/POST \/api\/work-orders$/, { work_order_id: 'wo_1', status: 'queued', guard: { decision: 'allow' } }],
  [/ \/api\/work-orders/, { work_order: ORDER, receipt: { receipt_hash: 'h' } }],
];

/** Runs an example; returns the requests that arrived. */
async function sent(name) {
  const unknown = [];
  const server = await serve(({ method, url }) => {
    const path = `${method} ${url.split('?')[0]}`;
    const [, answer] = ANSWERS.find(([pattern]) => pattern.test(path)) ?? unknown.push(path) ?? [];
    return answer ?? {};
  });
  Object.assign(process.env, { DASHCLAW_URL: server.url, DASHCLAW_API_KEY: 'oc_live_test' });
  const claw = clientOf(server, { agentId: 'AGENT', approvalBanner: 'off' });
  const ticks = [];
  const { default: example } = await import(pathToFileURL(writeExample(name, folder)));
  const { log } = console;
  console.log = () => {};
  try {
    await example({
      claw, actionId: 'act_1', requestId: 'r1', templateId: 't1', runActionId: 'act_1', strategyId: 'mst_1', agentId: 'AGENT',
      pairingId: 'pair_1', publicKeyPem: '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----', baseUrl: server.url,
      apiKey: 'oc_live_test', setInterval: (work) => ticks.push(work),
    });
    for (const tick of ticks) await tick();
  } finally {
    console.log = log;
    await claw.close();
    server.close();
  }
  assert.deepEqual(unknown, []);
  return server.seen.map(({ method, url, body }) => [method, target(url), plain(body)]);
}

/** The target with its query in order. */
function target(url) {
  const [path, query] = url.split('?');
  const parameters = new URLSearchParams(query);
  parameters.sort();
  return query ? `${path}?${parameters}` : path;
}

/** The body without what is null, as the official client writes what is not given, and with computed texts marked. */
function plain(body) {
  if (!body) return null;
  const members = Object.entries(JSON.parse(body)).filter(([, value]) => value !== null);
  return Object.fromEntries(members.map(([name, value]) => [name, ['idempotency_key', 'timestamp_end'].includes(name) ? '<computed>' : value]));
}

for (const name of OTHERS) {
  test(name, async () => assert.deepEqual(await sent(name), REQUESTS[name]));
}

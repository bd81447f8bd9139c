// Guard calls from Node: with our package, with http.Agent keep-alive, and with the built-in fetch.
// Prints one JSON line like the subcommands of dashclaw-bench.

import http from 'node:http';
import https from 'node:https';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

const CONTEXT = {
  action_type: 'deploy',
  risk_score: 40,
  systems_touched: ['payments', 'ledger'],
  reversible: true,
  declared_goal: 'Deploy build 1842 to production',
};
const AGENT = 'bench-agent';

const { values: options } = parseArgs({
  options: {
    mode: { type: 'string' },
    site: { type: 'string' },
    url: { type: 'string' },
    key: { type: 'string', default: 'oc_live_bench' },
    callers: { type: 'string', default: '1' },
    calls: { type: 'string', default: '50000' },
    seconds: { type: 'string', default: '1' },
    'warm-up': { type: 'string', default: '300' },
  },
});
const callers = Number(options.callers);
const headers = { 'content-type': 'application/json', 'x-api-key': options.key };

/** What is measured: each returns the verdict on a context. */
const clients = {
  ours() {
    const { DashClaw } = createRequire(`${resolve(options.site)}/`)('dashclaw');
    const claw = new DashClaw({ baseUrl: options.url, apiKey: options.key, agentId: AGENT });
    return (context) => claw.guard(context);
  },
  agent() {
    const { Agent, request } = options.url.startsWith('https:') ? https : http;
    const agent = new Agent({ keepAlive: true });
    return (context) =>
      new Promise((settle, reject) => {
        const body = JSON.stringify({ ...context, agent_id: AGENT });
        const length = { 'content-length': Buffer.byteLength(body) };
        const sent = request(`${options.url}/api/guard`, { method: 'POST', agent, headers: { ...headers, ...length } }, (response) => {
          const chunks = [];
          response.on('data', (chunk) => chunks.push(chunk));
          response.on('end', () => settle(JSON.parse(Buffer.concat(chunks).toString())));
          response.on('error', reject);
        });
        sent.on('error', reject);
        sent.end(body);
      });
  },
  fetch() {
    return async (context) => {
      const body = JSON.stringify({ ...context, agent_id: AGENT });
      const response = await fetch(`${options.url}/api/guard`, { method: 'POST', headers, body });
      return response.json();
    };
  },
};

const guard = clients[options.mode]();

/** One caller: adds its latencies in milliseconds. */
async function callUntil(latencies, calls, end) {
  for (let call = 0; call < calls; call += 1) {
    const begin = performance.now();
    if (begin >= end) return;
    const verdict = await guard({ ...CONTEXT });
    if (verdict.decision !== 'allow' || !verdict.decision_id) throw new Error(`guard did not allow: ${JSON.stringify(verdict)}`);
    latencies.push(performance.now() - begin);
  }
}

async function sideBySide(calls, seconds) {
  const latencies = [];
  const end = performance.now() + seconds * 1000;
  await Promise.all(Array.from({ length: callers }, () => callUntil(latencies, calls, end)));
  return latencies;
}

await sideBySide(Number(options['warm-up']), 30);
const [begin, cpu] = [performance.now(), process.cpuUsage()];
const latencies = await sideBySide(Math.max(1, Math.trunc(Number(options.calls) / callers)), Number(options.seconds));
const seconds = (performance.now() - begin) / 1000;
const { user, system } = process.cpuUsage(cpu);
latencies.sort((left, right) => left - right);
const percentile = (part) => latencies[Math.round((latencies.length - 1) * part)] * 1000;
console.log(
  JSON.stringify({
    name: `node-${options.mode}`,
    callers,
    calls: latencies.length,
    seconds,
    calls_per_second: latencies.length / seconds,
    p50_us: percentile(0.5),
    p99_us: percentile(0.99),
    cpu_us_per_call: (user + system) / latencies.length,
  }),
);
// Connections that are kept alive need not end first.
process.exit(0);

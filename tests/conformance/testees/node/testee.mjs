// The Node testee: the public face of the package `dashclaw` behind the protocol of PROTOCOL.md. It judges nothing.
//   node testee.mjs FOLDER      FOLDER: where the package is installed

import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

const dashclaw = createRequire(`${resolve(process.argv[2])}/`)('dashclaw');

const SETUP = ['new', 'close', 'open_instance', 'close_instance'];
const TIMES = ['timeout', 'interval'];
const clients = new Map();
const instances = new Map();
const stops = new Map();

const camel = (name) => name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());
const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

// JSON with integers of any size: strings stay as they are, large numbers become or come from BigInt.
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;
const isLarge = (token) => /^-?\d{16,}$/.test(token);

function parse(text) {
  const marked = text.replace(TOKENS, (token) => (isLarge(token) ? `{"$big":"${token}"}` : token));
  return JSON.parse(marked, (_, value) => (value?.$big === undefined ? value : BigInt(value.$big)));
}

function write(value) {
  const text = JSON.stringify(value, (_, member) => {
    if (member?.type === 'Buffer' && Array.isArray(member.data)) return Buffer.from(member.data).toString('base64');
    return typeof member === 'bigint' ? { $big: String(member) } : member;
  });
  return text.replace(/\{"\$big":"(-?\d+)"\}/g, '$1');
}

/** Options with their names and units here. Times of the protocol are seconds. */
function ours(options = {}) {
  const entries = Object.entries(options).map(([name, value]) => [
    name === 'signing_key' ? 'privateKey' : camel(name),
    TIMES.includes(name) && typeof value === 'number' ? value * 1000 : value,
  ]);
  return Object.fromEntries(entries);
}

/** An error as the protocol writes it. */
function failure(error) {
  if (!(error instanceof dashclaw.DashClawError)) {
    return { kind: 'testee', code: error?.constructor?.name, message: String(error?.stack) };
  }
  const { kind, code, status, details, requestId, retryable, retryAfter, idempotencyKey, operation, actionId } = error;
  const { decision } = error;
  return {
    kind,
    code,
    message: theirs(error.message).replace('of milliseconds', 'of seconds'),
    status,
    details,
    request_id: requestId,
    retryable,
    retry_after: retryAfter === undefined ? undefined : retryAfter / 1000,
    idempotency_key: idempotencyKey,
    operation,
    argument: error.argument && theirs(`\`${error.argument}\``).slice(1, -1),
    current_status: error.currentStatus,
    action_id: actionId,
    decision: kind === 'guard_blocked' ? decision.decision : typeof decision === 'string' ? decision : undefined,
  };
}

/** The names of options as the protocol spells them. */
function theirs(text) {
  return text.replace(/`([a-z]+[A-Za-z]*)`/g, (_, name) => `\`${name === 'privateKey' ? 'signing_key' : snake(name)}\``);
}

const verification = ({ valid, kind, kid, reason }) => ({ valid, kind, kid, reason });

const pure = {
  canonical_json: ({ json, layer }) => dashclaw.canonicalJson(JSON.parse(json), layer),
  derive_idempotency_key: ({ json }) => dashclaw.deriveIdempotencyKey(JSON.parse(json)),
  sign_action: ({ body, private_key: key }) => dashclaw.signAction(JSON.parse(body), key),
  verify_receipt: ({ document, jwks }) => verification(dashclaw.verifyReceipt(document, jwks)),
};

const isPure = (request) => request.do in pure && !(request.do === 'verify_receipt' && request.jwks === undefined);

const setup = {
  new: ({ client, options, instance, role }) => {
    const made = instance === undefined
      ? new dashclaw.DashClaw(ours(options))
      : instances.get(instance).client({ ...ours(options), role });
    clients.set(client, made);
  },
  close: ({ client }) => clients.get(client).close(),
  open_instance: ({ instance, path, policies }) =>
    void instances.set(instance, new dashclaw.Instance({ path, policies })),
  close_instance: ({ instance }) => instances.get(instance).close(),
};

const calls = {
  call: ({ operation, object, lengths = [], arguments: written, options }, client, signal) => {
    const given = inMilliseconds(written, lengths);
    const settings = { ...ours(options), signal };
    const method = client[camel(operation)];
    const placed = typeof method === 'function' && (object ? [given] : positions(method, given));
    // `call` shows what the SDK says about an operation or arguments that no method takes.
    return placed ? method.call(client, ...placed, settings) : client.call(operation, given, settings);
  },
  start_heartbeat: ({ status, options }, client) => client.startHeartbeat({ status, ...ours(options) }),
  stop_heartbeat: (_, client) => client.stopHeartbeat(),
  iterate: async ({ iterator, arguments: given, take = Infinity, options }, client, signal) => {
    const seen = [];
    for await (const item of client[camel(iterator)](given, { ...ours(options), signal })) {
      if (seen.push(item) >= take) break;
    }
    return seen;
  },
  work_orders: async ({ types, orders, options }, client, signal) => {
    const seen = [];
    for await (const order of client.workOrders({ types, ...ours(options), signal })) {
      const what = orders[seen.length];
      if (what.complete) await order.complete(what.complete, what.cost);
      if (what.fail) await order.fail(...what.fail);
      if (seen.push(order.id) >= orders.length) break;
    }
    return seen;
  },
  wait_for_approval: ({ action_id: id, options }, client, signal) => client.waitForApproval(id, { ...ours(options), signal }),
  verify_receipt: async ({ document }, client, signal) => verification(await client.verifyReceipt(document, { signal })),
  require_valid_receipt: async ({ document }, client, signal) =>
    verification(await client.requireValidReceipt(document, { signal })),
  run_governed: async ({ arguments: action, work, options }, client, signal) => {
    const failed = {};
    const run = (actionId) => {
      if (work.fails === undefined) return work.returns ?? null;
      Object.assign(failed, { action_id: actionId, ran: true, failed: work.fails });
      throw new Error(work.fails);
    };
    try {
      const ran = await client.runGoverned(action, run, { ...ours(options), signal });
      if (!ran.ran) return { action_id: ran.actionId, ran: false, outcome: ran.outcome };
      return { action_id: ran.actionId, ran: true, result: ran.result, reported: ran.reportError === undefined };
    } catch (error) {
      if (failed.failed === error.message) return failed;
      throw error;
    }
  },
  events: async ({ take = 1, options }, client, signal) => {
    const seen = [];
    const stream = client.events({ ...ours(options), signal });
    for await (const event of stream) {
      if (seen.push(event) >= take) break;
    }
    return seen;
  },
};

/** Arguments with lengths of time in the unit they have here. */
function inMilliseconds(given, lengths) {
  const entries = Object.entries(given).map(([name, value]) => {
    return [name, lengths.includes(name) && typeof value === 'number' ? value * 1000 : value];
  });
  return Object.fromEntries(entries);
}

/** The arguments by position, as the method names them; undefined when it cannot take them all. */
function positions(method, given) {
  const source = method.toString();
  const names = /\(([^)]*)\)/.exec(source)[1].split(', ').filter((name) => name !== 'options');
  const left = new Map(Object.entries(given).map(([name, value]) => [camel(name), [name, value]]));
  const placed = names.map((name) => {
    // An object of fields takes what has no place of its own; it is handed on as it is, or merged.
    if (new RegExp(`", ${name}, options|merge\\(${name},`).test(source)) return name;
    const found = left.get(name);
    left.delete(name);
    return found?.[1];
  });
  const open = names.findIndex((name, index) => placed[index] === name);
  if (open >= 0) placed[open] = Object.fromEntries(left.values());
  return open >= 0 || left.size === 0 ? placed : undefined;
}

function serve(request) {
  if (isPure(request)) return pure[request.do](request);
  if (request.do in setup) return setup[request.do](request);
  const stop = new AbortController();
  stops.set(request.id, stop);
  return calls[request.do](request, clients.get(request.client), stop.signal);
}

async function answer(request) {
  let line;
  try {
    line = { id: request.id, ok: (await serve(request)) ?? null };
  } catch (error) {
    line = { id: request.id, error: failure(error) };
  }
  stops.delete(request.id);
  process.stdout.write(`${write(line)}\n`);
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = parse(line);
  if (request.do === 'quit') break;
  if (request.do === 'cancel') {
    stops.get(request.target)?.abort();
    process.stdout.write(`${write({ id: request.id, ok: null })}\n`);
  } else if (isPure(request) || SETUP.includes(request.do)) {
    await answer(request);
  } else {
    answer(request);
  }
}
process.exit(0);

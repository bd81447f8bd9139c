// Receipts, checked here: the keys are the instance's published ones, the arithmetic is the browser's. `dashclaw verify` does it
// without any server, and more strictly.

import { call, get } from './api.js';
import { button, chip, facts, foreign, make, shown } from './dom.js';
import { full } from './time.js';

// What the signature of each kind does not cover itself, and the digest that covers it instead.
const KINDS = {
  'dashclaw-receipt/v1': { members: ['version', 'issuedAt', 'engineVersion', 'verdict', 'violations', 'candidateHash', 'sourceOfTruthHash', 'signature'] },
  'dashclaw-compliance-bundle/v1': { members: ['version', 'issuedAt', 'engineVersion', 'payloadHash', 'prevBundleHash', 'payload', 'signature'], digest: ['payloadHash', 'payload'] },
  'dashclaw-reputation/v1': { members: ['version', 'issuedAt', 'agentId', 'vectorHash', 'totalEvents', 'vector', 'signature'], digest: ['vectorHash', 'vector'] },
};

// Members sorted by their UTF-16 code units, texts in NFC, the rest as JSON.stringify has it.
const canonical = (value, depth = 0) => {
  if (depth > 100) throw new Error('It is nested too deep.');
  if (typeof value === 'string') return JSON.stringify(value.normalize('NFC'));
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, depth + 1)).join(',')}]`;
  if (value && typeof value === 'object') {
    const members = new Map(Object.entries(value).filter(([name]) => name !== '__proto__').map(([name, member]) => [name.normalize('NFC'), member]));
    return `{${[...members.keys()].sort().map((name) => `${JSON.stringify(name)}:${canonical(members.get(name), depth + 1)}`).join(',')}}`;
  }
  return JSON.stringify(value);
};

const bytes = (text) => new TextEncoder().encode(text);
const fromBase64 = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (character) => character.charCodeAt(0));
const digest = async (value) => {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes(canonical(value))));
  return `sha256:${btoa(String.fromCharCode(...hash)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')}`;
};

// Throws what is wrong; answers the key's id and who did the arithmetic.
export const verify = async (receipt) => {
  const kind = KINDS[receipt?.version];
  if (!kind) throw new Error('It is of no kind that is known.');
  const names = Object.keys(receipt);
  if (names.length !== kind.members.length || kind.members.some((name) => !names.includes(name))) throw new Error('It does not have the members that it must have.');
  const { alg, kid, sig } = receipt.signature ?? {};
  if (alg !== 'EdDSA' || typeof kid !== 'string' || typeof sig !== 'string') throw new Error('Its signature is malformed.');
  if (!globalThis.crypto?.subtle) return byServer(receipt, kid);
  const { keys } = await get('/api/integrity/jwks');
  const jwk = keys.find((key) => key.kid === kid);
  if (!jwk) throw new Error('The instance has no key of that name.');
  if (kind.digest && await digest(receipt[kind.digest[1]]) !== receipt[kind.digest[0]]) throw new Error('What it holds does not fit its digest.');
  let key;
  try { key = await crypto.subtle.importKey('jwk', { kty: jwk.kty, crv: jwk.crv, x: jwk.x }, 'Ed25519', false, ['verify']); }
  catch { return byServer(receipt, kid); }
  const base = Object.fromEntries(Object.entries(receipt).filter(([name]) => name !== 'signature' && name !== kind.digest?.[1]));
  if (!await crypto.subtle.verify('Ed25519', key, fromBase64(sig), bytes(canonical(base)))) throw new Error('The signature does not hold: it was altered, or signed by somebody else.');
  return { kid, by: 'in this browser' };
};

// Where a page has no arithmetic of its own: without TLS off loopback, and in older browsers.
const byServer = async (receipt, kid) => {
  const { ok, reason } = await call('POST', '/api/integrity/verify', { receipt });
  if (!ok) throw new Error(`The instance says: ${shown(reason)}.`);
  return { kid, by: 'by the instance, since this browser cannot' };
};

const card = (receipt) => {
  const result = make('p', { role: 'status', class: 'verdict' });
  const run = async () => {
    result.className = 'verdict';
    result.textContent = 'Checking…';
    try {
      const { kid, by } = await verify(receipt);
      result.classList.add('good');
      result.textContent = `Valid: signed with ${shown(kid)}. Checked ${by}.`;
    } catch (error) {
      result.classList.add('bad');
      result.textContent = `Not valid. ${shown(error.message)}`;
    }
  };
  return make('div', { class: 'receipt' }, facts([
    ['Kind', make('code', {}, shown(receipt?.version))], ['Issued', receipt?.issuedAt && full(receipt.issuedAt)],
    ['Verdict', receipt?.verdict && chip(receipt.verdict, receipt.verdict === 'pass' ? 'good' : 'bad')],
    ['Violations', Array.isArray(receipt?.violations) && receipt.violations.length > 0 && receipt.violations.map(({ code, label }) => make('div', {}, foreign(`${code ?? ''} ${label ?? ''}`)))],
    ['Text', receipt?.candidateHash && make('code', {}, shown(receipt.candidateHash))],
  ]), button('Verify', run), result);
};

// The receipts of an action, and a place for any other.
export const receipts = (list = []) => {
  const text = make('textarea', { rows: 4, spellcheck: 'false', 'aria-label': 'A receipt as JSON', placeholder: '{"version":"dashclaw-receipt/v1", …}' });
  const place = make('div');
  const check = () => {
    let receipt;
    try { receipt = JSON.parse(text.value); } catch { place.replaceChildren(make('p', { class: 'verdict bad', role: 'status' }, 'Not valid. It is no JSON.')); return; }
    const found = card(receipt.receipt ?? receipt.bundle ?? receipt);
    place.replaceChildren(found);
    found.querySelector('button').click();
  };
  return make('section', { class: 'card' }, make('h2', {}, 'Receipts'), list.map(card), !list.length && make('p', { class: 'soft' }, 'None was issued for this action.'),
    make('details', {}, make('summary', {}, 'Check any receipt'), text, button('Verify', check), place));
};

// Asking the instance. A session has two halves: a cookie, which scripts cannot read, and this one, which goes in a header.

import { learn } from './time.js';

const HALF = 'dashclaw.session';
export class Refused extends Error {
  constructor(status, body) {
    const details = Array.isArray(body?.details) ? `: ${body.details.join('; ')}` : '';
    super(`${body?.error ?? `The server answered ${status}.`}${details}`);
    this.status = status;
    this.body = body ?? {};
  }
}

let onSignedOut = () => {};
export const whenSignedOut = (run) => { onSignedOut = run; };
export const half = () => localStorage.getItem(HALF);
export const keep = (value) => { if (value) localStorage.setItem(HALF, value); else localStorage.removeItem(HALF); };

export const headers = () => (half() ? { 'x-dashclaw-session': half() } : {});

// Asks, and answers the JSON that came. It throws `Refused` for a refusal, and anything else where there was no answer.
export const call = async (method, path, body, { quietly = false, patience = 20_000 } = {}) => {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), patience);
  try {
    const answer = await fetch(path, {
      method, signal: control.signal, redirect: 'error', credentials: 'same-origin', cache: 'no-store',
      headers: { ...headers(), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    learn(answer.headers.get('date'));
    const found = await answer.json().catch(() => null);
    if (answer.status === 401 && !quietly) onSignedOut();
    if (!answer.ok || found === null) throw new Refused(answer.status, found);
    return found;
  } finally { clearTimeout(timer); }
};

export const get = (path, options) => call('GET', path, undefined, options);
export const post = (path, body = {}) => call('POST', path, body);

// A query of what is given.
export const query = (path, given) => {
  const pairs = Object.entries(given).filter(([, value]) => value != null && value !== '');
  return pairs.length ? `${path}?${new URLSearchParams(pairs)}` : path;
};

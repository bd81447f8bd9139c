// One stream of events for all tabs: browsers allow six connections to a host. The tab that holds the lock reads it and tells
// the others. Events only wake: what is shown is read from the instance.

import { get, headers, half } from './api.js';

const LOCK = 'dashclaw-stream';
const POLL = 20_000;
let running = null;
let heard = () => {};
let told = () => {};

export const listen = ({ event, state }) => { heard = event; told = state; };

// Reads events until the stream ends; `on` is given the name and the data of each.
const read = async (signal, last, on) => {
  const answer = await fetch('/api/stream', {
    signal, credentials: 'same-origin', cache: 'no-store',
    headers: { ...headers(), accept: 'text/event-stream', ...(last.id ? { 'last-event-id': last.id } : {}) },
  });
  if (!answer.ok) throw Object.assign(new Error(`stream: ${answer.status}`), { status: answer.status });
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    rest += value;
    const frames = rest.split('\n\n');
    rest = frames.pop();
    for (const frame of frames) {
      let name = 'message', data = '', id = null;
      for (const line of frame.split('\n')) {
        if (line.startsWith('event:')) name = line.slice(6).trim();
        else if (line.startsWith('data:')) data += line.slice(5).trim();
        else if (line.startsWith('id:')) id = line.slice(3).trim();
      }
      if (id) last.id = id;
      if (data) on(name, data);
    }
  }
};

const rest = (ms, signal) => new Promise((done) => {
  const timer = setTimeout(done, ms);
  signal.addEventListener('abort', () => { clearTimeout(timer); done(); }, { once: true });
});

const hold = async (signal, tell, pass) => {
  const last = { id: null };
  let wait = 500;
  while (!signal.aborted && half()) {
    try {
      await read(signal, last, (name, data) => {
        wait = 500;
        if (name === 'connected') tell('live');
        try { pass(name, JSON.parse(data)); } catch { /* A frame that is no JSON tells nothing. */ }
      });
    } catch (error) {
      if (signal.aborted) return;
      // Whether it is the session that has ended the next read says.
      if (error.status === 401) { tell('lost'); await get('/session').catch(() => {}); return; }
    }
    if (signal.aborted) return;
    tell('lost');
    await rest(wait * (0.75 + Math.random() / 2), signal);
    wait = Math.min(wait * 2, 15_000);
  }
};

export const start = () => {
  stop();
  const control = new AbortController();
  const channel = 'BroadcastChannel' in window ? new BroadcastChannel('dashclaw') : null;
  let own = null;
  const tell = (state) => { own = state; told(state); channel?.postMessage({ state }); };
  const pass = (name, data) => { heard(name, data); channel?.postMessage({ name, data }); };
  if (channel) {
    channel.onmessage = ({ data }) => {
      if (data.state) told(data.state);
      else if (data.name) heard(data.name, data.data);
      else if (data.ask && own) channel.postMessage({ state: own });
    };
    channel.postMessage({ ask: true });
  }
  // Off loopback without TLS there are no locks: then the page looks again and again.
  if (navigator.locks) {
    navigator.locks.request(LOCK, { signal: control.signal }, () => hold(control.signal, tell, pass)).catch(() => {});
  } else {
    told('polling');
  }
  const poll = setInterval(() => { if (!document.hidden) heard('poll', {}); }, navigator.locks ? POLL : POLL / 4);
  running = () => { control.abort(); channel?.close(); clearInterval(poll); };
};

export const stop = () => { running?.(); running = null; };

'use strict';

const { invalid } = require('./errors.js');

/** What the abort of a signal stops. One listener for all: many on one signal look like a leak to Node. */
const watched = new WeakMap();

/** Takes an AbortSignal of any realm. */
function checkSignal(signal) {
  const fits = typeof signal?.aborted === 'boolean' && typeof signal.addEventListener === 'function';
  if (!fits) throw invalid('signal', 'must be an AbortSignal');
}

/** Calls `stop` when `signal` is aborted, until the function that is returned is called. */
function onAbort(signal, stop) {
  if (!watched.has(signal)) watched.set(signal, watch(signal));
  const { stops, end } = watched.get(signal);
  stops.add(stop);
  return () => {
    stops.delete(stop);
    if (stops.size > 0) return;
    end();
    watched.delete(signal);
  };
}

function watch(signal) {
  const stops = new Set();
  const aborted = () => {
    for (const stop of stops) stop();
  };
  signal.addEventListener('abort', aborted, { once: true });
  return { stops, end: () => signal.removeEventListener('abort', aborted) };
}

module.exports = { checkSignal, onAbort };

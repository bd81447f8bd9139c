'use strict';
// Calls of the native module and how they end. `src/mailbox.rs` is the other end.

const native = require('./native.js');
const { errorFrom, invalid, KINDS, translated } = require('./errors.js');
const { inOurWords } = require('./options.js');

/** What a letter is about; `Kind` in `src/mailbox.rs`. */
const ANSWER = 0;
const DONE = 1;
const FAILURE = 2;
const PRINT_OUT = 3;
const PRINT_ERR = 4;
const GUARD = 5;

/** This thread's mailbox; made with the first client. */
let mailbox;
/** Who waits for the calls under way, by number. */
const calls = new Map();
let lastCall = 0;
/** Weak references to the callbacks of clients that have some, by the clients' number. */
const listeners = new Map();
let lastClient = 0;

class Failure {
  constructor(text) {
    this.text = text;
  }
}

function open() {
  mailbox ??= new native.NativeMailbox(collect);
  return mailbox;
}

/**
 * Starts a native call and waits for its JSON text, or undefined.
 * `begin(call, stoppable)` starts it under the number it is given; `signal` stops it.
 */
async function ask(begin, signal) {
  if (signal !== undefined && signal !== null) return stoppable(begin, signal);
  const ended = await started(begin, false).ended;
  // Made here and not where the letter comes, so that its stack shows who called.
  if (ended instanceof Failure) throw errorFrom(ended.text);
  return ended;
}

/** Takes an AbortSignal of any realm. */
function checkSignal(signal) {
  const fits = typeof signal?.aborted === 'boolean' && typeof signal.addEventListener === 'function';
  if (!fits) throw invalid('signal', 'must be an AbortSignal');
}

async function stoppable(begin, signal) {
  checkSignal(signal);
  if (signal.aborted) throw new KINDS.cancelled('the call was stopped', { cause: signal.reason });
  const { call, ended } = started(begin, true);
  const stop = () => mailbox.stop(call);
  signal.addEventListener('abort', stop, { once: true });
  try {
    const outcome = await ended;
    if (outcome instanceof Failure) throw errorFrom(outcome.text, signal.aborted ? signal.reason : undefined);
    return outcome;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function started(begin, canStop) {
  const call = freeNumber();
  const ended = new Promise((resolve) => calls.set(call, resolve));
  try {
    translated(() => begin(call, canStop), inOurWords);
  } catch (problem) {
    calls.delete(call);
    throw problem;
  }
  return { call, ended };
}

function freeNumber() {
  do lastCall = (lastCall + 1) >>> 0;
  while (calls.has(lastCall));
  return lastCall;
}

/** Called by the native module when there are letters. */
function collect() {
  const letters = mailbox.take();
  for (let index = 0; index < letters.length; index += 3) {
    deliver(letters[index], letters[index + 1], letters[index + 2]);
  }
}

function deliver(about, kind, text) {
  if (kind <= FAILURE) {
    const resolve = calls.get(about);
    calls.delete(about);
    resolve(kind === ANSWER ? text : kind === DONE ? undefined : new Failure(text));
  } else if (kind === PRINT_OUT || kind === PRINT_ERR) {
    print(kind === PRINT_OUT ? process.stdout : process.stderr, text);
  } else {
    const { guard, recommendation } = listeners.get(about)?.deref() ?? {};
    tell(kind === GUARD ? guard : recommendation, JSON.parse(text));
  }
}

/** A terminal that is gone is no reason to lose the letters behind this one. */
function print(stream, text) {
  try {
    stream.write(`${text}\n`);
  } catch {
    // Nobody can be told.
  }
}

/** What a callback throws decides nothing, and must not be lost either. */
async function tell(callback, value) {
  try {
    await callback?.(value);
  } catch (problem) {
    process.emitWarning(problem instanceof Error ? problem : String(problem), 'DashClawWarning');
  }
}

/** Numbers a client and keeps its callbacks in mind as long as somebody else holds them. */
function register(callbacks) {
  lastClient += 1;
  const { guard, recommendation } = callbacks;
  if (guard || recommendation) listeners.set(lastClient, new WeakRef(callbacks));
  return { client: lastClient, guard: Boolean(guard), recommendation: Boolean(recommendation) };
}

function forget(client) {
  listeners.delete(client);
}

module.exports = { ask, checkSignal, forget, open, register };

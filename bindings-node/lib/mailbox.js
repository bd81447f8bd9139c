'use strict';
// Calls of the native module and how they end. `src/mailbox.rs` is the other end.

const { AsyncResource } = require('node:async_hooks');
const native = require('./native.js');
const { errorFrom, KINDS, translated } = require('./errors.js');
const { inOurWords } = require('./options.js');
const { loggerOf, say } = require('./log.js');
const { print } = require('./print.js');
const { checkSignal, onAbort } = require('./signals.js');

/** What a letter is about; `Kind` in `src/mailbox.rs`. */
const ANSWER = 0;
const DONE = 1;
const FAILURE = 2;
const PRINT_OUT = 3;
const PRINT_ERR = 4;
const GUARD = 5;
const LOG = 7;

/** This thread's mailbox; made with the first client. */
let mailbox;
/** The calls under way, by number: who waits for the end, and how the client's callbacks are told. */
const calls = new Map();
let lastCall = 0;
/** Whether a logger is told something now. What it calls is not logged: there would be no end to it. */
let logging = false;

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
 * `begin(call, stoppable)` starts it under the number it is given; `signal` stops it; `callbacks` are told what it decides.
 */
async function ask(begin, signal, callbacks) {
  if (signal !== undefined && signal !== null) return stoppable(begin, signal, callbacks);
  const ended = await started(begin, false, callbacks).ended;
  // Made here and not where the letter comes, so that its stack shows who called.
  if (ended instanceof Failure) throw errorFrom(ended.text);
  return ended;
}

async function stoppable(begin, signal, callbacks) {
  checkSignal(signal);
  if (signal.aborted) throw new KINDS.cancelled('the call was stopped', { cause: signal.reason });
  const { call, ended } = started(begin, true, callbacks);
  const letGo = onAbort(signal, () => mailbox.stop(call));
  try {
    const outcome = await ended;
    if (outcome instanceof Failure) throw errorFrom(outcome.text, signal.aborted ? signal.reason : undefined);
    return outcome;
  } finally {
    letGo();
  }
}

function started(begin, canStop, callbacks) {
  const call = freeNumber();
  const ended = new Promise((resolve) => calls.set(call, { resolve, tell: callbacks && teller(callbacks), isSilent: logging }));
  try {
    translated(() => begin(call, canStop), inOurWords);
  } catch (problem) {
    calls.delete(call);
    throw problem;
  }
  return { call, ended };
}

function freeNumber() {
  // 0 stands for no call.
  do lastCall = (lastCall + 1) >>> 0;
  while (lastCall === 0 || calls.has(lastCall));
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
    const { resolve } = calls.get(about);
    calls.delete(about);
    resolve(kind === ANSWER ? text : kind === DONE ? undefined : new Failure(text));
  } else if (kind === PRINT_OUT || kind === PRINT_ERR) {
    print(kind === PRINT_OUT ? process.stdout : process.stderr, text);
  } else if (kind === LOG) {
    log(calls.get(about), JSON.parse(text));
  } else {
    calls.get(about)?.tell?.(kind, JSON.parse(text));
  }
}

/** How what the call decides reaches the client's callbacks; undefined when it has none. */
function teller({ guard, recommendation, logger }) {
  if (!guard && !recommendation && !logger) return undefined;
  // They run as if the call had called them: in what AsyncLocalStorage holds there.
  return AsyncResource.bind((kind, value) => {
    if (kind === LOG) return tell(say, logger, value);
    return tell(kind === GUARD ? guard : recommendation, value);
  });
}

/** Says a record: where there is a call, as if that had. */
function log(call, record) {
  if (call?.isSilent) return;
  logging = true;
  try {
    if (call?.tell) return void call.tell(LOG, record);
    const logger = loggerOf(record.client);
    if (logger) tell(say, logger, record);
  } finally {
    logging = false;
  }
}

/** What a callback throws decides nothing, and must not be lost either. */
async function tell(callback, ...values) {
  try {
    await callback?.(...values);
  } catch (problem) {
    process.emitWarning(problem instanceof Error ? problem : String(problem), 'DashClawWarning');
  }
}

module.exports = { ask, open, tell };

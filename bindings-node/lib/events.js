'use strict';

const { bare, findable } = require('./bare.js');
const { Listeners } = require('./listeners.js');
const { ask, open } = require('./mailbox.js');
const { checkSignal, onAbort } = require('./signals.js');
const { decode } = require('./wire.js');

const END = { done: true, value: undefined };

/** What comes one after the other, until it is closed: an async iterator. */
class Stream {
  #begin;
  #native;
  #signal;
  #opening;

  /**
   * `begin` makes the native half when it is needed: its errors reject, as all do. `opening` runs the waiting for the first
   * thing that comes.
   */
  constructor(begin, opening, signal) {
    if (signal !== undefined && signal !== null) checkSignal(signal);
    findable(this);
    this.#begin = begin;
    this.#opening = opening;
    this.#signal = signal ?? undefined;
  }

  // Functions: what is in a property comes wrapped from behind a Proxy that goes deep.
  _native() {
    const stream = bare(this);
    stream.#native ??= stream.#begin();
    return stream.#native;
  }

  _signal() {
    return bare(this).#signal;
  }

  async next() {
    try {
      return await this._take(this._signal());
    } catch (error) {
      this._fail(error);
      throw error;
    }
  }

  /** Ends it with an error. */
  _fail() {
    this.close();
  }

  /** What comes next. */
  async _take(signal) {
    const stream = bare(this);
    const opening = stream.#opening;
    stream.#opening = undefined;
    const native = this._native();
    const take = () => ask((call, stoppable) => native.next(open(), call, stoppable), signal);
    const value = await (opening === undefined ? take() : opening(take));
    return value === undefined ? END : { done: false, value: decode(value) };
  }

  /** Ends it; whoever waits for what comes next learns that it is over. */
  close() {
    this._native().close();
  }

  async return(value) {
    this.close();
    return { done: true, value };
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}

if (Symbol.asyncDispose) {
  Stream.prototype[Symbol.asyncDispose] = async function dispose() {
    this.close();
  };
}

/** A subscription to the server's events: to listen to, or an async iterator. It reconnects by itself. */
class EventStream extends Stream {
  #listeners = new Listeners();
  /** Whether it is read for the listeners; the event that they wait for, and what ends this waiting alone. */
  #reading = false;
  #coming;
  #stop;
  #looped = false;
  #closed = false;

  /** The cursor behind the last event; give it to a later stream to go on where this one ended. */
  get lastEventId() {
    return this._native().lastEventId;
  }

  /** Calls `listener(data, event)` with every event of this type; `error` and `close` tell how the stream ended. */
  on(type, listener) {
    return this.#listen(type, listener, false);
  }

  /** The same, for the next one only. */
  once(type, listener) {
    return this.#listen(type, listener, true);
  }

  /** Takes back one `on` or `once`. While nobody listens nothing is read; what happens then comes later. */
  off(type, listener) {
    const stream = bare(this);
    stream.#listeners.remove(type, listener);
    if (stream.#listeners.none && !stream.#looped) stream.#stop?.abort();
    return this;
  }

  /** For a loop, which from then on decides when the next event is read, for listeners too. */
  async next() {
    const stream = bare(this);
    stream.#looped = true;
    const coming = stream.#coming;
    stream.#coming = undefined;
    return (await coming) ?? super.next();
  }

  close() {
    super.close();
    const stream = bare(this);
    if (stream.#closed) return;
    stream.#closed = true;
    stream.#listeners.emit('close');
  }

  async _take(signal) {
    const step = await super._take(signal);
    const stream = bare(this);
    // It has come: a loop that begins now waits for the next one.
    stream.#coming = undefined;
    if (step.done) stream.close();
    else stream.#listeners.emit(step.value.event, step.value.data, step.value);
    return step;
  }

  /**
   * A loop throws the error; where there is none, and no listener, it must not be lost either. What the program ended itself
   * is no error to listeners.
   */
  _fail(error) {
    const stream = bare(this);
    const stopped = stream.#closed || stream._signal()?.aborted || error.kind === 'closed';
    if (!stopped && !stream.#listeners.emit('error', error) && !stream.#looped) process.emitWarning(error);
    this.close();
  }

  #listen(type, listener, once) {
    const stream = bare(this);
    stream.#listeners.add(type, listener, once);
    if (!stream.#reading) stream.#read();
    return this;
  }

  /** Reads for the listeners, as long as there are some and no loop does. */
  async #read() {
    this.#reading = true;
    while (!this.#closed && !this.#looped && !this.#listeners.none) {
      this.#coming = this.#await();
      await this.#coming.catch((error) => this._fail(error));
    }
    this.#reading = false;
  }

  /** The next event for the listeners; undefined when they have gone. */
  async #await() {
    const signal = this._signal();
    const stop = (this.#stop = new AbortController());
    const letGo = signal && onAbort(signal, () => stop.abort(signal.reason));
    if (signal?.aborted) stop.abort(signal.reason);
    try {
      return await this._take(stop.signal);
    } catch (error) {
      if (stop.signal.aborted && !signal?.aborted) return undefined;
      throw error;
    } finally {
      letGo?.();
    }
  }
}

EventStream.prototype.addListener = EventStream.prototype.on;
EventStream.prototype.removeListener = EventStream.prototype.off;

/** The actions that wait for a human, as they change: an async iterator of lists. */
class PendingApprovals extends Stream {}

module.exports = { EventStream, PendingApprovals };

'use strict';

const { ask, checkSignal, open } = require('./mailbox.js');
const { decode } = require('./wire.js');

/** A subscription to the server's events: an async iterator. It reconnects by itself. */
class EventStream {
  #native;
  #signal;

  constructor(native, signal) {
    if (signal !== undefined && signal !== null) checkSignal(signal);
    this.#native = native;
    this.#signal = signal;
  }

  /** The cursor behind the last event; give it to a later stream to go on where this one ended. */
  get lastEventId() {
    return this.#native.lastEventId;
  }

  async next() {
    const native = this.#native;
    try {
      const event = await ask((call, stoppable) => native.next(open(), call, stoppable), this.#signal);
      return event === undefined ? { done: true, value: undefined } : { done: false, value: decode(event) };
    } catch (error) {
      native.close();
      throw error;
    }
  }

  /** Ends the stream; whoever waits for an event learns that it is over. */
  close() {
    this.#native.close();
  }

  async return(value) {
    this.close();
    return { done: true, value };
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}

/** The actions that wait for a human, as they change: an async iterator of lists. */
class PendingApprovals {
  #begin;
  #native;
  #signal;

  /** `begin` makes the native list: its errors reject, as all do. */
  constructor(begin, signal) {
    if (signal !== undefined && signal !== null) checkSignal(signal);
    this.#begin = begin;
    this.#signal = signal;
  }

  async next() {
    const native = (this.#native ??= this.#begin());
    try {
      const list = await ask((call, stoppable) => native.next(open(), call, stoppable), this.#signal);
      return list === undefined ? { done: true, value: undefined } : { done: false, value: decode(list) };
    } catch (error) {
      native.close();
      throw error;
    }
  }

  /** Ends it; whoever waits for a change learns that it is over. */
  close() {
    this.#native ??= this.#begin();
    this.#native.close();
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
  for (const kind of [EventStream, PendingApprovals]) {
    kind.prototype[Symbol.asyncDispose] = async function dispose() {
      this.close();
    };
  }
}

module.exports = { EventStream, PendingApprovals };

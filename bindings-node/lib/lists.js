'use strict';
// What is gone through one after the other: the items of pages, work orders.

const { bare, findable } = require('./bare.js');
const { ask, open } = require('./mailbox.js');
const { decode, encode } = require('./wire.js');

/** The items of all pages. `begin` makes the native pages, and the call that they are: its errors reject, as all do. */
async function* items(begin, signal) {
  const [native, pages] = begin();
  let problem;
  try {
    for (;;) {
      const page = await ask((call, stoppable) => native.next(open(), call, stoppable), signal);
      if (page === undefined) return;
      yield* decode(page);
    }
  } catch (error) {
    problem = error;
    throw error;
  } finally {
    pages.end(problem);
  }
}

/** The orders that a worker claims. Whatever ends the loop, the last order is accounted for. */
async function* workOrders(begin, signal) {
  const native = begin();
  try {
    for (;;) {
      const order = await ask((call, stoppable) => native.next(open(), call, stoppable), signal);
      if (order === undefined) return;
      yield new ClaimedOrder(native, decode(order));
    }
  } finally {
    await ask((call) => native.close(open(), call));
  }
}

/** An order that was claimed. */
class ClaimedOrder {
  #native;

  constructor(native, order) {
    findable(this);
    this.#native = native;
    this.order = order;
  }

  get id() {
    return this.order.id;
  }

  get type() {
    return this.order.type;
  }

  get input() {
    return this.order.input;
  }

  /** Reports that the work is done. */
  async complete(output, cost, { signal } = {}) {
    const texts = [encode(output, 'output'), cost === undefined || cost === null ? undefined : encode(cost, 'cost')];
    return decode(await ask((call, stoppable) => bare(this).#native.complete(open(), call, stoppable, this.id, ...texts), signal));
  }

  /** Reports that it could not be done: a word for programs, a text for people. */
  async fail(code, message, { signal } = {}) {
    const texts = [String(code), String(message)];
    return decode(await ask((call, stoppable) => bare(this).#native.fail(open(), call, stoppable, this.id, ...texts), signal));
  }
}

module.exports = { items, workOrders };

'use strict';

const { AsyncResource } = require('node:async_hooks');
const { invalid } = require('./errors.js');
const { tell } = require('./mailbox.js');

/** Who listens, by what they listen to, in the order in which they came. */
class Listeners {
  #byType = new Map();

  get none() {
    return this.#byType.size === 0;
  }

  add(type, listener, once) {
    if (typeof listener !== 'function') throw invalid('listener', 'must be a function');
    // Each runs in what AsyncLocalStorage holds where it was added.
    const run = AsyncResource.bind((...values) => tell(listener, ...values));
    this.#byType.set(type, [...this.#of(type), { listener, run, once }]);
  }

  /** Takes away the last of those that are `listener`. */
  remove(type, listener) {
    const last = this.#of(type).findLast((entry) => entry.listener === listener);
    this.#keep(type, this.#of(type).filter((entry) => entry !== last));
  }

  /** Tells `values` to those that listen to `type`; false when there are none. */
  emit(type, ...values) {
    const entries = this.#of(type);
    this.#keep(type, entries.filter(({ once }) => !once));
    for (const { run } of entries) run(...values);
    return entries.length > 0;
  }

  #of(type) {
    return this.#byType.get(type) ?? [];
  }

  #keep(type, entries) {
    if (entries.length > 0) this.#byType.set(type, entries);
    else this.#byType.delete(type);
  }
}

module.exports = { Listeners };

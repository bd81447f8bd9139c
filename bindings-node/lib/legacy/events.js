'use strict';

/** A stream of events as something to listen to; an error that ends it is an event, too. */
function emitter(stream) {
  const listeners = new Map();
  const emit = (type, value) => {
    for (const listener of listeners.get(type) ?? []) listener(value);
  };
  const run = async () => {
    try {
      for await (const { event, data } of stream) emit(event, data);
    } catch (error) {
      emit('error', error);
    }
  };
  return {
    on(type, listener) {
      listeners.set(type, [...(listeners.get(type) ?? []), listener]);
      return this;
    },
    close() {
      stream.close();
    },
    _promise: run(),
  };
}

module.exports = { emitter };

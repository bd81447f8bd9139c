'use strict';

/** Beats until it is stopped. Its timer does not keep the process alive. */
class Heartbeat {
  #timer;

  /** Beats now and every `interval` milliseconds. Does nothing while it beats already. */
  start(beat, interval) {
    if (this.#timer !== undefined) return;
    const run = () =>
      beat().catch((error) => {
        // A beat that fails is skipped; after the client's end there is no next one.
        if (error.kind === 'closed') this.stop();
      });
    this.#timer = setInterval(run, interval).unref();
    run();
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

module.exports = { Heartbeat };

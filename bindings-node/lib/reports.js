'use strict';

/** How many reports may be under way; further ones are dropped. */
const MOST = 100;
/** How many milliseconds the end of a client waits for them. */
const LAST_WAIT = 2_000;

/** Reports in the background: whoever adds one neither waits nor fails. */
class Reports {
  #underWay = new Set();

  /** Begins one, if there are not too many. What it rejects with is lost. */
  add(begin) {
    if (this.#underWay.size >= MOST) return;
    const report = begin()
      .catch(() => {})
      .finally(() => this.#underWay.delete(report));
    this.#underWay.add(report);
  }

  get underWay() {
    return this.#underWay.size > 0;
  }

  /** Waits a little until all have ended. */
  async flush() {
    let timer;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, LAST_WAIT)));
    await Promise.race([Promise.all(this.#underWay), late]);
    clearTimeout(timer);
  }
}

module.exports = { Reports };

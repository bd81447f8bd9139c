'use strict';

const { fileURLToPath } = require('node:url');
const native = require('./native.js');
const { bare, findable } = require('./bare.js');
const { translated } = require('./errors.js');
const { ask, open } = require('./mailbox.js');

/** A governance server without a port. Its clients call it directly. */
class Instance {
  #native;

  constructor({ path, policies } = {}) {
    findable(this);
    this.#native = translated(() => new native.NativeInstance(pathText(path), pathText(policies)));
  }

  /** A client of this instance, a `member` unless `role` says otherwise. */
  client(options = {}) {
    const { DashClaw } = require('./client.js');
    return new DashClaw({ ...options, instance: this });
  }

  /** Ends streams, writes what waits, frees the database. Later calls of its clients fail. */
  async close() {
    await ask((call) => bare(this).#native.close(open(), call));
  }

  /** For the clients of this package. */
  static nativeOf(instance) {
    return bare(instance).#native;
  }

  static {
    if (Symbol.asyncDispose) {
      this.prototype[Symbol.asyncDispose] = function dispose() {
        return this.close();
      };
    }
    if (Symbol.dispose) {
      this.prototype[Symbol.dispose] = function dispose() {
        bare(this).#native.closeNow();
      };
    }
  }
}

function pathText(path) {
  if (path === undefined || path === null) return undefined;
  return path instanceof URL ? fileURLToPath(path) : String(path);
}

module.exports = { Instance };

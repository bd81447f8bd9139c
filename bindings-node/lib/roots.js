'use strict';
// The certificates that Node trusts beside its own list.

const { readFileSync } = require('node:fs');

/** Undefined until they were read: once in a process, as Node does. */
let read;

/** The content of the file that NODE_EXTRA_CA_CERTS names; undefined when there is none that can be used. */
function extraRoots() {
  read ??= { pem: load(process.env.NODE_EXTRA_CA_CERTS) };
  return read.pem;
}

/** A file that cannot be used is warned of and passed over, as Node passes it over. */
function load(file) {
  if (!file) return undefined;
  try {
    const pem = readFileSync(file);
    if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw new Error('it holds no certificate');
    return pem;
  } catch (error) {
    process.emitWarning(`Ignoring extra certs from \`${file}\`, load failed: ${error.message}`);
    return undefined;
  }
}

module.exports = { extraRoots };

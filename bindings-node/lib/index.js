'use strict';

const { DashClaw } = require('./client.js');
const { CLASSES } = require('./errors.js');
const { canonicalJson, deriveIdempotencyKey, printable, signAction, verifyReceipt } = require('./functions.js');
const { Instance } = require('./instance.js');
const { version } = require('../package.json');

module.exports = {
  DashClaw,
  Instance,
  canonicalJson,
  deriveIdempotencyKey,
  printable,
  signAction,
  verifyReceipt,
  version,
  ...CLASSES,
};

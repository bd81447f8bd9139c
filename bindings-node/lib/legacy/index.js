'use strict';
// The older client of the official package, as `dashclaw/legacy`: other shapes of methods, over the same engine.

if (!process.env.DASHCLAW_SUPPRESS_LEGACY_WARNING) {
  process.emitWarning(
    "dashclaw/legacy is there for programs written long ago: use `import { DashClaw } from 'dashclaw'` " +
      '(DASHCLAW_SUPPRESS_LEGACY_WARNING=1 silences this)',
    { type: 'DeprecationWarning', code: 'DASHCLAW_LEGACY' },
  );
}

const { DashClaw } = require('./client.js');
const { ApprovalDeniedError, GuardBlockedError } = require('./errors.js');

module.exports = { DashClaw, GuardBlockedError, ApprovalDeniedError };

#!/usr/bin/env node
'use strict';
// The dashclaw command.

// The command ends by itself on these. Node's own handlers would end the process first; with a listener there are none.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
try {
  const { runCommand } = require('../lib/native.js');
  process.exitCode = runCommand(process.argv.slice(2));
} catch (error) {
  console.error(`dashclaw: ${error.message}`);
  process.exitCode = 1;
}

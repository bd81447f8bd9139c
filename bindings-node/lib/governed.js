'use strict';
// Work under governance: runGoverned, track, actionContext.

const { CLASSES } = require('./errors.js');
const { printable } = require('./functions.js');

const { DashClawError } = CLASSES;

/** The most UTF-16 units of an error text that are reported; the server keeps 4000 characters. */
const MAX_ERROR_TEXT = 4000;

/** Runs `fn` between the two halves of governed work, `begun` and `finish(failure, seconds)`. */
async function runWork(begun, fn, finish) {
  const run = { actionId: begun.action_id, ran: begun.run, result: undefined, outcome: begun.outcome, reportError: undefined };
  if (!begun.run) return run;
  const started = performance.now();
  const report = async (failure) => {
    try {
      await finish(failure, (performance.now() - started) / 1000);
    } catch (error) {
      // It must hide neither the work's result nor its error.
      run.reportError = error;
      warn(`Failed to report the outcome of action ${run.actionId}: ${error.message}`);
    }
  };
  try {
    run.result = await fn(run.actionId);
  } catch (error) {
    await report(errorText(error));
    throw error;
  }
  await report(undefined);
  return run;
}

/** Runs `fn` between the two halves of tracked work, `begun` and `finish(failure, summary, seconds)`. */
async function trackWork(begun, started, fn, finish, summaryOf = () => undefined) {
  const close = (failure, summary) => finish(failure, summary, (performance.now() - started) / 1000);
  let result;
  try {
    result = await fn(begun);
  } catch (error) {
    // What the caller must see is why the work failed.
    await close(errorText(error)).catch((problem) => {
      if (!(problem instanceof DashClawError)) throw problem;
      warn(`Failed to close action ${begun.action_id}: ${problem.message}`);
    });
    throw error;
  }
  await close(undefined, summaryOf(result));
  return result;
}

/** Requests about one action, without repeating its id. */
function actionContext(client, actionId) {
  return {
    sendMessage: ({ to, type, subject, body, threadId, urgent } = {}) =>
      client.call('send_message', { to, type, subject, body, threadId, urgent, action_id: actionId }),
    recordAssumption: (assumption) => client.call('record_assumption', { ...assumption, action_id: actionId }),
    updateOutcome: (outcome) => client.call('update_outcome', { ...outcome, action_id: actionId }),
  };
}

function errorText(error) {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.slice(0, MAX_ERROR_TEXT).replace(/[\ud800-\udbff]$/, '');
}

function warn(message) {
  process.emitWarning(printable(message), 'DashClawWarning');
}

module.exports = { actionContext, runWork, trackWork };

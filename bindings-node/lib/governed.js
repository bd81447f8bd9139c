'use strict';
// Work under governance: runGoverned, track, actionContext.

const { CLASSES } = require('./errors.js');

const { ApprovalTimeoutError, ConflictError, DashClawError, MalformedResponseError } = CLASSES;

/** The most UTF-16 units of an error text that are reported; the server keeps 4000 characters. */
const MAX_ERROR_TEXT = 4000;
/** The statuses of a fresh action whose work may run. */
const PERMITTED = ['running', 'completed'];

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

/** Records `fn` as an action of its own: completed at its end, failed when it throws. */
async function track(client, { idempotency = 'call', ...action } = {}, fn, options, summaryOf = () => undefined) {
  const started = performance.now();
  const created = await client.call('create_action', action, { idempotency, ...options });
  const actionId = permitted(created);
  const close = (outcome) =>
    client.call('update_outcome', {
      action_id: actionId,
      ...outcome,
      duration_ms: Math.trunc(performance.now() - started),
    });
  let result;
  try {
    result = await fn({ action_id: actionId });
  } catch (error) {
    // What the caller must see is why the work failed.
    await close({ status: 'failed', error_message: errorText(error) }).catch((problem) => {
      if (!(problem instanceof DashClawError)) throw problem;
      warn(`Failed to close action ${actionId}: ${problem.message}`);
    });
    throw error;
  }
  await close({ status: 'completed', output_summary: summaryOf(result) });
  return result;
}

/** The created action's id, or an error when its work may not run. */
function permitted(created) {
  const actionId = created.action_id ?? created.action?.action_id;
  if (typeof actionId !== 'string') throw new MalformedResponseError('the created action has no id');
  const status = created.action?.status;
  const error = refusal(actionId, status, Boolean(created.idempotent_replay));
  if (error) throw Object.assign(error, { actionId, currentStatus: status });
  return actionId;
}

function refusal(actionId, status, replay) {
  if (status === 'pending_approval') {
    return new ApprovalTimeoutError(
      `action ${actionId} awaits approval, so its work did not run; hitlMode: 'wait' waits for it`,
    );
  }
  if (replay && status !== 'running') {
    return new ConflictError(`action ${actionId} ended as \`${status}\` before; a replay is not new permission`);
  }
  if (!PERMITTED.includes(status)) {
    return new ConflictError(`action ${actionId} is \`${status}\`, so its work did not run`);
  }
  return undefined;
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
  process.emitWarning(message, 'DashClawWarning');
}

module.exports = { actionContext, runWork, track };

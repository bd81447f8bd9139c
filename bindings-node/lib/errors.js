'use strict';
// The errors: one class for every kind the core knows, each a DashClawError. `error-table.js` lists them.

const { CLASS_NAMES, FIELDS } = require('./error-table.js');

/** Any failure of the SDK. Its text and fields never hold an API key, a token or a signing key. */
class DashClawError extends Error {
  constructor(message, options) {
    super(message, options);
    this.code = this.kind;
    this.retryable = false;
  }

  /** The whole JSON body of a refusal, as the official client names it. */
  get decision() {
    return this.status === undefined ? undefined : (this.body ?? {});
  }
}

class GuardBlockedError extends DashClawError {
  /** `decision` is what `guard` returned. */
  constructor(decision, message) {
    super(message ?? (decision.reason || 'Action blocked by policy'));
    own(this, 'decision', decision);
  }
}

class ApprovalDeniedError extends DashClawError {
  /** `decision` is the action's status: `failed` or `cancelled`. */
  constructor(message = 'Operator denied the action.', decision) {
    super(message);
    own(this, 'decision', decision);
  }
}

/** The classes that do more than tell a kind. */
const OWN = { GuardBlockedError, ApprovalDeniedError };

/** The class of every kind. */
const KINDS = Object.fromEntries(
  Object.entries(CLASS_NAMES).map(([kind, name]) => [kind, OWN[name] ?? { [name]: class extends DashClawError {} }[name]]),
);

const CLASSES = { DashClawError };
for (const [kind, type] of [['internal', DashClawError], ...Object.entries(KINDS)]) {
  // As for built-in errors, these belong to the class and do not show among the fields.
  own(type.prototype, 'kind', kind);
  own(type.prototype, 'name', type.name);
  CLASSES[type.name] = type;
}
// What AbortSignal's users look for.
own(KINDS.cancelled.prototype, 'name', 'AbortError');

/** The error for the core's fields, given as JSON text. */
function errorFrom(text, cause) {
  const fields = JSON.parse(text);
  const error = make(fields);
  if (fields.decision !== undefined && error.decision === undefined) own(error, 'decision', fields.decision);
  for (const [theirs, ours, units] of FIELDS) {
    if (fields[theirs] !== undefined) error[ours] = units ? fields[theirs] * units : fields[theirs];
  }
  if (cause !== undefined) own(error, 'cause', cause);
  return error;
}

function make({ kind, message, decision }) {
  if (kind === 'guard_blocked') {
    if (typeof decision !== 'object' || !decision) return new GuardBlockedError({ decision }, message);
    // A verdict without any reason has the official client's text.
    return new GuardBlockedError(decision, decision.reason || decision.reasons?.length ? message : undefined);
  }
  if (kind === 'approval_denied') return new ApprovalDeniedError(message, decision);
  return new (KINDS[kind] ?? KINDS.internal)(message);
}

/** Runs a native function; what it throws becomes one of our errors. */
function translated(run, rename = (error) => error) {
  try {
    return run();
  } catch (problem) {
    if (problem instanceof DashClawError) throw problem;
    throw rename(problem.message.startsWith('{"kind":') ? errorFrom(problem.message) : internal(problem));
  }
}

function internal(cause) {
  return new KINDS.internal(`the native module failed: ${cause.message}`, { cause });
}

/** An error about an argument that cannot cross at all. */
function invalid(argument, problem) {
  return Object.assign(new KINDS.invalid_argument(`\`${argument}\` ${problem}`), { argument });
}

/** Sets a property that does not show when the object is printed. */
function own(object, name, value) {
  Object.defineProperty(object, name, { value, writable: true, configurable: true, enumerable: false });
}

module.exports = { CLASSES, KINDS, errorFrom, invalid, translated };

'use strict';
// The errors: one class for every kind the core knows, each a DashClawError.

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

class ConfigurationError extends DashClawError {}
class InvalidArgumentError extends DashClawError {}
class ConnectionFailedError extends DashClawError {}
class RequestTimeoutError extends DashClawError {}
class CallCancelledError extends DashClawError {}
class AuthenticationError extends DashClawError {}
class PermissionDeniedError extends DashClawError {}
class NotFoundError extends DashClawError {}
class ConflictError extends DashClawError {}
class ValidationError extends DashClawError {}
class RateLimitedError extends DashClawError {}
class ServerError extends DashClawError {}
class MalformedResponseError extends DashClawError {}

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

class ApprovalTimeoutError extends DashClawError {}
class ApprovalExpiredError extends DashClawError {}
class ReceiptInvalidError extends DashClawError {}
class OutcomeInDoubtError extends DashClawError {}
class OutcomeUnknownError extends DashClawError {}
class ClientClosedError extends DashClawError {}
class InstanceError extends DashClawError {}
class InternalError extends DashClawError {}

const KINDS = {
  configuration: ConfigurationError,
  invalid_argument: InvalidArgumentError,
  connection: ConnectionFailedError,
  timeout: RequestTimeoutError,
  cancelled: CallCancelledError,
  authentication: AuthenticationError,
  permission: PermissionDeniedError,
  not_found: NotFoundError,
  conflict: ConflictError,
  validation: ValidationError,
  rate_limited: RateLimitedError,
  server: ServerError,
  malformed_response: MalformedResponseError,
  guard_blocked: GuardBlockedError,
  approval_denied: ApprovalDeniedError,
  approval_timeout: ApprovalTimeoutError,
  approval_expired: ApprovalExpiredError,
  receipt_invalid: ReceiptInvalidError,
  in_doubt: OutcomeInDoubtError,
  outcome_unknown: OutcomeUnknownError,
  closed: ClientClosedError,
  instance: InstanceError,
  internal: InternalError,
};

const CLASSES = { DashClawError };
for (const [kind, type] of [['internal', DashClawError], ...Object.entries(KINDS)]) {
  // As for built-in errors, these belong to the class and do not show among the fields.
  own(type.prototype, 'kind', kind);
  own(type.prototype, 'name', type.name);
  CLASSES[type.name] = type;
}
// What AbortSignal's users look for.
own(CallCancelledError.prototype, 'name', 'AbortError');

/** The names of the core's fields here. */
const FIELDS = {
  code: 'code',
  status: 'status',
  details: 'details',
  body: 'body',
  request_id: 'requestId',
  retryable: 'retryable',
  idempotency_key: 'idempotencyKey',
  operation: 'operation',
  argument: 'argument',
  current_status: 'currentStatus',
  action_id: 'actionId',
};

/** The error for the core's fields, given as JSON text. */
function errorFrom(text, cause) {
  const fields = JSON.parse(text);
  const error = make(fields);
  if (fields.decision !== undefined && error.decision === undefined) own(error, 'decision', fields.decision);
  for (const [theirs, ours] of Object.entries(FIELDS)) {
    if (fields[theirs] !== undefined) error[ours] = fields[theirs];
  }
  if (fields.retry_after !== undefined) error.retryAfter = fields.retry_after * 1000;
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
  return new (KINDS[kind] ?? InternalError)(message);
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
  return new InternalError(`the native module failed: ${cause.message}`, { cause });
}

/** An error about an argument that cannot cross at all. */
function invalid(argument, problem) {
  return Object.assign(new InvalidArgumentError(`\`${argument}\` ${problem}`), { argument });
}

/** Sets a property that does not show when the object is printed. */
function own(object, name, value) {
  Object.defineProperty(object, name, { value, writable: true, configurable: true, enumerable: false });
}

module.exports = { CLASSES, KINDS, errorFrom, invalid, translated };
